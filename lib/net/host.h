/* Origins (scheme, host and port) that a fetcher has to do with: where they are, how fast they are connected to, and
 * what there is of connections. */
#ifndef NET_HOST_H
#define NET_HOST_H

#include "base/hash.h"
#include "net/pacing.h"
#include "net/route.h"
#include "net/streams.h"

#include <haul/url.h>

struct haul__hosts;

struct haul__host {
    struct haul__hosts *hosts;
    struct haul__pacing pacing;
    struct haul__streams streams;
    size_t users;             /* hops and connections */
    size_t running;           /* transfers that were started and have not ended */
    size_t connections;       /* open, or being opened */
    size_t shard;             /* where the last one was, which is where those are that are shared */
    struct haul__route route; /* of its URLs, where has_route says so */
    bool has_route;
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
    size_t origin_size;
    char origin[]; /* with a NUL behind */
};

struct haul__hosts {
    struct haul__host *table;
    struct haul__line opening; /* of those whose first, or next, connection others wait for */
    bool may_share;
};

/* MAY_SHARE: whether what a connection speaks can be told once it is there. */
void haul__hosts_init(struct haul__hosts *hosts, bool may_share);

/* Nobody uses any. */
void haul__hosts_finish(struct haul__hosts *hosts);

/* The host of URL, made if there is none, with one more user. NULL: out of memory. */
struct haul__host *haul__hosts_get(struct haul__hosts *hosts, const struct haul_url *url);

/* One more user. */
struct haul__host *haul__host_ref(struct haul__host *host);

/* One user less; without any it is dropped. NULL is fine. */
void haul__host_unref(struct haul__host *host);

/* Whether a transfer that starts now will need a connection of its own, as far as can be told. */
static inline int haul__host_opens(const struct haul__host *host)
{
    size_t each = host->streams.sharing == HAUL__SHARED ? HAUL__STREAMS_OF_CONNECTION : 1;
    return host->connections * each <= host->running;
}

#endif
