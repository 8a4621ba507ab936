/* The fetcher: what makes hops on one loop. It has the transfers and the shards they run in, names, connections of
 * hosts, and the means when descriptors are short. How many hops are in flight is the client's affair. */
#ifndef NET_FETCHER_H
#define NET_FETCHER_H

#include "net/budget.h"
#include "net/resolver.h"
#include "net/shard.h"
#include "net/shortage.h"
#include "net/url.h"

#include <haul/semaphore.h>

struct haul__fetcher {
    struct haul_loop *loop;
    const struct haul_client_options *options;
    struct haul__transfers transfers;
    struct haul__hosts hosts;
    struct haul__resolver resolver;
    struct haul__hook hook;
    struct haul__shard **shards; /* NULL: not needed yet */
    struct haul__budget budget;
    struct haul_semaphore places;    /* for transfers that may each need a connection: what descriptors allow */
    struct haul__shortage *shortage; /* of descriptors, of all the client's loops */
    bool is_sparing;                 /* while there is one, no idle connection is kept */
    bool is_connected;               /* as the shortage has it */
    char lookup_message[64];
    char idle_message[64];
};

/* OPTIONS and SHORTAGE outlive it. HAUL_E_INVALID: one cannot be used; negative errno. */
int haul__fetcher_init(struct haul__fetcher *fetcher, struct haul_loop *loop, const struct haul_client_options *options,
                       struct haul__shortage *shortage);

/* Closes its connections. No hop is under way. */
void haul__fetcher_finish(struct haul__fetcher *fetcher);

/* The shard for a hop to HOST: its own, or another where that is full; where the host's connections are shared always
 * theirs. NULL: out of memory. */
struct haul__shard *haul__fetcher_shard(struct haul__fetcher *fetcher, struct haul__host *host);

/* Descriptors are short: closes connections that are not in use, for a while, on all the client's loops; those beside
 * others that are in use as these come back. */
void haul__fetcher_spare(struct haul__fetcher *fetcher);

/* Whether any connection of the client is there, or being made, that may be closed one day. */
bool haul__fetcher_has_connections(const struct haul__fetcher *fetcher);

/* Writes "TEXT 1500 ms" or "TEXT 2 s" into BUFFER. */
void haul__write_duration(char *buffer, size_t size, const char *text, int64_t duration);

#endif
