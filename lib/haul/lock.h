/* Locks: one task at a time has it (asyncio: Lock). Fair: first come, first served.
 *
 *     HAUL_AWAIT(haul_lock_acquire(task, self->lock));
 *     self->locked = 1;
 *     ...
 *     HAUL_FINALLY;
 *     if (self->locked)
 *         haul_lock_release(self->lock);
 *     HAUL_END; */
#ifndef HAUL_LOCK_H
#define HAUL_LOCK_H

#include <haul/coroutine.h>
#include <haul/embedded.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* Embedded by its owner. Its fields are private. */
struct haul_lock {
    struct haul_list waiters; /* tasks, first come first */
    unsigned char locked;
};

/* Nobody has it. */
void haul_lock_init(struct haul_lock *lock);

/* Nobody may be waiting. */
void haul_lock_finish(struct haul_lock *lock);

/* Takes the lock, waiting for it in line. 0: it is taken, and to be released, also where the task was cancelled
 * meanwhile. HAUL_E_CANCELLED: it is not. Does not wait where it is free. Who has it and asks again waits for ever. */
HAUL__MUST_AWAIT struct haul_await haul_lock_acquire(struct haul_task *task, struct haul_lock *lock);

/* Takes the lock if it is free: nonzero. */
int haul_lock_try_acquire(struct haul_lock *lock);

/* Gives it to the first who waits, who has it from now on. To release what nobody has is a mistake. */
void haul_lock_release(struct haul_lock *lock);

/* Nonzero while somebody has it. */
int haul_lock_locked(const struct haul_lock *lock);

HAUL__END_C

#endif
