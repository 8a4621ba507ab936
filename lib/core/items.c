#include "core/items.h"

#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>

enum { FIRST_CAPACITY = 8 };

void haul__items_init(struct haul__items *items, haul_before_fn *before)
{
    *items = (struct haul__items){.before = before};
}

void haul__items_finish(struct haul__items *items)
{
    haul__free(items->entries);
}

/* The place of the item that is N behind the first. */
static struct haul__item *ring_at(const struct haul__items *items, size_t n)
{
    size_t behind = items->capacity - items->first;
    return &items->entries[n < behind ? items->first + n : n - behind];
}

int haul__items_reserve(struct haul__items *items)
{
    if (items->count < items->capacity)
        return 0;
    size_t capacity = items->capacity == 0 ? FIRST_CAPACITY : 2 * items->capacity;
    struct haul__item *entries = haul__allocate(capacity * sizeof(entries[0]));
    if (!entries)
        return -ENOMEM;
    for (size_t i = 0; i < items->count; i++)
        entries[i] = *ring_at(items, i);
    haul__free(items->entries);
    items->entries = entries;
    items->capacity = capacity;
    items->first = 0;
    return 0;
}

static bool comes_before(const struct haul__items *items, const struct haul__item *item, const struct haul__item *other)
{
    if (items->before(item->value, other->value))
        return true;
    return item->sequence < other->sequence && !items->before(other->value, item->value);
}

static void sift_up(struct haul__items *items, size_t hole, struct haul__item item)
{
    while (hole > 0) {
        size_t parent = (hole - 1) / 2;
        if (!comes_before(items, &item, &items->entries[parent]))
            break;
        items->entries[hole] = items->entries[parent];
        hole = parent;
    }
    items->entries[hole] = item;
}

static void sift_down(struct haul__items *items, struct haul__item item)
{
    size_t hole = 0;
    for (size_t child; (child = 2 * hole + 1) < items->count; hole = child) {
        if (child + 1 < items->count && comes_before(items, &items->entries[child + 1], &items->entries[child]))
            child++;
        if (!comes_before(items, &items->entries[child], &item))
            break;
        items->entries[hole] = items->entries[child];
    }
    items->entries[hole] = item;
}

void haul__items_add(struct haul__items *items, union haul_value value)
{
    assert(items->count < items->capacity);
    struct haul__item item = {.value = value, .sequence = items->sequence++};
    items->count++;
    if (items->before)
        sift_up(items, items->count - 1, item);
    else
        *ring_at(items, items->count - 1) = item;
}

union haul_value haul__items_take(struct haul__items *items)
{
    assert(items->count > 0);
    union haul_value value = items->entries[items->first].value;
    items->count--;
    if (!items->before)
        items->first = items->first + 1 == items->capacity ? 0 : items->first + 1;
    else if (items->count > 0)
        sift_down(items, items->entries[items->count]);
    return value;
}
