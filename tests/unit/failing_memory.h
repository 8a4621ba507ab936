/* Makes the n-th allocation of the library fail. It stands in place of haul__allocate, haul__allocate_aligned and
 * haul__reallocate in every unit test (meson.build has the linker wrap them). */
#ifndef TESTS_FAILING_MEMORY_H
#define TESTS_FAILING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the N-th allocation fails, counted from 1, that one only; 0: none does, as at the start. */
void failing_memory_set(size_t n);

/* Whether it has been reached. */
bool failing_memory_happened(void);

/* How many allocations there were from the program's start. */
size_t failing_memory_count(void);

/* Runs what FAILING_MEMORY_SWEEP is given once for each allocation in it, with that one failing, and a last time with
 * none failing:
 *
 *     FAILING_MEMORY_SWEEP(n)
 *     {
 *         int code = thing_create(&thing);
 *         assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
 *         ...                                          // no `break` or `return` in here
 *     } */
#define FAILING_MEMORY_SWEEP(n)                                                                                        \
    for (size_t n = 1, failing_memory_left = 1; failing_memory_left > 0 && (failing_memory_set(n), true);              \
         failing_memory_left = failing_memory_happened(), failing_memory_set(0), (n)++)

#endif
