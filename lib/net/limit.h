/* Limits: how many hops of one origin (scheme, host and port) may be in flight; a fixed number, or one that is found.
 */
#ifndef NET_LIMIT_H
#define NET_LIMIT_H

#include "base/hash.h"
#include "net/gradient.h"

#include <haul/semaphore.h>
#include <haul/url.h>

#include <stdbool.h>

struct haul__limits;

struct haul__limit {
    struct haul__limits *limits;
    struct haul_semaphore places;   /* first come, first served */
    size_t users;                   /* fetches that wait for a place or have one */
    size_t excess;                  /* places that are in use and will not come back */
    struct haul__gradient gradient; /* that finds how many there are; unused where that is fixed */
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
    size_t origin_size;
    char origin[];
};

struct haul__limits {
    struct haul__limit *table; /* those that somebody uses */
    size_t places;             /* each one's, at most; 0: there is no limit */
    bool adapts;               /* how many, is found */
};

/* ADAPTS: PLACES is not 0. */
void haul__limits_init(struct haul__limits *limits, size_t places, bool adapts);

/* Nobody uses any. */
void haul__limits_finish(struct haul__limits *limits);

/* Whether there is one for URL. A sleep has no host that could be asked too much of. */
static inline bool haul__limits_has(const struct haul__limits *limits, const struct haul_url *url)
{
    return limits->places > 0 && haul_url_scheme(url) != HAUL_URL_SLEEP;
}

/* The one for URL, made if nobody uses it, with one more user. NULL: out of memory. */
struct haul__limit *haul__limits_get(struct haul__limits *limits, const struct haul_url *url);

/* Gives a place back: to the first who waits, unless there are to be fewer. */
void haul__limit_release(struct haul__limit *limit);

/* Who has a place begins. */
static inline struct haul__gradient_request haul__limit_begin(struct haul__limit *limit)
{
    return limit->limits->adapts ? haul__gradient_begin(&limit->gradient) : (struct haul__gradient_request){0};
}

/* And has ended, before the place is given back. How many places there are may change. */
void haul__limit_end(struct haul__limit *limit, const struct haul__gradient_request *request, enum haul__sign sign,
                     int64_t latency);

/* One user less. NULL is fine. */
void haul__limit_unref(struct haul__limit *limit);

#endif
