/* What a stream has received and nobody has taken yet. It has memory only once something is collected in it. */
#ifndef IO_INCOMING_H
#define IO_INCOMING_H

#include <stdbool.h>
#include <stddef.h>

struct haul__incoming {
    unsigned char *bytes;
    size_t begin; /* of what nobody has taken */
    size_t end;
    size_t capacity;
    size_t searched; /* up to here, from `begin` on, the separator does not begin */
};

void haul__incoming_finish(struct haul__incoming *incoming);

static inline size_t haul__incoming_size(const struct haul__incoming *incoming)
{
    return incoming->end - incoming->begin;
}

/* Makes room, so that it can hold SIZE bytes in all; moves what it holds. -ENOMEM. */
int haul__incoming_reserve(struct haul__incoming *incoming, size_t size);

/* The free room behind what it holds. What has been received there is told by haul__incoming_add. */
static inline unsigned char *haul__incoming_room(const struct haul__incoming *incoming, size_t *ret_size)
{
    *ret_size = incoming->capacity - incoming->end;
    return incoming->bytes + incoming->end;
}

static inline void haul__incoming_add(struct haul__incoming *incoming, size_t size)
{
    incoming->end += size;
}

/* Takes the first SIZE bytes, which are there: they stay where they are until room is made. */
const unsigned char *haul__incoming_take(struct haul__incoming *incoming, size_t size);

/* Looks for SEPARATOR, from where it left off the last time: whether it is there, and how many bytes are before it.
 * If not, how many at least will be. */
bool haul__incoming_find(struct haul__incoming *incoming, const void *separator, size_t separator_size,
                         size_t *ret_before);

/* Looks for another separator from now on. */
static inline void haul__incoming_search_anew(struct haul__incoming *incoming)
{
    incoming->searched = 0;
}

#endif
