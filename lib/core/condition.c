/* A task that is notified, or cancelled, goes from the condition's line to the lock's. It is woken once, with the
 * lock. */
#include "core/line.h"
#include "core/lock.h"

#include <haul/condition.h>
#include <haul/error.h>

void haul_condition_init(struct haul_condition *condition, struct haul_lock *lock)
{
    *condition = (struct haul_condition){.lock = lock};
    haul__list_init(&condition->waiters);
}

void haul_condition_finish(struct haul_condition *condition)
{
    assert(haul__list_is_empty(&condition->waiters));
    (void)condition;
}

/* What it waits for now is the lock, which it is to have in any case. A cancel after a notification stays for the next
 * await; one after another is the same to the task. */
static void cancel_lock(struct haul_task *task)
{
    if (haul__lock_code(task) != HAUL_E_CANCELLED)
        haul__task_keep_request(task);
}

static const struct haul__ready_kind lock_kind = {.cancel = cancel_lock};

static void go_on(struct haul_task *task, int code)
{
    struct haul_condition *condition = haul__task_waited(task);
    haul__list_remove(&task->ready.at.link);
    haul__lock_acquire_for(condition->lock, task, code, &lock_kind);
}

static void cancel_wait(struct haul_task *task)
{
    go_on(task, HAUL_E_CANCELLED);
}

static const struct haul__ready_kind wait_kind = {.cancel = cancel_wait};

struct haul_await haul_condition_wait(struct haul_task *task, struct haul_condition *condition)
{
    assert(haul_lock_locked(condition->lock) && "a task waits for a condition without its lock");
    struct haul_await await = haul__task_park(task, &wait_kind, condition);
    haul__list_append(&condition->waiters, &task->ready.at.link);
    haul_lock_release(condition->lock);
    return await;
}

struct haul_step haul_condition_wait_for(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(haul_condition_wait_for);
    while (!self->predicate(self->data))
        HAUL_AWAIT(haul_condition_wait(task, self->condition));
    HAUL_FINALLY;
    HAUL_END;
}

void haul_condition_notify(struct haul_condition *condition, size_t count)
{
    assert(haul_lock_locked(condition->lock) && "a condition is notified without its lock");
    for (struct haul_task *task; count > 0 && (task = haul__line_first(&condition->waiters)); count--)
        go_on(task, 0);
}

void haul_condition_notify_all(struct haul_condition *condition)
{
    haul_condition_notify(condition, SIZE_MAX);
}
