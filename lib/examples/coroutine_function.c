/* Program 3 of the tutorials, coro_function. A coroutine with its arguments does nothing before it is awaited; then
 * it runs as part of the task that awaits it. */
#include "examples/example.h"

struct add {
    struct haul_coroutine coroutine;
    int first;
    int second;
};

static struct haul_step add(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(add);
    HAUL_RETURN(.integer = self->first + self->second);
    HAUL_FINALLY;
    HAUL_END;
}

struct show {
    struct haul_coroutine coroutine;
    FILE *out;
    struct add add;
};

static struct haul_step show(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(show);
    self->add = HAUL_FRAME(add, .first = 2, .second = 2);
    HAUL_AWAIT(haul_call(task, &self->add.coroutine));
    fprintf(self->out, "%d\n", (int)haul_awaited(task).integer);
    HAUL_FINALLY;
    HAUL_END;
}

int example_coroutine_function(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(show, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
