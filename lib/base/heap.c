#include "base/heap.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Four children a node: half the depth of a binary heap, and the children are a cache line. For that some entries
 * before the first are unused: what malloc maps by itself begins 16 bytes behind a line. */
enum { arity = 4, first_capacity = 64, unused = 2 };

/* Of entries, 256 kB. */
enum { few = 16384 };

void haul__heap_init(struct haul__heap *heap)
{
    *heap = (struct haul__heap){.horizon = INT64_MAX, .near_most = few, .near_least = few};
}

void haul__heap_finish(struct haul__heap *heap)
{
    if (heap->entries)
        haul__free(heap->entries - unused);
    haul__heap_init(heap);
}

/* Without a branch: which is the earlier of two is not to be foreseen. */
static bool is_before(const struct haul__heap_entry *a, const struct haul__heap_entry *b)
{
    return (a->deadline < b->deadline) | ((a->deadline == b->deadline) & (a->sequence < b->sequence));
}

static void sift_up(struct haul__heap *heap, size_t index, struct haul__heap_entry entry)
{
    while (index > 0) {
        size_t parent = (index - 1) / arity;
        if (!is_before(&entry, &heap->entries[parent]))
            break;
        heap->entries[index] = heap->entries[parent];
        index = parent;
    }
    heap->entries[index] = entry;
}

/* Puts ENTRY in below INDEX, among the first COUNT entries. The place is looked for from the bottom, where what came
 * from the bottom mostly belongs. What comes near the top is wanted soon: its slot is fetched, then its timer. */
static void sift_down(struct haul__heap *heap, size_t count, size_t index, struct haul__heap_entry entry)
{
    size_t top = index;
    for (size_t child; (child = index * arity + 1) < count; index = child) {
        size_t last = child + arity < count ? child + arity : count;
        for (size_t other = child + 1; other < last; other++)
            child = is_before(&heap->entries[other], &heap->entries[child]) ? other : child;
        heap->entries[index] = heap->entries[child];
        if (index <= arity)
            __builtin_prefetch(heap->slots[heap->entries[index].slot].timer, 1);
        else if (index <= arity + arity * arity)
            __builtin_prefetch(&heap->slots[heap->entries[index].slot]);
    }
    for (size_t parent; index > top && is_before(&entry, &heap->entries[parent = (index - 1) / arity]); index = parent)
        heap->entries[index] = heap->entries[parent];
    heap->entries[index] = entry;
}

/* One block: the entries, and the slots behind them. */
static int grow(struct haul__heap *heap)
{
    size_t capacity = heap->capacity > 0 ? heap->capacity * 2 : first_capacity;
    size_t size = (capacity + unused) * sizeof(*heap->entries) + capacity * sizeof(*heap->slots);
    struct haul__heap_entry *block = haul__reallocate(heap->entries ? heap->entries - unused : NULL, size);
    if (!block)
        return -ENOMEM;
    struct haul__heap_entry *entries = block + unused;
    union haul__heap_slot *slots = (void *)(entries + capacity);
    if (heap->used > 0)
        memmove(slots, entries + heap->capacity, heap->used * sizeof(*slots));
    heap->entries = entries;
    heap->slots = slots;
    heap->capacity = capacity;
    return 0;
}

static uint32_t take_slot(struct haul__heap *heap)
{
    if (heap->count == heap->used)
        return (uint32_t)heap->used++;
    size_t slot = heap->first_free;
    heap->first_free = heap->slots[slot].next_free;
    return (uint32_t)slot;
}

static void give_slot(struct haul__heap *heap, uint32_t slot)
{
    heap->slots[slot].next_free = heap->first_free;
    heap->first_free = slot;
}

static bool is_empty(const struct haul__heap *heap, size_t index)
{
    return !heap->slots[heap->entries[index].slot].timer;
}

/* A deadline before which about every thirtieth of the entries is. */
static int64_t sample(const struct haul__heap *heap)
{
    enum { size = 64, rank = 2 };
    int64_t first[rank + 1];
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        int64_t deadline = heap->entries[heap->count / size * i].deadline;
        size_t place = count;
        for (; place > 0 && first[place - 1] > deadline; place--)
            if (place <= rank)
                first[place] = first[place - 1];
        if (place <= rank)
            first[place] = deadline;
        count += count <= rank;
    }
    return first[rank];
}

/* Makes a heap of the first NEAR entries, which are those before HORIZON. */
static void make_near(struct haul__heap *heap, size_t near, int64_t horizon)
{
    heap->near = near;
    heap->horizon = horizon;
    heap->near_most = near > heap->near_least / 2 ? 2 * near : heap->near_least;
    for (size_t i = near > 1 ? (near - 2) / arity + 1 : 0; i-- > 0;)
        sift_down(heap, near, i, heap->entries[i]);
}

/* Draws a new horizon, whatever the order of the entries. Where it would leave too few near, such as none of those that
 * are due at once, all are. */
static void draw_horizon(struct haul__heap *heap)
{
    size_t near = 0;
    int64_t horizon = heap->count > heap->near_least ? sample(heap) : INT64_MIN;
    for (size_t i = 0; horizon > INT64_MIN && i < heap->count; i++) {
        struct haul__heap_entry entry = heap->entries[i];
        if (entry.deadline < horizon) {
            heap->entries[i] = heap->entries[near];
            heap->entries[near++] = entry;
        }
    }
    if (near > heap->count / 256)
        make_near(heap, near, horizon);
    else
        make_near(heap, heap->count, INT64_MAX);
}

static void drop_all_empty(struct haul__heap *heap)
{
    size_t count = 0;
    for (size_t i = 0; i < heap->count; i++) {
        if (is_empty(heap, i))
            give_slot(heap, heap->entries[i].slot);
        else
            heap->entries[count++] = heap->entries[i];
    }
    heap->count = count;
    heap->empty = 0;
    draw_horizon(heap);
}

static void drop_first(struct haul__heap *heap)
{
    give_slot(heap, heap->entries[0].slot);
    struct haul__heap_entry last = heap->entries[--heap->near];
    heap->entries[heap->near] = heap->entries[--heap->count];
    if (heap->near > 0)
        sift_down(heap, heap->near, 0, last);
    else if (heap->count > 0)
        draw_horizon(heap);
}

/* Before sequences wrap: the entries in order, which is a heap again, with sequences from 0. */
static void number_anew(struct haul__heap *heap)
{
    make_near(heap, heap->count, INT64_MAX);
    for (size_t left = heap->count; left > 1;) {
        struct haul__heap_entry last = heap->entries[--left];
        heap->entries[left] = heap->entries[0];
        sift_down(heap, left, 0, last);
    }
    for (size_t low = 0, high = heap->count; low + 1 < high; low++) {
        struct haul__heap_entry entry = heap->entries[--high];
        heap->entries[high] = heap->entries[low];
        heap->entries[low] = entry;
    }
    for (size_t i = 0; i < heap->count; i++)
        heap->entries[i].sequence = (uint32_t)i;
    heap->sequence = (uint32_t)heap->count;
}

int haul__heap_add(struct haul__heap *heap, struct haul_timer *timer, int64_t deadline)
{
    assert(timer->index == HAUL__NO_TIMER);
    if (heap->count == UINT32_MAX || (heap->count == heap->capacity && grow(heap) < 0))
        return -ENOMEM;
    if (heap->sequence == UINT32_MAX)
        number_anew(heap);
    struct haul__heap_entry entry = {deadline, heap->sequence++, take_slot(heap)};
    heap->slots[entry.slot].timer = timer;
    timer->index = entry.slot;
    heap->entries[heap->count++] = entry;
    if (deadline >= heap->horizon && heap->near > 0)
        return 0;
    heap->entries[heap->count - 1] = heap->entries[heap->near];
    sift_up(heap, heap->near++, entry);
    if (heap->near > heap->near_most)
        draw_horizon(heap);
    return 0;
}

void haul__heap_remove(struct haul__heap *heap, struct haul_timer *timer)
{
    size_t slot = timer->index;
    if (slot == HAUL__NO_TIMER)
        return;
    assert(slot < heap->used && heap->slots[slot].timer == timer);
    timer->index = HAUL__NO_TIMER;
    heap->slots[slot].timer = NULL;
    if (heap->entries[0].slot != slot) {
        if (++heap->empty > heap->count / 2)
            drop_all_empty(heap);
        return;
    }
    drop_first(heap);
    while (heap->count > 0 && is_empty(heap, 0)) {
        drop_first(heap);
        heap->empty--;
    }
}
