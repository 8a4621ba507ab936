/* A table from hashes to a word each, for millions: what must be remembered of every line of a list is in one.
 *
 * A hash costs 18 to 21 bytes, 16 of which are its own and its word's, where there are a million and more, and 24 at
 * most from a hundred thousand on. The table grows in small steps and in place, so that neither its memory nor the time
 * of one of them doubles. Hashes must be good in all their bits. */
#ifndef HASH_TABLE_H
#define HASH_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct hash_table;

int hash_table_create(struct hash_table **ret_table); /* -ENOMEM */
void hash_table_destroy(struct hash_table *table);    /* NULL is fine */

/* Puts HASH there if it is new. Its word, which is 0 then, is at *RET_WORD until the next is put there. -ENOMEM: it is
 * new, and the table is as it was. */
int hash_table_put(struct hash_table *table, uint64_t hash, uint64_t **ret_word);

/* The word of HASH, 0 where it is not there. */
uint64_t hash_table_look_up(const struct hash_table *table, uint64_t hash);

/* Calls FN with each word. */
void hash_table_each(struct hash_table *table, void (*fn)(void *data, uint64_t word), void *data);

/* What it takes, in bytes. */
size_t hash_table_memory(const struct hash_table *table);

#endif
