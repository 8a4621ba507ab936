/* What a client may have open: how many connections, and in how many shards, of the descriptors that there are. */
#ifndef NET_BUDGET_H
#define NET_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct haul__budget {
    size_t shards;      /* two descriptors each */
    size_t shard_size;  /* transfers that one is for */
    size_t connections; /* of all shards together, those included that are not in use */
    size_t kept;        /* of one shard, when they are not in use */
    bool is_tight;      /* a shard has to close one that is not in use before it opens another than `kept` */
};

/* The budget for so many transfers at a time, 0: without limit, of so many DESCRIPTORS. */
struct haul__budget haul__budget_make(size_t concurrency, size_t descriptors);

/* How many descriptors the process may still open, less a few for what is opened later. */
size_t haul__descriptors_left(void);

#endif
