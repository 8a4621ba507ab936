/* The waterfall: for a terminal, a bar for each of the most telling URLs on one axis of time, its phases told apart by
 * characters and, where there is colour, by that as well. */
#ifndef PICTURE_WATERFALL_H
#define PICTURE_WATERFALL_H

#include <stdbool.h>
#include <stddef.h>

struct picture;
struct telling;
struct text;

enum { WATERFALL_NARROWEST = 40, WATERFALL_WIDEST = 200 };

/* Takes the whole waterfall at the end. 0 or a negative errno. */
typedef int waterfall_write_fn(const char *bytes, size_t size);

/* Begins one as wide as the terminal at DESCRIPTOR, to be given to WRITE. -ENOMEM. */
int waterfall_create(int descriptor, bool is_coloured, waterfall_write_fn *write, struct picture **ret_picture);

/* Appends the waterfall of what was chosen, WIDTH columns wide at most; that is brought within the limits above. */
void waterfall_append(struct text *text, const struct telling *telling, unsigned width, bool is_coloured);

#endif
