/* Program 20 of the tutorials, functionName. From making a task to its end: the loop is made, a task is put on it,
 * the loop runs until it is done, the loop is closed. The first and the last are main.c's; a loop with a task that
 * runs is not closed. The tutorial's prints nothing, and this one says in which state its future is. One of the
 * tutorial's sketches gives create_task a function that was not called, which Python refuses. */
#include "examples/example.h"

struct function_name {
    struct haul_coroutine coroutine;
};

static struct haul_step function_name(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(function_name);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    HAUL_END;
}

static void say_state(FILE *out, struct haul_future *future)
{
    if (!haul_future_done(future))
        fprintf(out, "pending\n");
    else if (haul_future_code(future) == HAUL_E_CANCELLED)
        fprintf(out, "cancelled\n");
    else
        fprintf(out, "finished\n");
}

int example_lifecycle(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_task *task;
    int code = haul_task_create(loop, HAUL_CALL(function_name), &task);
    if (code != 0)
        return 1;
    say_state(out, haul_task_future(task));
    fprintf(out, "close: %s\n", haul_error_name(haul_loop_destroy(loop)));
    code = haul_run_until_complete(loop, haul_task_future(task));
    if (code == 0)
        say_state(out, haul_task_future(task));
    haul_task_unref(task);
    return code != 0;
}
