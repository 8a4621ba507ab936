/* Program 6 of the tutorials, gr1, gr2 and gr3. Three tasks that sleep for 3, 2 and 1 seconds, gathered: it takes as
 * long as the longest, not as all of them. Here they start in the order of the arguments. The tutorial's third came
 * first, since its Python kept the arguments in a set: one of the orders that asyncio permitted. */
#include "examples/example.h"

struct timed {
    struct haul_coroutine coroutine;
    FILE *out;
    int64_t start;
    int seconds;
    const char *begin;
    const char *end;
};

static double seconds_since(int64_t start, struct haul_task *task)
{
    return (double)(haul_loop_now(haul_task_loop(task)) - start) / HAUL_SECOND;
}

static struct haul_step timed(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(timed);
    fprintf(self->out, "%s at %.1f seconds\n", self->begin, seconds_since(self->start, task));
    HAUL_AWAIT(haul_sleep(task, self->seconds * HAUL_SECOND));
    fprintf(self->out, "%s at %.1f seconds\n", self->end, seconds_since(self->start, task));
    HAUL_FINALLY;
    HAUL_END;
}

struct aside {
    struct haul_coroutine coroutine;
    FILE *out;
    int64_t start;
};

static struct haul_step aside(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(aside);
    fprintf(self->out, "Let's do some stuff while the coroutines are blocked, at %.1f seconds\n",
            seconds_since(self->start, task));
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    fprintf(self->out, "Done!\n");
    HAUL_FINALLY;
    HAUL_END;
}

struct all {
    struct haul_coroutine coroutine;
    FILE *out;
    struct haul_outcome outcomes[3];
};

static struct haul_step all(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(all);
    int64_t start = haul_loop_now(haul_task_loop(task));
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(timed, .out = self->out, .start = start, .seconds = 3,
                  .begin = "gr1 started work:", .end = "gr1 ended work:"),
        HAUL_CALL(timed, .out = self->out, .start = start, .seconds = 2,
                  .begin = "gr2 started work:", .end = "gr2 Ended work:"),
        HAUL_CALL(aside, .out = self->out, .start = start),
    };
    HAUL_AWAIT(haul_gather(task, awaitables, 3, HAUL_GATHER_FAIL_FAST, self->outcomes));
    HAUL_FINALLY;
    HAUL_END;
}

int example_gather_sleep(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(all, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
