#include "core/task.h"

#include <haul/error.h>
#include <haul/run.h>

#include <signal.h>

int haul_run_until_complete(struct haul_loop *loop, struct haul_future *future)
{
    haul_future_ref(future);
    int code = 0;
    while (code == 0 && !haul_future_done(future))
        code = loop->stopping ? HAUL_E_STOPPED : haul__loop_run_once(loop);
    loop->stopping = false;
    haul_future_unref(future);
    return code;
}

int haul_run_task(struct haul_loop *loop, struct haul_awaitable awaitable, struct haul_outcome *ret_outcome)
{
    struct haul_task *task;
    int code = haul_task_create(loop, awaitable, &task);
    if (code < 0)
        return code;
    code = haul_run_until_complete(loop, &task->future);
    if (code == 0) {
        *ret_outcome = (struct haul_outcome){.code = haul_future_code(&task->future)};
        if (ret_outcome->code == 0)
            ret_outcome->value = haul_future_take(&task->future, &ret_outcome->destroy);
    }
    haul_task_unref(task);
    return code;
}

int haul_loop_finish(struct haul_loop *loop)
{
    haul_group_cancel(&loop->root);
    loop->root.cancelled = 0;
    while (loop->tasks_alive > 0) {
        int code = haul__loop_run_once(loop);
        if (code != 0)
            return code;
    }
    return haul_loop_destroy(loop);
}

struct program {
    struct haul_loop *loop;
    struct haul_task *main;
    bool interrupted;
};

/* The first cancels the main task, which may tidy up as long as it likes; the second has its default action. */
static void interrupt(void *data)
{
    struct program *program = data;
    if (program->interrupted) {
        haul_loop_remove_signal_handler(program->loop, SIGINT);
        raise(SIGINT);
    }
    program->interrupted = true;
    haul_task_cancel(program->main);
}

static int run_main(struct haul_loop *loop, struct haul_awaitable awaitable, union haul_value *ret_value)
{
    struct program program = {.loop = loop};
    int code = haul_task_create(loop, awaitable, &program.main);
    if (code < 0)
        return code;
    code = haul_loop_add_signal_handler(loop, SIGINT, interrupt, &program);
    if (code == 0)
        code = haul_run_until_complete(loop, &program.main->future);
    if (code == 0)
        code = haul_future_code(&program.main->future);
    if (code == 0 && ret_value) {
        haul_destroy_fn *destroy;
        *ret_value = haul_future_take(&program.main->future, &destroy);
    }
    haul_loop_remove_signal_handler(loop, SIGINT);
    haul_task_unref(program.main);
    return code;
}

int haul_run(struct haul_awaitable awaitable, union haul_value *ret_value)
{
    struct haul_loop *loop;
    int code = haul_loop_create(NULL, &loop);
    if (code < 0)
        return code;
    code = run_main(loop, awaitable, ret_value);
    int finished = haul_loop_finish(loop);
    return code != 0 ? code : finished;
}
