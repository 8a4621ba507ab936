#include "base/buffer.h"

#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

void haul__buffer_init(struct haul__buffer *buffer)
{
    *buffer = (struct haul__buffer){0};
}

void haul__buffer_finish(struct haul__buffer *buffer)
{
    haul__free(buffer->bytes);
    haul__buffer_init(buffer);
}

static int reserve(struct haul__buffer *buffer, size_t needed)
{
    if (needed <= buffer->capacity)
        return 0;
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : 256;
    while (capacity < needed) {
        if (capacity > SIZE_MAX / 2)
            return -ENOMEM;
        capacity *= 2;
    }
    unsigned char *bytes = haul__reallocate(buffer->bytes, capacity);
    if (!bytes)
        return -ENOMEM;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return 0;
}

int haul__buffer_append(struct haul__buffer *buffer, const void *bytes, size_t size)
{
    if (size >= SIZE_MAX - buffer->size)
        return -ENOMEM;
    int code = reserve(buffer, buffer->size + size + 1);
    if (code < 0)
        return code;
    if (size > 0)
        memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    buffer->bytes[buffer->size] = '\0';
    return 0;
}
