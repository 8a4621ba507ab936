/* What a coroutine can await: a child, a future, a task. */
#include "core/task.h"

#include <haul/error.h>

struct haul_await haul_call(struct haul_task *task, struct haul_coroutine *child)
{
    assert(child->point == 0 && child->step && "a child's frame is made with HAUL_FRAME for each call");
    haul__task_enter(task, child);
    return (struct haul_await){HAUL__PENDING};
}

union haul_value haul_awaited(const struct haul_task *task)
{
    return task->future.value;
}

/* The future has settled, and the task that waited for it has its turn. */
void haul__future_wait_over(struct haul__ready *ready)
{
    struct haul_task *task = haul__container(ready, struct haul_task, ready);
    struct haul_future *future = haul__task_waited(task);
    future->taken = true;
    if (task->future.has_passed_on && haul__future_is_unaware(future))
        haul__task_ask_again(task);
    haul__task_resume(task, future->code, future->value);
    haul_future_unref(future);
}

/* Tasks that wait for each other in a ring: none would ever end, so the last waits no longer. */
static bool closes_ring(struct haul_future *future)
{
    return future->is_delivering;
}

void haul__cancel_future_wait(struct haul_task *task)
{
    struct haul_future *future = haul__task_waited(task);
    if (closes_ring(future)) {
        haul__future_remove_waiter(future, &task->ready);
        haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
        haul_future_unref(future);
    } else if (haul_future_cancel(future)) {
        task->future.has_passed_on = true;
    } else if (future->code != HAUL_E_CANCELLED) {
        haul__task_keep_request(task);
    }
}

static const struct haul__ready_kind wait_kind = {.run = haul__future_wait_over, .cancel = haul__cancel_future_wait};

struct haul_await haul__future_wait_as(struct haul_task *task, struct haul_future *future,
                                       const struct haul__ready_kind *kind)
{
    assert(future != &task->future && "a task awaits itself");
    assert(haul__future_loop(future) == haul_task_loop(task) && "a task awaits a future of another loop");
    if (haul_future_done(future)) {
        future->taken = true;
        return haul__task_answer(task, future->code, future->value);
    }
    struct haul_await await = haul__task_park(task, kind, haul_future_ref(future));
    task->future.has_passed_on = false;
    haul__future_add_waiter(future, &task->ready);
    return await;
}

struct haul_await haul_future_wait(struct haul_task *task, struct haul_future *future)
{
    return haul__future_wait_as(task, future, &wait_kind);
}

struct haul_await haul_task_wait(struct haul_task *task, struct haul_task *other)
{
    return haul_future_wait(task, &other->future);
}

struct haul_awaitable haul_future_awaitable(struct haul_future *future)
{
    return (struct haul_awaitable){.future = future};
}

struct haul_awaitable haul_task_awaitable(struct haul_task *task)
{
    return haul_future_awaitable(&task->future);
}
