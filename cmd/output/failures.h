/* The lines of what was not ok, for --failed: a list that can be fed again, with the options that the lists were read
 * with. It is written beside its place and takes its name at the end, so that it may be the list that is being read.
 *
 * There is a line for each record: as it was read, but for a pattern, in whose place there is the one URL. Among JSON
 * lines an argument is one, too. */
#ifndef OUTPUT_FAILURES_H
#define OUTPUT_FAILURES_H

#include "input/source.h"

#include <stdbool.h>

struct entry;
struct failures;

/* Begins the file PATH, for its owner alone where it is new. Its lines are written as those of lists: in FORMAT, and
 * with patterns if they have GLOBS. Negative errno. */
int failures_create(const char *path, struct source_format format, bool has_globs, struct failures **ret_failures);

/* Adds the line of ENTRY. What cannot be written is told at the end. */
void failures_add(struct failures *failures, const struct entry *entry);

/* Puts the file in its place. Negative errno: it could not be written. */
int failures_commit(struct failures *failures);

/* Frees it, and takes away what was not committed. NULL is fine. */
void failures_destroy(struct failures *failures);

#endif
