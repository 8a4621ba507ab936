/* The inside of the client. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/resolver.h"
#include "net/shard.h"
#include "net/url.h"

struct haul_client {
    struct haul_loop *loop;
    struct haul_client_options options;
    struct haul__transfers transfers;
    struct haul__hosts hosts;
    struct haul__resolver resolver;
    struct haul_semaphore places; /* of all hosts together; a fetch takes its host's place first */
    struct haul__hook hook;
    struct haul__shard **shards; /* NULL: not needed yet */
    size_t shard_count;
    size_t fetches;        /* that have begun and not ended */
    int64_t sparing_until; /* while descriptors are short, no idle connection is kept */
    bool is_sparing;
    struct haul_client_statistics statistics;
    char lookup_message[64];
    char connect_message[64];
    char idle_message[64];
};

/* The shard for a hop to URL: the host's own, or another where that is full. NULL: out of memory. */
struct haul__shard *haul__client_shard(struct haul_client *client, const struct haul_url *url);

/* Descriptors are short: closes connections that are not in use, for a while; those beside others that are in use as
 * these come back. */
void haul__client_spare(struct haul_client *client);

/* Whether any connection is there, or being made, that may be closed one day. */
bool haul__client_has_connections(const struct haul_client *client);

/* Writes "TEXT 1500 ms" or "TEXT 2 s" into BUFFER. */
void haul__write_duration(char *buffer, size_t size, const char *text, int64_t duration);

#endif
