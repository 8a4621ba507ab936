/* Limits: how many hops of one origin (scheme, host and port) may be in flight. */
#ifndef NET_LIMIT_H
#define NET_LIMIT_H

#include "base/hash.h"

#include <haul/semaphore.h>
#include <haul/url.h>

#include <stdbool.h>

struct haul__limits;

struct haul__limit {
    struct haul__limits *limits;
    struct haul_semaphore places; /* first come, first served */
    size_t users;                 /* fetches that wait for a place or have one */
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
    size_t origin_size;
    char origin[];
};

struct haul__limits {
    struct haul__limit *table; /* those that somebody uses */
    size_t places;             /* each one's; 0: there is no limit */
};

void haul__limits_init(struct haul__limits *limits, size_t places);

/* Nobody uses any. */
void haul__limits_finish(struct haul__limits *limits);

/* Whether there is one for URL. A sleep has no host that could be asked too much of. */
static inline bool haul__limits_has(const struct haul__limits *limits, const struct haul_url *url)
{
    return limits->places > 0 && haul_url_scheme(url) != HAUL_URL_SLEEP;
}

/* The one for URL, made if nobody uses it, with one more user. NULL: out of memory. */
struct haul__limit *haul__limits_get(struct haul__limits *limits, const struct haul_url *url);

/* One user less. NULL is fine. */
void haul__limit_unref(struct haul__limit *limit);

#endif
