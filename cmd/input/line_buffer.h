/* The lines of a regular file, from its begin to its end, with no more of it in memory than the longest of them. */
#ifndef INPUT_LINE_BUFFER_H
#define INPUT_LINE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is longer is passed over. */
enum { LINE_BUFFER_LONGEST = 64 * 1024 * 1024 };

/* All zero but for the descriptor, whose position does not matter. The others are private. */
struct line_buffer {
    int descriptor;
    int64_t offset; /* of what is read next */
    char *bytes;
    size_t capacity;
    size_t begin; /* of what was read and not given */
    size_t end;
    size_t searched; /* behind `begin`: so much of it has no newline */
    bool is_too_long;
};

/* The next line, without its newline, good until the next call. HAUL_E_INVALID: it was too long, and is passed over;
 * HAUL_E_DRAINED: there is none any more; negative errno. *RET_IS_ENDED: there was a newline. */
int line_buffer_next(struct line_buffer *buffer, const char **ret_line, size_t *ret_size, bool *ret_is_ended);

void line_buffer_finish(struct line_buffer *buffer);

#endif
