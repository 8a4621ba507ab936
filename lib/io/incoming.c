#include "io/incoming.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

void haul__incoming_finish(struct haul__incoming *incoming)
{
    haul__free(incoming->bytes);
    *incoming = (struct haul__incoming){0};
}

static void move_to_front(struct haul__incoming *incoming)
{
    size_t size = haul__incoming_size(incoming);
    if (size > 0)
        memmove(incoming->bytes, incoming->bytes + incoming->begin, size);
    incoming->begin = 0;
    incoming->end = size;
}

int haul__incoming_reserve(struct haul__incoming *incoming, size_t size)
{
    assert(size >= haul__incoming_size(incoming));
    if (haul__incoming_size(incoming) == 0)
        incoming->begin = incoming->end = 0;
    if (size <= incoming->capacity - incoming->begin)
        return 0;
    if (size > incoming->capacity) {
        size_t capacity = incoming->capacity > FIRST_CAPACITY / 2 ? incoming->capacity : FIRST_CAPACITY / 2;
        do
            capacity = capacity > SIZE_MAX / 2 ? size : capacity * 2;
        while (capacity < size);
        unsigned char *bytes = haul__reallocate(incoming->bytes, capacity);
        if (!bytes)
            return -ENOMEM;
        incoming->bytes = bytes;
        incoming->capacity = capacity;
    }
    move_to_front(incoming);
    return 0;
}

const unsigned char *haul__incoming_take(struct haul__incoming *incoming, size_t size)
{
    assert(size <= haul__incoming_size(incoming));
    incoming->searched = 0;
    if (size == 0)
        return (const unsigned char *)"";
    const unsigned char *bytes = incoming->bytes + incoming->begin;
    incoming->begin += size;
    return bytes;
}

bool haul__incoming_find(struct haul__incoming *incoming, const void *separator, size_t separator_size,
                         size_t *ret_before)
{
    size_t size = haul__incoming_size(incoming);
    if (size >= incoming->searched + separator_size) {
        const unsigned char *bytes = incoming->bytes + incoming->begin;
        const unsigned char *found =
            memmem(bytes + incoming->searched, size - incoming->searched, separator, separator_size);
        incoming->searched = found ? (size_t)(found - bytes) : size - separator_size + 1;
        *ret_before = incoming->searched;
        return found != NULL;
    }
    *ret_before = incoming->searched;
    return false;
}
