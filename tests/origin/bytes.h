/* A growing run of bytes, and pieces of runs. Without memory the origin ends with a message. */
#ifndef ORIGIN_BYTES_H
#define ORIGIN_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that belong to somebody else. */
struct slice {
    const char *at;
    size_t size;
};

bool slice_is(struct slice slice, const char *text);
bool slice_is_ignoring_case(struct slice slice, const char *text);

/* The decimal number that SLICE is, or FALLBACK if it is none that fits. */
uint64_t slice_number(struct slice slice, uint64_t fallback);

struct bytes {
    char *at; /* NULL while there never was any */
    size_t size;
    size_t capacity;
};

void bytes_finish(struct bytes *bytes);

/* Room for SIZE more bytes behind those there are, at bytes->at + bytes->size. */
void bytes_reserve(struct bytes *bytes, size_t size);

void bytes_append(struct bytes *bytes, const void *more, size_t size);
void bytes_append_text(struct bytes *bytes, const char *text);
void bytes_append_number(struct bytes *bytes, uint64_t number);

/* Appends what SLICE says, with %XX decoded. */
void bytes_append_decoded(struct bytes *bytes, struct slice slice);

/* Drops the first SIZE bytes. */
void bytes_drop(struct bytes *bytes, size_t size);

/* Says that memory is out, and ends the origin. */
_Noreturn void out_of_memory(void);

#endif
