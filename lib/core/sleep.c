#include "core/task.h"

#include <haul/error.h>
#include <haul/sleep.h>

static void sleep_over(struct haul_timer *timer)
{
    haul__task_wake(haul__container(timer, struct haul_task, ready.at.timer), 0, (union haul_value){0});
}

static void cancel_sleep(struct haul_task *task)
{
    haul__loop_clear_timer(task->future.loop, &task->ready.at.timer);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

struct haul_await haul_sleep_until(struct haul_task *task, int64_t deadline)
{
    task->ready.at.timer.fire = sleep_over;
    int code = haul__loop_set_timer(task->future.loop, &task->ready.at.timer, deadline);
    return code < 0 ? (struct haul_await){code} : haul__task_park(task, cancel_sleep, NULL);
}

struct haul_await haul_sleep(struct haul_task *task, int64_t duration)
{
    if (duration > 0)
        return haul_sleep_until(task, haul_deadline(haul_loop_now(task->future.loop), duration));
    struct haul_await await = haul__task_park(task, cancel_sleep, NULL);
    haul__task_wake(task, 0, (union haul_value){0});
    return await;
}
