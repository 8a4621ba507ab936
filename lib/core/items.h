/* The items of a queue: in the order in which they were added, or by what comes before what. */
#ifndef CORE_ITEMS_H
#define CORE_ITEMS_H

#include <haul/queue.h>

struct haul__item {
    union haul_value value;
    uint64_t sequence; /* the order of equal ones */
};

/* A ring; or a heap, where there is a `before`, and then `first` stays 0. */
struct haul__items {
    struct haul__item *entries;
    size_t capacity;
    size_t first;
    size_t count;
    uint64_t sequence;      /* how many were ever added */
    haul_before_fn *before; /* NULL: first in, first out */
};

void haul__items_init(struct haul__items *items, haul_before_fn *before);

/* Frees the memory, not what the items point to. */
void haul__items_finish(struct haul__items *items);

/* Makes sure that one more can be added. -ENOMEM. */
int haul__items_reserve(struct haul__items *items);

/* Adds one; there is room. Never fails. */
void haul__items_add(struct haul__items *items, union haul_value value);

/* Takes the first; there is one. The room stays. */
union haul_value haul__items_take(struct haul__items *items);

#endif
