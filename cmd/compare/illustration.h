/* The pictures of a comparison: of each variant the run in the midst, and to the report what they came to. */
#ifndef COMPARE_ILLUSTRATION_H
#define COMPARE_ILLUSTRATION_H

#include "compare/words.h"

struct pictures;
struct run_records;

/* The round whose wall time for VARIANT is the median of all complete rounds, the lower of two in the middle; the first
 * of several. At least one is complete. */
size_t illustration_round(const struct comparison *comparison, size_t variant);

/* Adds the runs to PICTURES, and WORDS, the sentences of FINDINGS. Negative errno. */
int illustration_add(struct pictures *pictures, struct run_records *records, const struct findings *findings,
                     const struct text *words);

#endif
