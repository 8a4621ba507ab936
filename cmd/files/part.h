/* A file while it is written: NAME.part, which becomes NAME when it is whole, and is gone where it does not.
 *
 * It is locked, so that two programs that are given the same name do not write into one another's file; one that
 * nobody holds any more was left by a program that was killed, and is made anew. */
#ifndef FILES_PART_H
#define FILES_PART_H

#include <stdbool.h>
#include <stdint.h>

/* Makes NAME.part in FOLDER. The descriptor, or a negative errno; -EBUSY: another program writes it. */
int part_open(int folder, const char *name);

/* Opens what was left of NAME.part, and goes on behind SIZE bytes. The descriptor, or a negative errno; -EBUSY as
 * above; -ESTALE: it is not that long. */
int part_reopen(int folder, const char *name, int64_t size);

/* Makes one in FOLDER for a file that has no name yet, and gives it the one that RET_NAME has room for: NAME_MAX + 1.
 * The descriptor, or a negative errno. */
int part_open_nameless(int folder, char *ret_name);

/* Whether NAME.part is still the file that DESCRIPTOR is, and has SIZE bytes: 0, -ESTALE or another negative errno. */
int part_check(int folder, const char *name, int descriptor, int64_t size);

/* Gives NAME.part in PART_FOLDER the name NEW_NAME in FOLDER. IS_NEW: nothing is there yet, or -EEXIST. Negative errno.
 */
int part_rename(int part_folder, const char *name, int folder, const char *new_name, bool is_new);

/* Takes NAME.part away, if it is there and nobody writes it. Negative errno; -EBUSY: another program does. */
int part_remove_left(int folder, const char *name);

/* Takes NAME.part away. */
void part_remove(int folder, const char *name);

#endif
