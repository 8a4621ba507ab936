/* That descriptors are short concerns all loops of a client alike: connections that one of them does not use are closed
 * for another that needs one. Each fetcher looks here once an iteration, and is woken when a shortage begins. */
#ifndef NET_SHORTAGE_H
#define NET_SHORTAGE_H

#include "core/poll.h"

#include <stdatomic.h>
#include <stdint.h>

struct haul__shortage {
    _Atomic int64_t until;     /* the end of it, on the loops' clock; INT64_MIN: there was none */
    atomic_size_t connected;   /* fetchers that have connections */
    struct haul__poll **polls; /* of all loops; not changed any more once hops are made */
    size_t count;
    size_t loops; /* that there will be */
};

/* For COUNT loops. -ENOMEM. */
int haul__shortage_init(struct haul__shortage *shortage, size_t count);
void haul__shortage_finish(struct haul__shortage *shortage);

/* One of the loops; they come one after the other. */
void haul__shortage_add(struct haul__shortage *shortage, struct haul__poll *poll);

/* There is one, from NOW UNTIL then at least. From any of the loops. */
void haul__shortage_begin(struct haul__shortage *shortage, int64_t now, int64_t until);

static inline bool haul__shortage_is_on(const struct haul__shortage *shortage, int64_t now)
{
    return atomic_load(&shortage->until) > now;
}

#endif
