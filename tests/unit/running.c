#include "running.h"

#include "core/loop.h"

#include <haul/future.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct haul_task *start_task(struct haul_loop *loop, struct haul_awaitable awaitable)
{
    struct haul_task *task = NULL;
    assert_int_equal(haul_task_create(loop, awaitable, &task), 0);
    return task;
}

int end_task(struct haul_loop *loop, struct haul_task *task)
{
    assert_int_equal(haul_run_until_complete(loop, haul_task_future(task)), 0);
    int code = haul_future_code(haul_task_future(task));
    haul_task_unref(task);
    return code;
}

int run_task(struct haul_loop *loop, struct haul_awaitable awaitable)
{
    return end_task(loop, start_task(loop, awaitable));
}

void run_once(struct haul_loop *loop)
{
    assert_int_equal(haul__loop_run_once(loop), 0);
}

void cancel_task(void *data)
{
    haul_task_cancel(data);
}
