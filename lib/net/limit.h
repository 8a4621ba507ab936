/* Limits: how many hops of one origin (scheme, host and port) may be in flight, a fixed number or one that is found,
 * how fast they may follow one another, and until when it has asked to be left alone. */
#ifndef NET_LIMIT_H
#define NET_LIMIT_H

#include "base/hash.h"
#include "base/list.h"
#include "net/gradient.h"
#include "net/rate.h"

#include <haul/client.h>
#include <haul/semaphore.h>
#include <haul/url.h>

#include <stdbool.h>

struct haul__limits;

struct haul__limit {
    struct haul__limits *limits;
    struct haul_semaphore places;   /* first come, first served */
    size_t excess;                  /* places that are in use and will not come back */
    struct haul__gradient gradient; /* that finds how many there are; unused where that is fixed */
    /* Of those who have a place the one that is next to go: it alone waits for its moment, so that nobody can take
     * that away who comes later, and it takes the moment only when it goes. */
    struct haul_semaphore turn;
    struct haul__rate rate;
    int64_t paused_until;  /* the origin has asked for it; INT64_MIN */
    int64_t pause;         /* how long, where nobody was told of it yet; else 0 */
    int pause_status;      /* that asked for it */
    size_t users;          /* fetches that wait for a place or have one */
    struct haul_list link; /* among the unused */
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
    size_t origin_size;
    char origin[];
};

struct haul__limits {
    struct haul__limit *table;
    struct haul_list unused; /* those that nobody uses, and whose next moment has not come, or that have learnt */
    size_t unused_count;
    size_t places;    /* each one's, at most; 0: there is no limit */
    bool adapts;      /* how many, is found */
    int64_t interval; /* between two hops of one; 0: there is none */
    bool has_pauses;  /* an origin that asks for a pause gets it */
};

void haul__limits_init(struct haul__limits *limits, const struct haul_client_options *options);

/* Nobody uses any. */
void haul__limits_finish(struct haul__limits *limits);

/* Whether there is one for URL. A sleep has no host that could be asked too much of. */
static inline bool haul__limits_has(const struct haul__limits *limits, const struct haul_url *url)
{
    bool has_any = limits->places > 0 || limits->interval > 0 || limits->has_pauses;
    return has_any && haul_url_scheme(url) != HAUL_URL_SLEEP;
}

/* Whether a hop may have to wait though there are places. */
static inline bool haul__limits_have_moments(const struct haul__limits *limits)
{
    return limits->interval > 0 || limits->has_pauses;
}

/* The one for URL, made if there is none, with one more user. NULL: out of memory. */
struct haul__limit *haul__limits_get(struct haul__limits *limits, const struct haul_url *url, int64_t now);

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
void haul__limit_unref(struct haul__limit *limit, int64_t now);

/* When the next hop may be let go, as far as is known; it takes that moment with haul__rate_take. */
int64_t haul__limit_due(const struct haul__limit *limit);

#endif
