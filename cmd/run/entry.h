/* A line on its way: from the list, as a fetch, to its record. Every line that is not blank or a comment becomes one
 * entry, and every entry one record. */
#ifndef RUN_ENTRY_H
#define RUN_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body;
struct extended_request;
struct file_body;
struct flight;
struct glob_value;
struct haul_request;
struct haul_result;
struct haul_url;
struct line_request;

struct entry {
    uint64_t index;    /* of the record, from 0, in the order of reading */
    uint64_t line;     /* in its list, from 1; of an argument its place among the URL arguments, from 1 */
    const char *input; /* the URL as it was written, trimmed, without the tag, globs replaced by what they
                        * stand for: any bytes, and no NUL behind */
    size_t input_size; /* in bytes */
    const char *tag;   /* what stood behind an inner tab, as `input`; NULL: none */
    size_t tag_size;   /* in bytes; 0 where there is none */
    bool is_tag_json;  /* the tag is JSON, whole, valid and on one line; otherwise text */
    bool is_expanded;  /* the line was a pattern, and `input` is one of those it stands for */
    bool is_literal;   /* no pattern was looked for in `input` */
    bool is_misread;   /* in a list `input` would be read as something else: it is of the begin of a line that was too
                        * long, or of an argument whose pattern is wrong */
    unsigned glob_count;
    struct glob_value *globs;      /* owned. What the globs of the line stand for: #1, #2, ...; NULL: it had none */
    struct line_request *request;  /* referenced. What a JSON line says besides; NULL: the line was none */
    struct haul_url *url;          /* owned. NULL: refused, and `result` says why */
    struct haul_result *result;    /* owned. NULL until it came out; always there when it is emitted */
    struct body *body;             /* owned; --body: what is kept of the body. Otherwise NULL */
    struct extended_request *sent; /* owned. What is sent instead of what it would be; NULL: nothing else */
    struct file_body *file;        /* owned; -o: the body's file. Otherwise NULL */
    bool is_shared;                /* the result is of another one, that was fetched for it, too */
    char *shared_file;             /* owned. The file of the one that was fetched for it, too; NULL: none */
    char *shared_digest;           /* owned. Its digest; NULL: unknown */
    union {
        struct flight *flight; /* --dedupe: it is fetched for others that ask for the same, too. Not owned */
        struct entry *twin;    /* ... or it waits for such a one, and this one after it */
    };
    /* For whoever holds it on its way (the front, then the order), one at a time. */
    struct entry *previous;
    struct entry *next;
};

/* Makes an entry with copies of INPUT and TAG (NULL: none), everything else 0. NULL: out of memory. */
struct entry *entry_create(const char *input, size_t input_size, const char *tag, size_t tag_size);

/* Gives it copies of these values, of which there are none yet. -ENOMEM. */
int entry_set_globs(struct entry *entry, const struct glob_value *globs, size_t count);

/* What is sent for it, where all others are sent COMMON, which may be NULL: a plain GET. */
const struct haul_request *entry_request(const struct entry *entry, const struct haul_request *common);

/* The file that its body is in, whoever has fetched it, and the digest of that. NULL: none. */
const char *entry_file(const struct entry *entry);
const char *entry_digest(const struct entry *entry);

/* Destroys it with all that it owns. NULL is fine. */
void entry_destroy(struct entry *entry);

#endif
