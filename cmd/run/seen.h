/* A table from hashes to a word each, for millions: 16 bytes a hash, and up to 11 more of room. It grows in small
 * steps, so that neither its memory nor the time of one of them doubles. */
#ifndef RUN_SEEN_H
#define RUN_SEEN_H

#include <stddef.h>
#include <stdint.h>

struct seen;

int seen_create(struct seen **ret_seen); /* -ENOMEM */
void seen_destroy(struct seen *seen);    /* NULL is fine */

/* The word of HASH, 0 where the hash is new. It is there until the next call. -ENOMEM. */
int seen_find(struct seen *seen, uint64_t hash, uint64_t **ret_word);

/* The same of a hash that is not put there: 0 where it is not known. */
uint64_t seen_look_up(const struct seen *seen, uint64_t hash);

/* Calls FN with each word. */
void seen_each(struct seen *seen, void (*fn)(void *data, uint64_t word), void *data);

/* Of its tables, in bytes. */
size_t seen_memory(const struct seen *seen);

#endif
