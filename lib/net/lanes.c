#include "net/lanes.h"

#include "base/memory.h"

#include <errno.h>

enum { bits = 64 };

void haul__lanes_finish(struct haul__lanes *lanes)
{
    haul__free(lanes->words);
    *lanes = (struct haul__lanes){0};
}

static int grow(struct haul__lanes *lanes)
{
    size_t count = 2 * lanes->count + 1;
    uint64_t *words = haul__reallocate(lanes->words, count * sizeof(*words));
    if (!words)
        return -ENOMEM;
    for (size_t i = lanes->count; i < count; i++)
        words[i] = 0;
    lanes->words = words;
    lanes->count = count;
    return 0;
}

int haul__lanes_take(struct haul__lanes *lanes, size_t *ret_lane)
{
    while (lanes->full < lanes->count && lanes->words[lanes->full] == UINT64_MAX)
        lanes->full++;
    if (lanes->full == lanes->count && grow(lanes) < 0)
        return -ENOMEM;
    uint64_t *word = &lanes->words[lanes->full];
    size_t bit = 0;
    while (*word >> bit & 1)
        bit++;
    *word |= UINT64_C(1) << bit;
    *ret_lane = lanes->full * bits + bit;
    return 0;
}

void haul__lanes_give(struct haul__lanes *lanes, size_t lane)
{
    size_t word = lane / bits;
    lanes->words[word] &= ~(UINT64_C(1) << lane % bits);
    if (word < lanes->full)
        lanes->full = word;
}
