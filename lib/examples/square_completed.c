/* Program 23 of the tutorials, when_done. Each result as soon as it is there. All three are due together, and come
 * in the order of the arguments; in the tutorial 2 comes before 1, which is one of the orders that asyncio
 * permitted. */
#include "examples/square.h"

struct when_done {
    struct haul_coroutine coroutine;
    FILE *out;
    struct haul_completed *completed;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step when_done(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(when_done);
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(square, .out = self->out, .number = 1),
        HAUL_CALL(square, .out = self->out, .number = 2),
        HAUL_CALL(square, .out = self->out, .number = 3),
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
        fprintf(self->out, "Result: %d\n", (int)self->outcome.value.integer);
    }
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    HAUL_END;
}

int example_square_completed(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(when_done, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
