#include "core/task.h"

#include <haul/error.h>
#include <haul/timeout.h>

static void expire(struct haul_timer *timer)
{
    struct haul_timeout *timeout = haul__container(timer, struct haul_timeout, timer);
    timeout->expired = 1;
    timeout->request = haul__task_request(timeout->task);
}

int haul_timeout_enter(struct haul_task *task, struct haul_timeout *timeout, int64_t deadline)
{
    *timeout =
        (struct haul_timeout){.timer = {expire, HAUL__NO_TIMER}, .task = task, .cancelling = haul__task_given(task)};
    return haul__loop_set_timer(haul_task_loop(task), &timeout->timer, deadline);
}

int haul_timeout_reschedule(struct haul_timeout *timeout, int64_t deadline)
{
    struct haul_loop *loop = haul_task_loop(timeout->task);
    haul__loop_clear_timer(loop, &timeout->timer);
    return timeout->expired ? 0 : haul__loop_set_timer(loop, &timeout->timer, deadline);
}

int haul_timeout_leave(struct haul_task *task, struct haul_timeout *timeout, int code)
{
    assert(task == timeout->task);
    haul__loop_clear_timer(haul_task_loop(task), &timeout->timer);
    if (!timeout->expired)
        return code;
    haul__task_take_back(task, timeout->request);
    return code == HAUL_E_CANCELLED && haul_task_cancelling(task) <= timeout->cancelling ? HAUL_E_TIMEOUT : code;
}
