/* Command lines for the options that say what lists are, what is sent and how servers are reached. */
#ifndef TESTS_OPTION_SAMPLES_H
#define TESTS_OPTION_SAMPLES_H

#include "options/options.h"

struct option_sample {
    const char *name;
    const char *value; /* NULL: it takes none */
    bool (*is_set)(const struct options *options);
};

/* The sample for the option with this name; NULL: it is none of these. */
const struct option_sample *option_sample_find(const char *name);

#endif
