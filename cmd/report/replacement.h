/* A file that is written beside the one it replaces and takes its name when it is whole, so that nobody sees half of
 * it and a failed write costs nothing. */
#ifndef REPORT_REPLACEMENT_H
#define REPORT_REPLACEMENT_H

#include <stddef.h>

struct replacement;

/* Begins to replace PATH, so that what is wrong with its folder is known before the work for its content is done. What
 * is there and no regular file (a pipe, /dev/null) is written directly; of a symbolic link its target is replaced.
 * Negative errno. */
int replacement_create(const char *path, struct replacement **ret_replacement);

/* Writes SIZE bytes as the whole content, and puts the file in its place. Once. Negative errno: nothing was replaced.
 */
int replacement_commit(struct replacement *replacement, const void *bytes, size_t size);

/* Frees it, and takes away what was not committed. NULL is fine. */
void replacement_destroy(struct replacement *replacement);

#endif
