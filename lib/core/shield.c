#include "core/task.h"

#include <haul/error.h>
#include <haul/shield.h>

static void cancel_shield(struct haul_task *task)
{
    struct haul_future *future = haul__task_waited(task);
    if (haul_future_done(future)) {
        if (future->code != HAUL_E_CANCELLED)
            haul__task_keep_request(task);
        return;
    }
    haul__future_remove_waiter(future, &task->ready);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
    haul_future_unref(future);
}

static const struct haul__ready_kind shield_kind = {.run = haul__future_wait_over, .cancel = cancel_shield};

struct haul_await haul_shield(struct haul_task *task, struct haul_future *future)
{
    return haul__future_wait_as(task, future, &shield_kind);
}
