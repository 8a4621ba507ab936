/* A line on its way: from the list, as a fetch, to its record. Every line that is not blank or a comment becomes one
 * entry, and every entry one record. */
#ifndef RUN_ENTRY_H
#define RUN_ENTRY_H

#include <stddef.h>
#include <stdint.h>

struct body;
struct file_body;
struct haul_result;
struct haul_url;

struct entry {
    uint64_t index;             /* of the record, from 0, in the order of reading */
    uint64_t line;              /* in its list, from 1; of an argument its place among the URL arguments, from 1 */
    const char *input;          /* the URL as it was written, trimmed, without the tag: any bytes, and no NUL behind */
    size_t input_size;          /* in bytes */
    const char *tag;            /* what stood behind an inner tab, as `input`; NULL: none */
    size_t tag_size;            /* in bytes; 0 where there is none */
    struct haul_url *url;       /* owned. NULL: refused, and `result` says why */
    struct haul_result *result; /* owned. NULL until it came out; always there when it is emitted */
    struct body *body;          /* owned; --body: what is kept of the body. Otherwise NULL */
    struct file_body *file;     /* owned; -o: the body's file. Otherwise NULL */
    /* For whoever holds it on its way (the front, then the order), one at a time. */
    struct entry *previous;
    struct entry *next;
};

/* Makes an entry with copies of INPUT and TAG (NULL: none), everything else 0. NULL: out of memory. */
struct entry *entry_create(const char *input, size_t input_size, const char *tag, size_t tag_size);

/* Destroys it with all that it owns. NULL is fine. */
void entry_destroy(struct entry *entry);

#endif
