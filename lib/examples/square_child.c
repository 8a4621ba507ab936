/* Program 24 of the tutorials, compute_square. As square_completed.c, with a square that awaits a child coroutine.
 * Its order is that of the arguments, too. */
#include "examples/example.h"

struct compute_square {
    struct haul_coroutine coroutine;
    int number;
};

static struct haul_step compute_square(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(compute_square);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN(.integer = (int64_t)self->number * self->number);
    HAUL_FINALLY;
    HAUL_END;
}

struct square {
    struct haul_coroutine coroutine;
    FILE *out;
    int number;
    struct compute_square compute;
};

static struct haul_step square(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(square);
    fprintf(self->out, "Square %d\n", self->number);
    self->compute = HAUL_FRAME(compute_square, .number = self->number);
    HAUL_AWAIT(haul_call(task, &self->compute.coroutine));
    fprintf(self->out, "End square %d\n", self->number);
    HAUL_RETURN(.integer = haul_awaited(task).integer);
    HAUL_FINALLY;
    HAUL_END;
}

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

int example_square_child(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(when_done, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
