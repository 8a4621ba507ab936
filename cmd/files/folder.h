/* Folders, opened step by step from one that is open, so that no component on the way is a symbolic link. */
#ifndef FILES_FOLDER_H
#define FILES_FOLDER_H

#include <stdbool.h>

/* Opens PATH, relative to no folder, links in it followed: a person wrote it. IS_MADE: folders that are missing are
 * made. The descriptor, or a negative errno. */
int folder_open(const char *path, bool is_made);

/* Opens the folder that PATH, a file's, is in, relative to BASE. The descriptor, or a negative errno; -ELOOP: a
 * component is a link. */
int folder_open_parent(int base, const char *path, bool is_made);

/* What stands behind the last slash of PATH. */
const char *folder_last_component(const char *path);

#endif
