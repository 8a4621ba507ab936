/* Program 19 of the tutorials, minimum. Three tasks that start in the order of the arguments and end in that of
 * their deadlines: the first sleeps longest. */
#include "examples/example.h"

enum { COUNT = 3 };

struct minimum {
    struct haul_coroutine coroutine;
    FILE *out;
    int number;
};

static struct haul_step minimum(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(minimum);
    fprintf(self->out, "%d started\n", self->number);
    HAUL_AWAIT(haul_sleep(task, (5 - self->number) * HAUL_SECOND));
    fprintf(self->out, "Received: %d\n", self->number);
    HAUL_FINALLY;
    HAUL_END;
}

struct run_tasks {
    struct haul_coroutine coroutine;
    FILE *out;
    struct haul_outcome outcomes[COUNT];
};

static struct haul_step run_tasks(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(run_tasks);
    struct minimum frames[COUNT];
    struct haul_awaitable awaitables[COUNT];
    for (int i = 0; i < COUNT; i++) {
        frames[i] = HAUL_FRAME(minimum, .out = self->out, .number = i);
        awaitables[i] = HAUL_AWAITABLE(frames[i]);
    }
    HAUL_AWAIT(haul_gather(task, awaitables, COUNT, HAUL_GATHER_FAIL_FAST, self->outcomes));
    HAUL_FINALLY;
    HAUL_END;
}

int example_minimum(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(run_tasks, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
