/* Waiting until a file descriptor can be read or written. */
#ifndef HAUL_DESCRIPTOR_H
#define HAUL_DESCRIPTOR_H

#include <haul/coroutine.h>

/* Waits until DESCRIPTOR (a pipe, socket or terminal; it need not be non-blocking) can be read without blocking, or
 * is at its end, or broken. -EPERM: it is a regular file, which never makes one wait; other negative errno.
 * HAUL_E_CANCELLED. */
HAUL__MUST_AWAIT struct haul_await haul_wait_readable(struct haul_task *task, int descriptor);

/* The same for writing. */
HAUL__MUST_AWAIT struct haul_await haul_wait_writable(struct haul_task *task, int descriptor);

#endif
