/* A heap of timers: the earliest deadline first, equal ones in the order they were set.
 *
 * An entry names its timer by a slot, and a timer knows its slot. So sifting moves entries and touches nothing else,
 * which is what a million timers need: their memory is far apart, the entries' is not. A timer that is taken out leaves
 * its entry behind, with an empty slot; such entries go when they come to the top, or when they are half of all.
 *
 * Of many entries, only those due before a horizon are in the heap, which so stays in the cache; the others stand
 * behind it in no order. When the heap has run empty, a new horizon is drawn. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <haul/embedded.h>

#include <stdint.h>

/* 16 bytes: the four children of a node are one cache line long. */
struct haul__heap_entry {
    int64_t deadline;
    uint32_t sequence;
    uint32_t slot;
};

union haul__heap_slot {
    struct haul_timer *timer; /* NULL: it was taken out, and the entry is still there */
    size_t next_free;         /* of a slot without an entry */
};

struct haul__heap {
    struct haul__heap_entry *entries; /* the first one's slot is not empty */
    int64_t horizon;                  /* the deadlines of those that are near are before it, those of the far are not */
    size_t near;                      /* the first so many are the heap: 0 only where there are no entries at all */
    size_t near_most;                 /* with more, a new horizon is drawn */
    size_t near_least;                /* so few are always near */
    union haul__heap_slot *slots;
    size_t count; /* of entries; as many slots are in use */
    size_t empty; /* of these, those with an empty slot */
    size_t capacity;
    size_t used;       /* slots that have ever had a timer; those beyond are in no list, and were never touched */
    size_t first_free; /* of the list of free slots, where `count` is less than `used` */
    uint32_t sequence; /* the next entry's */
};

#define HAUL__NO_TIMER SIZE_MAX

void haul__heap_init(struct haul__heap *heap);
void haul__heap_finish(struct haul__heap *heap);

/* Adds TIMER, which is not in a heap (its index is HAUL__NO_TIMER). -ENOMEM. */
int haul__heap_add(struct haul__heap *heap, struct haul_timer *timer, int64_t deadline);

/* Takes TIMER out, if it is in. Never fails. */
void haul__heap_remove(struct haul__heap *heap, struct haul_timer *timer);

/* The earliest timer, and its deadline; NULL where there is none. */
static inline struct haul_timer *haul__heap_first(const struct haul__heap *heap)
{
    return heap->count > 0 ? heap->slots[heap->entries[0].slot].timer : NULL;
}

static inline int64_t haul__heap_first_deadline(const struct haul__heap *heap)
{
    return heap->entries[0].deadline;
}

#endif
