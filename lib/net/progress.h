/* How far a hop is, told by the loop that makes it to that of its fetch. The two figures need not be of one moment. */
#ifndef NET_PROGRESS_H
#define NET_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

struct haul__progress {
    _Atomic int64_t received; /* bytes of the body, decoded */
    _Atomic int64_t expected; /* how many there will be; -1: not known */
};

static inline void haul__progress_begin(struct haul__progress *progress, int64_t expected)
{
    atomic_store_explicit(&progress->received, 0, memory_order_relaxed);
    atomic_store_explicit(&progress->expected, expected, memory_order_relaxed);
}

static inline void haul__progress_note(struct haul__progress *progress, int64_t received)
{
    atomic_store_explicit(&progress->received, received, memory_order_relaxed);
}

#endif
