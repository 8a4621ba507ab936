/* A heap of timers: the earliest deadline first, equal ones in the order they were set. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <haul/embedded.h>

#include <stdint.h>

/* 24 bytes, with the keys beside each other, so that sifting touches no timer but to note its new place. */
struct haul__heap_entry {
    int64_t deadline;
    uint64_t sequence;
    struct haul_timer *timer;
};

struct haul__heap {
    struct haul__heap_entry *entries;
    size_t count;
    size_t capacity;
    uint64_t sequence; /* how many were ever added */
};

#define HAUL__NO_TIMER SIZE_MAX

void haul__heap_init(struct haul__heap *heap);
void haul__heap_finish(struct haul__heap *heap);

/* Adds TIMER, which is not in a heap (its index is HAUL__NO_TIMER). -ENOMEM. */
int haul__heap_add(struct haul__heap *heap, struct haul_timer *timer, int64_t deadline);

/* Takes TIMER out, if it is in. Never fails. */
void haul__heap_remove(struct haul__heap *heap, struct haul_timer *timer);

/* The earliest, or NULL. */
static inline const struct haul__heap_entry *haul__heap_first(const struct haul__heap *heap)
{
    return heap->count > 0 ? &heap->entries[0] : NULL;
}

#endif
