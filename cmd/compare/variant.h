/* One of the things that are compared: the list, run in a mode, so many at once, against a side. */
#ifndef COMPARE_VARIANT_H
#define COMPARE_VARIANT_H

#include "run/mode.h"

#include <stdbool.h>
#include <stddef.h>

struct comparison_options;
struct text;

struct variant {
    enum mode mode;
    size_t concurrency; /* in flight at most; 1 in sequence */
    size_t side;        /* its place among the sides; 0 where there are none */
};

/* All that the options ask for, side by side: in each its modes, in each mode the concurrencies, but of sequential one.
 * The caller's to free. NULL: no memory. */
struct variant *variant_list(const struct comparison_options *options, size_t *ret_count);

/* What tells variants apart, so that labels say that and no more. */
struct variant_labels {
    bool has_modes;
    bool has_concurrencies;
    const char *const *sides; /* their names; NULL: there is one, or none */
};

/* SIDES are the names of SIDE_COUNT sides; they are borrowed. */
struct variant_labels variant_labels_of(const struct variant *variants, size_t count, const char *const *sides,
                                        size_t side_count);

/* Appends "gather", "-c 16", "old gather -c 16", ... */
void variant_append(struct text *text, const struct variant_labels *labels, const struct variant *variant);

#endif
