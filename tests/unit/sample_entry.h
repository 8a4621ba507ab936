/* Entries for the tests of what is written about them. */
#ifndef SAMPLE_ENTRY_H
#define SAMPLE_ENTRY_H

#include "run/entry.h"

#include <haul/result.h>

/* An entry and its result, with all fields set as after a fetch that went well; a test changes what it is about.
 * Nothing in it is owned by the heap. */
struct sample {
    struct entry entry;
    struct haul_result result;
};

void sample_init(struct sample *sample);

/* Sets the input, or the tag, to a literal that may hold NUL bytes. */
#define sample_set_input(sample, literal)                                                                              \
    ((sample)->entry.input = (literal), (sample)->entry.input_size = sizeof(literal) - 1)
#define sample_set_tag(sample, literal)                                                                                \
    ((sample)->entry.tag = (literal), (sample)->entry.tag_size = sizeof(literal) - 1)

/* Makes it a failure. */
void sample_fail(struct sample *sample, enum haul_class error_class, int status, const char *message);

#endif
