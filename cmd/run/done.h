/* --resume: which inputs earlier runs have done, as a file of their records tells: those whose last record is ok.
 *
 * An input is its URL as it was written, its tag, and where a JSON line asks for more, the digest of that; neither its
 * place in a list nor the options of the run. Each has a place in a hash table, whether it was ok or not; two are told
 * apart by 126 bits of a keyed hash. What is asked for is not remembered. */
#ifndef RUN_DONE_H
#define RUN_DONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct done;
struct entry;

int done_create(struct done **ret_done); /* Negative errno. */
void done_destroy(struct done *done);    /* NULL is fine */

/* Takes note of all records in the file of DESCRIPTOR, in their order. *RET_STRANGE: how many lines are none; a last
 * one that does not end is not counted. Negative errno. */
int done_read(struct done *done, int descriptor, uint64_t *ret_strange);

/* Takes PATH, which a body of a done input was written to. A negative errno ends it. */
typedef int done_file_fn(void *data, const char *path, size_t size);

/* Reads the file again and calls FN for all files of inputs that are done. Negative errno. */
int done_each_file(struct done *done, int descriptor, done_file_fn *fn, void *data);

/* Whether ENTRY's input is done: 0 or 1; -ENOMEM. *RET_HAS_FILE, if it is: a body of it was written to a file. */
int done_has(struct done *done, const struct entry *entry, bool *ret_has_file);

#endif
