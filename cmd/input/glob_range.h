/* A range of a glob: of letters, [a-z] or [a-z:2], or of numbers, [1-100], [1-100:5] or, all equally wide, [001-100].
 */
#ifndef INPUT_GLOB_RANGE_H
#define INPUT_GLOB_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GLOB_RANGE_WIDEST = 64, GLOB_RANGE_ROOM = GLOB_RANGE_WIDEST + 1 };

struct glob_range {
    bool is_letters;
    uint64_t first;
    uint64_t step;
    size_t count; /* at least 1 */
    int width;    /* of numbers: filled up with zeros to so many digits */
};

/* Reads a range from TEXT on, which is behind its bracket, END at most. What stands behind its closing bracket; NULL:
 * it is none, or a number in it is too large. */
const char *glob_range_parse(const char *text, const char *end, struct glob_range *ret_range);

/* Writes the value with this index into GLOB_RANGE_ROOM bytes; its size. */
size_t glob_range_write(const struct glob_range *range, size_t index, char *buffer);

#endif
