/* Waiting until a file descriptor can be read or written: by an await, or by a function that the loop calls (asyncio:
 * add_reader, add_writer).
 *
 * A descriptor may have any number of tasks that wait for it, a reader, a writer and a stream at once, on one loop or
 * several. Each is told when it is ready, in no order among them, and whoever comes later may find that another has
 * taken what was there: with several the descriptor is to be non-blocking. Nobody may wait for a descriptor that is
 * closed: end the waits and take reader and writer away before. */
#ifndef HAUL_DESCRIPTOR_H
#define HAUL_DESCRIPTOR_H

#include <haul/coroutine.h>
#include <haul/linkage.h>
#include <haul/loop.h>

HAUL__BEGIN_C

/* Waits until DESCRIPTOR (a pipe, socket or terminal; it need not be non-blocking) can be read without blocking, or
 * is at its end, or broken. -EPERM: it is a regular file, which never makes one wait; other negative errno.
 * HAUL_E_CANCELLED. */
HAUL__MUST_AWAIT struct haul_await haul_wait_readable(struct haul_task *task, int descriptor);

/* The same for writing. */
HAUL__MUST_AWAIT struct haul_await haul_wait_writable(struct haul_task *task, int descriptor);

/* Has the loop call FN in each iteration in which DESCRIPTOR can be read without blocking, or is at its end, or broken,
 * until haul_loop_remove_reader: so it is called again and again where it does not read. It runs from the ready queue,
 * in the order in which the loop heard of what is ready, and may take itself and others away. A descriptor has one
 * reader for each loop: another replaces it, and the one before is not called any more. A reader keeps the loop
 * waiting; haul_loop_destroy takes it away, and does not close the descriptor. -EPERM: a regular file, which never
 * makes one wait; -EBADF: not open; -ENOMEM. */
int haul_loop_add_reader(struct haul_loop *loop, int descriptor, haul_callback_fn *fn, void *data);

/* The same for writing. A descriptor may have both. */
int haul_loop_add_writer(struct haul_loop *loop, int descriptor, haul_callback_fn *fn, void *data);

/* Takes it away: it is not called any more, not even if the descriptor is ready now. Nonzero if there was one. */
int haul_loop_remove_reader(struct haul_loop *loop, int descriptor);
int haul_loop_remove_writer(struct haul_loop *loop, int descriptor);

HAUL__END_C

#endif
