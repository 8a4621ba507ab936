/* Text that grows at its end: lines, records and messages before they are written. Where memory runs out it keeps what
 * it has and notes it, so that a caller asks once, at the end. */
#ifndef OUTPUT_TEXT_H
#define OUTPUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty text. */
struct text {
    char *bytes;     /* not NUL-terminated; NULL while nothing was ever in it */
    size_t size;     /* in bytes */
    size_t capacity; /* allocated */
    bool failed;     /* memory ran out: something is missing */
};

/* Frees it; it is empty again. */
void text_finish(struct text *text);

/* Makes it empty and keeps its memory. */
void text_clear(struct text *text);

/* Room for MORE bytes behind its end, not yet part of it. NULL: out of memory. */
char *text_reserve(struct text *text, size_t more);

void text_append(struct text *text, const char *bytes, size_t size);
void text_append_string(struct text *text, const char *string);

/* Appends SIZE bytes of foreign text, escaped (output/escape.h). */
void text_append_escaped(struct text *text, const char *bytes, size_t size);

/* Appends foreign JSON, whole and valid, in which the same characters stand as "\uHHHH": it is still that JSON. */
void text_append_json(struct text *text, const char *bytes, size_t size);

void text_append_unsigned(struct text *text, uint64_t number);

/* Appends a duration in seconds with DECIMALS digits, 1 to 6, rounded, behind a point in every locale. */
void text_append_seconds(struct text *text, int64_t nanoseconds, unsigned decimals);

/* Appends COUNT times CHARACTER. */
void text_append_repeated(struct text *text, char character, size_t count);

#endif
