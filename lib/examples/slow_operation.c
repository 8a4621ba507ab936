/* Program 5 of the tutorials, slow_operation. A task tells a callback that it is done; the loop runs until then, and
 * the result is there still. The tutorial's notebook shows it a second time, in quotes. */
#include "examples/example.h"

struct slow_operation {
    struct haul_coroutine coroutine;
    FILE *out;
};

static struct haul_step slow_operation(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(slow_operation);
    fprintf(self->out, "Here it waits\n");
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN(.pointer = (void *)"Future is done!");
    HAUL_FINALLY;
    HAUL_END;
}

static const char *result(struct haul_future *future)
{
    return haul_future_code(future) == 0 ? haul_future_value(future).pointer : "no result";
}

static void got_result(struct haul_future *future, void *data)
{
    FILE *out = data;
    fprintf(out, "%s\n", result(future));
}

int example_slow_operation(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_task *task;
    int code = haul_task_create(loop, HAUL_CALL(slow_operation, .out = out), &task);
    if (code != 0)
        return 1;
    struct haul_future *future = haul_task_future(task);
    code = haul_future_add_done_callback(future, got_result, out);
    if (code == 0)
        code = haul_run_until_complete(loop, future);
    if (code == 0)
        fprintf(out, "'%s'\n", result(future));
    haul_task_unref(task);
    return code != 0;
}
