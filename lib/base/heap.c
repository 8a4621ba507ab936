#include "base/heap.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>

/* Four children a node: half the depth of a binary heap, and the children share a cache line or two. */
enum { arity = 4, first_capacity = 64 };

void haul__heap_init(struct haul__heap *heap)
{
    *heap = (struct haul__heap){0};
}

void haul__heap_finish(struct haul__heap *heap)
{
    haul__free(heap->entries);
    haul__heap_init(heap);
}

static bool is_before(const struct haul__heap_entry *a, const struct haul__heap_entry *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->sequence < b->sequence;
}

static void place(struct haul__heap *heap, size_t index, struct haul__heap_entry entry)
{
    heap->entries[index] = entry;
    entry.timer->index = index;
}

static void sift_up(struct haul__heap *heap, size_t index, struct haul__heap_entry entry)
{
    while (index > 0) {
        size_t parent = (index - 1) / arity;
        if (!is_before(&entry, &heap->entries[parent]))
            break;
        place(heap, index, heap->entries[parent]);
        index = parent;
    }
    place(heap, index, entry);
}

static void sift_down(struct haul__heap *heap, size_t index, struct haul__heap_entry entry)
{
    for (;;) {
        size_t child = index * arity + 1;
        if (child >= heap->count)
            break;
        size_t last = child + arity < heap->count ? child + arity : heap->count;
        for (size_t other = child + 1; other < last; other++)
            if (is_before(&heap->entries[other], &heap->entries[child]))
                child = other;
        if (!is_before(&heap->entries[child], &entry))
            break;
        place(heap, index, heap->entries[child]);
        index = child;
    }
    place(heap, index, entry);
}

int haul__heap_add(struct haul__heap *heap, struct haul_timer *timer, int64_t deadline)
{
    assert(timer->index == HAUL__NO_TIMER);
    if (heap->count == heap->capacity) {
        size_t capacity = heap->capacity > 0 ? heap->capacity * 2 : first_capacity;
        struct haul__heap_entry *entries = haul__reallocate(heap->entries, capacity * sizeof(*entries));
        if (!entries)
            return -ENOMEM;
        heap->entries = entries;
        heap->capacity = capacity;
    }
    struct haul__heap_entry entry = {deadline, heap->sequence++, timer};
    sift_up(heap, heap->count++, entry);
    return 0;
}

void haul__heap_remove(struct haul__heap *heap, struct haul_timer *timer)
{
    size_t index = timer->index;
    if (index == HAUL__NO_TIMER)
        return;
    assert(index < heap->count && heap->entries[index].timer == timer);
    timer->index = HAUL__NO_TIMER;
    struct haul__heap_entry moved = heap->entries[--heap->count];
    if (index == heap->count)
        return;
    if (index > 0 && is_before(&moved, &heap->entries[(index - 1) / arity]))
        sift_up(heap, index, moved);
    else
        sift_down(heap, index, moved);
}
