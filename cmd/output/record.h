/* The record of an entry: one JSON object on one line. Its keys and their order are documented in haul(1) and never
 * change within a version ("v").
 *
 * It is valid UTF-8 whatever came from servers and lists: a byte that is none becomes U+FFFD, and where that happens
 * to `input` or a tag, `input_base64` or `tag_base64` behind it has the bytes as they were. Control characters, also
 * DEL, C1 and those that turn the direction of writing, are escaped, so that records can be looked at on a terminal. */
#ifndef OUTPUT_RECORD_H
#define OUTPUT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry;
struct haul_result;
struct text;

/* The begin of the run on two clocks, in nanoseconds, read at the same moment. */
struct epoch {
    int64_t wall;      /* since 1970 */
    int64_t monotonic; /* the loop's clock */
};

struct record_options {
    struct epoch epoch;
    bool has_tries;   /* a key for how each attempt came out */
    bool has_digest;  /* a key for that of the body's file */
    bool has_headers; /* a key for the fields of the answer's header */
    bool has_body;    /* a key for the body */
    bool is_full;     /* keys for attempts, the place in flight and all hops, too */
};

/* Appends the record of ENTRY, which has its result, with the newline. -ENOMEM, with nothing appended. */
int record_write(struct text *text, const struct entry *entry, const struct record_options *options);

/* Appends the fields of the answer's header as they stand in the record: an object of lists. -ENOMEM. */
int record_write_headers(struct text *text, const struct haul_result *result);

/* Appends how each attempt came out: a list. -ENOMEM. */
int record_write_tries(struct text *text, const struct haul_result *result, const struct epoch *epoch);

/* Appends text as a JSON string. -ENOMEM. */
int record_write_string(struct text *text, const char *bytes, size_t size);

#endif
