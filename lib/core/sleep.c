#include "core/task.h"

#include <haul/error.h>
#include <haul/sleep.h>

/* It may end soon, and leave those who stand beside it in its group. */
static void sleep_over(struct haul_timer *timer)
{
    struct haul_task *task = haul__container(timer, struct haul_task, ready.at.timer);
    __builtin_prefetch(task->sibling.previous, 1);
    __builtin_prefetch(task->sibling.next, 1);
    haul__task_wake(task, 0, (union haul_value){0});
}

static void cancel_sleep(struct haul_task *task)
{
    haul__loop_clear_timer(haul_task_loop(task), &task->ready.at.timer);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

static const struct haul__ready_kind sleep_kind = {.cancel = cancel_sleep};

struct haul_await haul_sleep_until(struct haul_task *task, int64_t deadline)
{
    task->ready.at.timer.fire = sleep_over;
    int code = haul__loop_set_timer(haul_task_loop(task), &task->ready.at.timer, deadline);
    return code < 0 ? (struct haul_await){code} : haul__task_park(task, &sleep_kind, NULL);
}

static void yield_over(struct haul__ready *ready)
{
    haul__task_resume(haul__container(ready, struct haul_task, ready), 0, (union haul_value){0});
}

void haul__cancel_yield(struct haul_task *task)
{
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

static const struct haul__ready_kind yield_kind = {.run = yield_over, .cancel = haul__cancel_yield};

/* It stays parked while it is in the ready queue, so that a task that only yields can be cancelled. */
static struct haul_await yield(struct haul_task *task)
{
    struct haul_await await = haul__task_park(task, &yield_kind, NULL);
    haul__loop_make_ready(haul_task_loop(task), &task->ready);
    return await;
}

struct haul_await haul_sleep(struct haul_task *task, int64_t duration)
{
    if (duration <= 0)
        return yield(task);
    return haul_sleep_until(task, haul_deadline(haul_loop_now(haul_task_loop(task)), duration));
}
