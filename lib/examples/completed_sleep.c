/* Three tasks that sleep for 3, 2 and 1 seconds, each result as soon as it is there, with its place among the
 * arguments. */
#include "examples/example.h"

struct nap {
    struct haul_coroutine coroutine;
    int seconds;
};

static struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nap);
    HAUL_AWAIT(haul_sleep(task, self->seconds * HAUL_SECOND));
    HAUL_RETURN(.integer = self->seconds);
    HAUL_FINALLY;
    HAUL_END;
}

struct naps {
    struct haul_coroutine coroutine;
    FILE *out;
    int64_t start;
    struct haul_completed *completed;
    struct haul_outcome outcome;
    int code;
};

static double seconds_since(int64_t start, struct haul_task *task)
{
    return (double)(haul_loop_now(haul_task_loop(task)) - start) / HAUL_SECOND;
}

static struct haul_step naps(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(naps);
    self->start = haul_loop_now(haul_task_loop(task));
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(nap, .seconds = 3),
        HAUL_CALL(nap, .seconds = 2),
        HAUL_CALL(nap, .seconds = 1),
    };
    self->code = haul_as_completed(task, awaitables, 3, &self->completed);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    for (;;) {
        HAUL_AWAIT_CODE(self->code, haul_completed_next(task, self->completed, &self->outcome));
        if (self->code == HAUL_E_DRAINED)
            break;
        if (self->code != 0)
            HAUL_FAIL(self->code);
        fprintf(self->out, "after %.1f s, result %d: %d\n", seconds_since(self->start, task), (int)self->outcome.index,
                (int)self->outcome.value.integer);
    }
    fprintf(self->out, "total: %.1f s\n", seconds_since(self->start, task));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    HAUL_END;
}

int example_completed_sleep(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(naps, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
