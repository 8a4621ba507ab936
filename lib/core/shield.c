#include "core/task.h"

#include <haul/error.h>
#include <haul/shield.h>

static void cancel_shield(struct haul_task *task)
{
    struct haul_future *future = task->waited;
    if (haul_future_done(future)) {
        if (future->code != HAUL_E_CANCELLED)
            task->undelivered = 1;
        return;
    }
    haul__future_remove_waiter(future, &task->ready);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
    haul_future_unref(future);
}

struct haul_await haul_shield(struct haul_task *task, struct haul_future *future)
{
    struct haul_await await = haul_future_wait(task, future);
    if (await.code == HAUL__PENDING)
        task->cancel_wait = cancel_shield;
    return await;
}
