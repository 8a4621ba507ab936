/* Makes pthread_create fail, and counts. It stands in its place in the unit tests of the library (meson.build has the
 * linker wrap it). */
#ifndef TESTS_FAILING_THREAD_H
#define TESTS_FAILING_THREAD_H

#include <stddef.h>

/* How many more threads the system gives, after which it gives none (EAGAIN); SIZE_MAX, as at the start: all. */
void failing_thread_set(size_t left);

/* How many threads there were from the program's start. */
size_t failing_thread_count(void);

#endif
