/* How results are made: the struct that callers see, with room for its texts behind it. */
#ifndef NET_RESULT_H
#define NET_RESULT_H

#include "base/buffer.h"

#include <haul/result.h>

struct haul__result_chunk;

struct haul__result {
    struct haul_result public; /* first, so that the one is the other */
    struct haul__result_chunk *chunks;
    unsigned char *kept;         /* the body's memory, to be freed; NULL: none */
    unsigned char nothing;       /* an empty body */
    struct haul_header *headers; /* the memory of the public ones; NULL: none */
    struct haul_try *tries;
    struct haul_hop *hops;
    char *room;
    size_t left;
    char first[]; /* room for the texts of an ordinary result, so that it is one allocation */
};

/* A result of a fetch of URL, which is copied; nothing is known yet. NULL: out of memory. */
struct haul__result *haul__result_create(const char *url);

/* Copies SIZE bytes of TEXT to the result's texts, with a NUL behind. NULL: out of memory. */
const char *haul__result_add_text(struct haul__result *result, const char *text, size_t size);

/* Room for SIZE bytes of anything, for as long as the result lives. NULL: out of memory. */
void *haul__result_allocate(struct haul__result *result, size_t size);

/* Makes the buffer's bytes the body, which is there then, though it may be empty; the buffer is without any. */
void haul__result_keep_body(struct haul__result *result, struct haul__buffer *buffer);

/* Has room for COUNT fields of a header, all NULL, in place of those that there were. NULL: out of memory. */
struct haul_header *haul__result_make_headers(struct haul__result *result, size_t count);

/* It has failed so; MESSAGE is copied. -ENOMEM. */
int haul__result_fail(struct haul__result *result, enum haul_class error_class, int code, const char *message);

/* Adds how the attempt that it tells of came out, as the last of `attempts`. -ENOMEM. */
int haul__result_add_try(struct haul__result *result, int64_t started);

/* Another attempt is made: of this one all is forgotten but its try, and the waiting. */
void haul__result_begin_anew(struct haul__result *result);

static inline struct haul__result *haul__result_of(struct haul_result *result)
{
    return (struct haul__result *)(void *)result;
}

#endif
