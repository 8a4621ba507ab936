/* An order that follows from nothing. */
#ifndef COMPARE_SHUFFLE_H
#define COMPARE_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

/* Fills ORDER with the numbers below COUNT, each order as probable as each other (Fisher and Yates), the same for the
 * same SEED. */
void shuffle(size_t *order, size_t count, uint64_t seed);

/* A seed that nobody can know before. */
uint64_t shuffle_seed(void);

#endif
