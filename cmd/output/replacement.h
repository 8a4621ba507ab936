/* A file that is written beside the one it replaces and takes its name when it is whole, so that nobody sees half of
 * it and a failed write costs nothing. */
#ifndef OUTPUT_REPLACEMENT_H
#define OUTPUT_REPLACEMENT_H

#include <stddef.h>
#include <sys/types.h>

struct replacement;

/* Begins to replace PATH, so that what is wrong with its folder is known before the work for its content is done. What
 * is there and no regular file (a pipe, /dev/null) is written directly, and so is the file that is standard output or
 * error, behind what it has; "-" is standard output. Of a symbolic link the target is replaced.
 * Where there is none, the new one gets MODE, less what the umask takes. Negative errno. */
int replacement_create(const char *path, mode_t mode, struct replacement **ret_replacement);

/* Writes SIZE bytes behind those before. Negative errno: what is there now is not to be committed. */
int replacement_write(struct replacement *replacement, const void *bytes, size_t size);

/* Puts the file in its place, with what was written. Once. Negative errno: nothing was replaced. */
int replacement_commit(struct replacement *replacement);

/* Frees it, and takes away what was not committed. NULL is fine. */
void replacement_destroy(struct replacement *replacement);

#endif
