/* For each row of the option table a value, and how to see that it was read. */
#ifndef OPTION_SAMPLES_H
#define OPTION_SAMPLES_H

#include "options.h"

#include <stdbool.h>
#include <stddef.h>

/* What the test has parsed. */
extern struct options options;

struct option_sample {
    const char *name;
    const char *value; /* NULL: it takes none */
    bool (*is_set)(void);
};

/* In the order of the table. */
extern const struct option_sample option_samples[];
extern const size_t option_sample_count;

#endif
