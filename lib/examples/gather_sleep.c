/* Three tasks that sleep for 3, 2 and 1 seconds, gathered: it takes as long as the longest, not as all of them, and
 * their results come in the order of the arguments. */
#include "examples/example.h"

struct nap {
    struct haul_coroutine coroutine;
    FILE *out;
    int seconds;
};

static struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nap);
    fprintf(self->out, "a nap of %d s begins\n", self->seconds);
    HAUL_AWAIT(haul_sleep(task, self->seconds * HAUL_SECOND));
    fprintf(self->out, "a nap of %d s ends\n", self->seconds);
    HAUL_RETURN(.integer = self->seconds);
    HAUL_FINALLY;
    HAUL_END;
}

struct naps {
    struct haul_coroutine coroutine;
    FILE *out;
    int64_t start;
    struct haul_outcome outcomes[3];
};

static struct haul_step naps(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(naps);
    self->start = haul_loop_now(haul_task_loop(task));
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(nap, .out = self->out, .seconds = 3),
        HAUL_CALL(nap, .out = self->out, .seconds = 2),
        HAUL_CALL(nap, .out = self->out, .seconds = 1),
    };
    HAUL_AWAIT(haul_gather(task, awaitables, 3, HAUL_GATHER_FAIL_FAST, self->outcomes));
    for (int i = 0; i < 3; i++)
        fprintf(self->out, "result %d: %d\n", i, (int)self->outcomes[i].value.integer);
    int64_t total = haul_loop_now(haul_task_loop(task)) - self->start;
    fprintf(self->out, "total: %.1f s\n", (double)total / HAUL_SECOND);
    HAUL_FINALLY;
    HAUL_END;
}

int example_gather_sleep(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(naps, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
