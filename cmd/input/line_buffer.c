#include "input/line_buffer.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { first_capacity = 256 * 1024 };

/* Makes room behind what is kept. */
static int make_room(struct line_buffer *buffer)
{
    size_t kept = buffer->end - buffer->begin;
    if (buffer->is_too_long)
        kept = buffer->searched = 0;
    if (buffer->bytes && buffer->begin > 0 && kept > 0)
        memmove(buffer->bytes, buffer->bytes + buffer->begin, kept);
    buffer->begin = 0;
    buffer->end = kept;
    if (kept < buffer->capacity)
        return 0;
    size_t capacity = buffer->capacity > 0 ? 2 * buffer->capacity : (size_t)first_capacity;
    char *bytes = realloc(buffer->bytes, capacity);
    if (!bytes)
        return -ENOMEM;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return 0;
}

/* How much more is there now: 0 at the end; negative errno. */
static ssize_t read_more(struct line_buffer *buffer)
{
    buffer->is_too_long |= buffer->end - buffer->begin >= LINE_BUFFER_LONGEST;
    int code = make_room(buffer);
    if (code != 0)
        return code;
    ssize_t size;
    do
        size = pread(buffer->descriptor, buffer->bytes + buffer->end, buffer->capacity - buffer->end, buffer->offset);
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return -errno;
    buffer->offset += size;
    buffer->end += (size_t)size;
    return size;
}

/* Gives what stands before END, and goes on at NEXT. */
static int give(struct line_buffer *buffer, size_t end, size_t next, const char **ret_line, size_t *ret_size)
{
    bool is_too_long = buffer->is_too_long;
    *ret_line = buffer->bytes + buffer->begin;
    *ret_size = end - buffer->begin;
    buffer->begin = next;
    buffer->searched = 0;
    buffer->is_too_long = false;
    return is_too_long ? HAUL_E_INVALID : 0;
}

int line_buffer_next(struct line_buffer *buffer, const char **ret_line, size_t *ret_size, bool *ret_is_ended)
{
    for (;;) {
        size_t from = buffer->begin + buffer->searched;
        const char *newline = from < buffer->end ? memchr(buffer->bytes + from, '\n', buffer->end - from) : NULL;
        *ret_is_ended = newline != NULL;
        if (newline) {
            size_t end = (size_t)(newline - buffer->bytes);
            return give(buffer, end, end + 1, ret_line, ret_size);
        }
        buffer->searched = buffer->end - buffer->begin;
        ssize_t size = read_more(buffer);
        if (size < 0)
            return (int)size;
        if (size == 0 && buffer->begin == buffer->end && !buffer->is_too_long)
            return HAUL_E_DRAINED;
        if (size == 0)
            return give(buffer, buffer->end, buffer->end, ret_line, ret_size);
    }
}

void line_buffer_finish(struct line_buffer *buffer)
{
    free(buffer->bytes);
    buffer->bytes = NULL;
}
