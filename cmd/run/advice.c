#include "run/advice.h"

#include "message.h"

#include <haul/duration.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { too_many_requests = 429 };

void advice_finish(struct advice *advice)
{
    for (size_t i = 0; i < advice->count; i++)
        free(advice->told[i]);
    advice->count = 0;
}

/* How much of a URL in normal form is its scheme, host and port, the user before them included. */
static size_t origin_size(const char *url)
{
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    return (size_t)(host - url) + strcspn(host, "/?#");
}

static bool is_told(const struct advice *advice, const char *origin, size_t size)
{
    for (size_t i = 0; i < advice->count; i++)
        if (strncmp(advice->told[i], origin, size) == 0 && advice->told[i][size] == '\0')
            return true;
    return false;
}

int advice_note(struct advice *advice, const struct haul_result *result)
{
    if (result->status != too_many_requests || advice->has_retries || advice->count == ADVICE_HOSTS)
        return 0;
    size_t size = origin_size(result->final_url);
    if (is_told(advice, result->final_url, size))
        return 0;
    char *origin = strndup(result->final_url, size);
    if (origin == NULL)
        return -ENOMEM;
    advice->told[advice->count++] = origin;
    message("%s has had too many requests (429): --host-rate N/s or --per-host N limit them, --retry N tries again",
            excerpt(origin).text);
    return 0;
}

void advice_tell_pause(void *data, const struct haul_url *url, int status, int64_t duration)
{
    long long seconds = (duration + HAUL_SECOND - 1) / HAUL_SECOND;
    (void)data;
    message("%s asks for a pause of %lld s (%d): all that waits for it waits so long",
            excerpt(haul_url_origin(url)).text, seconds, status);
}
