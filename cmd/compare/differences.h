/* The URLs that did not come out alike in all runs of a comparison, so that its times do not compare like with like. */
#ifndef COMPARE_DIFFERENCES_H
#define COMPARE_DIFFERENCES_H

#include "compare/comparison.h"

struct difference {
    size_t index;     /* of the URL */
    bool error_class; /* it failed in one way here, in another or not at all there */
    bool status;      /* the server's statuses differ */
    bool size;        /* the bodies' sizes differ */
    bool is_within;   /* on one and the same side, and not only from one to another */
};

struct differences {
    struct difference *items; /* by ascending index */
    size_t count;
    size_t within; /* of these, URLs that differ within a side */
};

/* Holds all complete runs, of all variants and rounds, beside each other. Status and size of a transfer that itself
 * failed are chance, and not compared; nor is what did not come out. -ENOMEM. */
int differences_find(const struct comparison *comparison, struct differences *ret_differences);

void differences_finish(struct differences *differences);

/* Nonzero if the two came out alike. */
bool differences_alike(const struct measured_url *one, const struct measured_url *other);

#endif
