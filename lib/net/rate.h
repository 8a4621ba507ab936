/* A rate: so many in a time, evenly, and never several at once to make up for a pause. */
#ifndef NET_RATE_H
#define NET_RATE_H

#include <haul/duration.h>

/* What comes a little late, as timers are, does not put off all that follows. */
#define HAUL__RATE_GRACE (10 * HAUL_MILLISECOND)

struct haul__rate {
    int64_t interval; /* between two; 0: there is no rate */
    int64_t due;      /* when the next may come */
};

static inline void haul__rate_init(struct haul__rate *rate, int64_t interval)
{
    *rate = (struct haul__rate){.interval = interval, .due = INT64_MIN};
}

/* When what is ready NOW may come: NOW or later. That moment is taken. */
static inline int64_t haul__rate_take(struct haul__rate *rate, int64_t now)
{
    if (rate->interval == 0)
        return now;
    if (rate->due < now - HAUL__RATE_GRACE)
        rate->due = now;
    int64_t moment = rate->due;
    rate->due += rate->interval;
    return moment > now ? moment : now;
}

#endif
