/* Makes the system one that does not know pidfd_open. It stands in place of it in the unit tests of the library
 * (meson.build has the linker wrap it). */
#ifndef TESTS_FAILING_PIDFD_H
#define TESTS_FAILING_PIDFD_H

#include <stdbool.h>

/* From now on pidfd_open fails with ENOSYS, or does not. */
void failing_pidfd_set(bool fails);

#endif
