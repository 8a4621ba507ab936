/* What the await of a task in line will give stands in its coroutine from the beginning, where it is to be found when
 * the task is woken. */
#include "core/lock.h"

#include "core/line.h"

void haul_lock_init(struct haul_lock *lock)
{
    *lock = (struct haul_lock){0};
    haul__list_init(&lock->waiters);
}

void haul_lock_finish(struct haul_lock *lock)
{
    assert(haul__list_is_empty(&lock->waiters));
    (void)lock;
}

struct haul_await haul_lock_acquire(struct haul_task *task, struct haul_lock *lock)
{
    if (haul_lock_try_acquire(lock))
        return haul__task_answer(task, 0, (union haul_value){0});
    haul__task_leaf(task)->awaited = 0;
    return haul__line_wait(task, &lock->waiters);
}

int haul_lock_try_acquire(struct haul_lock *lock)
{
    /* It is never free while somebody waits, see haul_lock_release. */
    if (lock->locked)
        return 0;
    lock->locked = 1;
    return 1;
}

void haul_lock_release(struct haul_lock *lock)
{
    assert(lock->locked && "a lock is released that nobody has");
    struct haul_task *task = haul__line_first(&lock->waiters);
    if (task)
        haul__line_wake(task, haul__lock_code(task), (union haul_value){0});
    else
        lock->locked = 0;
}

int haul_lock_locked(const struct haul_lock *lock)
{
    return lock->locked;
}

void haul__lock_acquire_for(struct haul_lock *lock, struct haul_task *task, int code,
                            const struct haul__ready_kind *kind)
{
    haul__task_leaf(task)->awaited = (int16_t)code;
    task->ready.kind = kind;
    if (haul_lock_try_acquire(lock))
        haul__task_wake(task, code, (union haul_value){0});
    else
        haul__list_append(&lock->waiters, &task->ready.at.link);
}

int haul__lock_code(const struct haul_task *task)
{
    return haul__task_leaf(task)->awaited;
}
