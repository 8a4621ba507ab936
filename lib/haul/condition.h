/* Conditions: tasks wait, giving a lock away meanwhile, until another says that something has changed (asyncio:
 * Condition).
 *
 *     HAUL_AWAIT(haul_lock_acquire(task, self->lock));
 *     self->locked = 1;
 *     while (!is_ready(self->thing))
 *         HAUL_AWAIT(haul_condition_wait(task, self->condition));     // has the lock again, cancelled or not
 *     ...
 *     HAUL_FINALLY;
 *     if (self->locked)
 *         haul_lock_release(self->lock);
 *     HAUL_END;
 *
 * Fair: the first who waits is notified first, and who is notified is in line for the lock from that moment. */
#ifndef HAUL_CONDITION_H
#define HAUL_CONDITION_H

#include <haul/linkage.h>
#include <haul/lock.h>

HAUL__BEGIN_C

/* Embedded by its owner. Its fields are private. */
struct haul_condition {
    struct haul_list waiters; /* tasks that were not notified, first come first */
    struct haul_lock *lock;
};

/* LOCK is borrowed; several conditions may have the same one. */
void haul_condition_init(struct haul_condition *condition, struct haul_lock *lock);

/* Nobody may be waiting. */
void haul_condition_finish(struct haul_condition *condition);

/* Gives the lock away, waits to be notified, and waits for the lock. By a task that has the lock, and has it again
 * whatever the code. 0: it was notified, also where it was cancelled while it waited for the lock; the notification is
 * its own then. HAUL_E_CANCELLED: it was cancelled first, and takes nobody's notification. */
HAUL__MUST_AWAIT struct haul_await haul_condition_wait(struct haul_task *task, struct haul_condition *condition);

/* A coroutine, for haul_call: waits until PREDICATE answers nonzero, which is asked with the lock held, once at the
 * beginning and then whenever the task is notified (asyncio: Condition.wait_for):
 *
 *     self->wait = HAUL_FRAME(haul_condition_wait_for, .condition = condition, .predicate = is_ready, .data = thing);
 *     HAUL_AWAIT(haul_call(task, &self->wait.coroutine));
 *
 * 0; HAUL_E_CANCELLED; the lock is held in both cases. */
typedef int haul_predicate_fn(void *data);
struct haul_condition_wait_for {
    struct haul_coroutine coroutine;
    struct haul_condition *condition;
    haul_predicate_fn *predicate;
    void *data;
};
haul_step_fn haul_condition_wait_for;

/* Notifies the first COUNT who wait, or all, if they are fewer. By a task that has the lock. */
void haul_condition_notify(struct haul_condition *condition, size_t count);

/* Notifies all. By a task that has the lock. */
void haul_condition_notify_all(struct haul_condition *condition);

HAUL__END_C

#endif
