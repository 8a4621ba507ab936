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

/* Scheme, host and port of a URL in normal form. NULL: out of memory. */
static char *origin_of(const char *url)
{
    const char *separator = strstr(url, "://");
    size_t scheme = separator != NULL ? (size_t)(separator - url) + 3 : 0;
    const char *host = url + scheme, *end = host + strcspn(host, "/?#");
    const char *user_end = memrchr(host, '@', (size_t)(end - host));
    host = user_end != NULL ? user_end + 1 : host;
    char *origin = malloc(scheme + (size_t)(end - host) + 1);
    if (origin != NULL)
        *(char *)mempcpy(mempcpy(origin, url, scheme), host, (size_t)(end - host)) = '\0';
    return origin;
}

static bool is_told(const struct advice *advice, const char *origin)
{
    for (size_t i = 0; i < advice->count; i++)
        if (strcmp(advice->told[i], origin) == 0)
            return true;
    return false;
}

int advice_note(struct advice *advice, const struct haul_result *result)
{
    if (result->status != too_many_requests || advice->has_retries || advice->count == ADVICE_HOSTS)
        return 0;
    char *origin = origin_of(result->final_url);
    if (origin == NULL)
        return -ENOMEM;
    if (is_told(advice, origin)) {
        free(origin);
        return 0;
    }
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
