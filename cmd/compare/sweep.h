/* A sweep: one mode, on one side, at rising concurrencies; and its knee, from where more at once brings nothing. */
#ifndef COMPARE_SWEEP_H
#define COMPARE_SWEEP_H

#include "compare/figures.h"
#include "compare/pairs.h"

#include <stdbool.h>

/* What the neighbours' verdicts say of a sweep. */
struct sweep {
    size_t first; /* the variant of the least concurrency */
    size_t count; /* of variants, one behind another; 1: it is none */
    size_t knee;  /* the variant of the last concurrency that was faster than all before; FIRST: none was */
    size_t drop;  /* the first past the knee that was slower than the one before; 0: none was */
    bool creeps;  /* past the knee no step alone could be told from noise, and several together could */
};

/* The sweep that begins at the variant at place FIRST: all behind it of its mode and side. FIGURES are those of all
 * variants. -ENOMEM. */
int sweep_at(const struct comparison *comparison, const struct figures *figures, const struct pairs *pairs,
             size_t first, struct sweep *ret_sweep);

#endif
