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

/* Where a waterfall goes. */
struct waterfall_outlet {
    int descriptor; /* it is as wide as this terminal */
    /* Takes that of each run, whole, when the run is over. 0 or a negative errno. */
    int (*write)(void *data, const char *bytes, size_t size);
    void *data;
};

/* Begins one: of several runs there is one behind another, each on an axis of its own. The OUTLET is copied. -ENOMEM.
 */
int waterfall_create(const struct waterfall_outlet *outlet, bool is_coloured, struct picture **ret_picture);

/* Appends the waterfall of what was chosen of the run NAME, or of that without one, WIDTH columns wide at most; that is
 * brought within the limits above. */
void waterfall_append(struct text *text, const char *name, const struct telling *telling, unsigned width,
                      bool is_coloured);

#endif
