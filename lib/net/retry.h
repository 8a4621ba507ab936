/* When a fetch that failed is tried again, and how often. */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <haul/client.h>

/* What all fetches of a client share: so that retries do not come in step, and stay a share of what is asked for. */
struct haul__retries {
    const struct haul_client_options *options;
    unsigned short chance[3]; /* the state of nrand48 */
    double allowance;         /* retries that the budget has left */
};

void haul__retries_init(struct haul__retries *retries, const struct haul_client_options *options);

/* A fetch has begun: the budget grows by its share. */
void haul__retries_note_fetch(struct haul__retries *retries);

/* Whether one that came out as RESULT and may have MOST retries is tried again, RETRY_AFTER being what the server
 * asked to be waited, 0 where it did not, and ELAPSED the time since the first attempt began. Takes it out of the
 * budget, and sets how long to wait. */
bool haul__retries_take(struct haul__retries *retries, const struct haul_result *result, unsigned most,
                        int64_t retry_after, int64_t elapsed, int64_t *ret_delay);

/* Whether the same may come out otherwise soon (what curl's --retry calls transient). */
bool haul__is_transient(const struct haul_result *result);

/* Whether a server that answers so asks all who wait for it to stay away for a while. */
static inline bool haul__asks_for_pause(int status)
{
    return status == 429 || status == 503;
}

#endif
