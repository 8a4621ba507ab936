/* How many descriptors the process may have. */
#ifndef DESCRIPTOR_LIMIT_H
#define DESCRIPTOR_LIMIT_H

/* Raises the soft limit to the hard one: a transfer needs a descriptor, and the soft limit of 1,024 is for programs
 * that use select(). */
void descriptor_limit_raise(void);

#endif
