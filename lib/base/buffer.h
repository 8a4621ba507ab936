/* A growing run of bytes. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>

struct haul__buffer {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
};

void haul__buffer_init(struct haul__buffer *buffer);
void haul__buffer_finish(struct haul__buffer *buffer);

/* Adds SIZE bytes at the end, and a NUL behind them that is not counted. -ENOMEM, with nothing added. */
int haul__buffer_append(struct haul__buffer *buffer, const void *bytes, size_t size);

#endif
