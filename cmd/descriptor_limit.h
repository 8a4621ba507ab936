/* How many descriptors the process may have. */
#ifndef DESCRIPTOR_LIMIT_H
#define DESCRIPTOR_LIMIT_H

#include <stddef.h>

/* Raises the soft limit to the hard one: a transfer needs a descriptor, and the soft limit of 1,024 is for programs
 * that use select(). */
void descriptor_limit_raise(void);

/* So many connections as may be tried for: WANTED, or as many as leave half of the descriptors for all else. */
size_t descriptor_limit_share(size_t wanted);

#endif
