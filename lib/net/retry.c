#include "net/retry.h"

#include <haul/duration.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The first retries of a short list are not to be refused for want of a share. */
static const double least_allowance = 10;

static const int64_t first_delay = HAUL_SECOND;
static const int64_t longest_delay = 10 * HAUL_MINUTE;

/* That it takes from the first to the longest, and more. */
enum { max_doublings = 10 };

void haul__retries_init(struct haul__retries *retries, const struct haul_client_options *options)
{
    *retries = (struct haul__retries){.options = options, .allowance = least_allowance};
    /* Without it the delays are as good, but those of two processes may be alike. */
    if (getrandom(retries->chance, sizeof(retries->chance), GRND_NONBLOCK) < 0)
        memset(retries->chance, 0, sizeof(retries->chance));
}

void haul__retries_note_fetch(struct haul__retries *retries)
{
    retries->allowance += retries->options->retry_budget / 100.0;
}

bool haul__is_transient(const struct haul_result *result)
{
    switch (result->error_class) {
    case HAUL_CLASS_TIMEOUT:
    case HAUL_CLASS_DNS:
        return true;
    case HAUL_CLASS_HTTP:
        return result->status == 408 || result->status == 429 || result->status == 500 || result->status == 502 ||
               result->status == 503 || result->status == 504;
    default:
        return false;
    }
}

/* That no two attempts could come out in any other way. */
static bool is_hopeless(enum haul_class error_class)
{
    return error_class == HAUL_CLASS_NONE || error_class == HAUL_CLASS_URL || error_class == HAUL_CLASS_ADDRESS ||
           error_class == HAUL_CLASS_CANCELLED;
}

static int64_t shorter(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A random part of a delay that doubles (full jitter), so that those who failed together do not come back together. */
static int64_t draw_delay(struct haul__retries *retries, unsigned attempts)
{
    unsigned doublings = attempts - 1 < max_doublings ? attempts - 1 : max_doublings;
    int64_t longest = shorter(first_delay << doublings, longest_delay);
    return (int64_t)((double)longest * ((double)nrand48(retries->chance) / 2147483648.0));
}

static bool may_afford(struct haul__retries *retries)
{
    if (retries->options->retry_budget == HAUL_NO_BUDGET)
        return true;
    if (retries->allowance < 1)
        return false;
    retries->allowance -= 1;
    return true;
}

bool haul__retries_take(struct haul__retries *retries, const struct haul_result *result, unsigned most,
                        int64_t retry_after, int64_t elapsed, int64_t *ret_delay)
{
    const struct haul_client_options *options = retries->options;
    bool may_help = haul__is_transient(result) || (options->retry_all_errors && !is_hopeless(result->error_class));
    if (!may_help || result->attempts > most)
        return false;
    int64_t delay = options->retry_delay > 0 ? options->retry_delay : draw_delay(retries, result->attempts);
    int64_t asked = shorter(retry_after, options->retry_after_limit);
    if (delay < asked)
        delay = asked;
    bool is_too_late = options->retry_max_time != HAUL_NEVER && elapsed + delay > options->retry_max_time;
    if (is_too_late || !may_afford(retries))
        return false;
    *ret_delay = delay;
    return true;
}
