/* The file of a picture: written piece by piece beside the one it replaces, and for its owner's eyes alone, since it
 * may tell more than others should know. */
#ifndef PICTURE_PICTURE_FILE_H
#define PICTURE_PICTURE_FILE_H

#include "output/text.h"

struct replacement;

/* All zero is one that was not begun. */
struct picture_file {
    struct replacement *replacement;
    struct text text; /* what is not written yet; to be appended to */
};

/* Negative errno. */
int picture_file_begin(struct picture_file *file, const char *path);

/* Writes the text once it has become large, or all of it. Negative errno, of what was appended as well. */
int picture_file_pass(struct picture_file *file);
int picture_file_commit(struct picture_file *file);

/* Frees it, and takes away what was not committed. */
void picture_file_finish(struct picture_file *file);

#endif
