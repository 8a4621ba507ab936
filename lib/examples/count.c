/* Program 25 of the tutorials, countasync.py. Three tasks that each wait for a second take one second together. The
 * tutorial measures 1.01; here it is the loop's own time. */
#include "examples/example.h"

struct count {
    struct haul_coroutine coroutine;
    FILE *out;
};

static struct haul_step count(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(count);
    fprintf(self->out, "One\n");
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    fprintf(self->out, "Two\n");
    HAUL_FINALLY;
    HAUL_END;
}

struct counts {
    struct haul_coroutine coroutine;
    FILE *out;
    struct haul_outcome outcomes[3];
};

static struct haul_step counts(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(counts);
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(count, .out = self->out),
        HAUL_CALL(count, .out = self->out),
        HAUL_CALL(count, .out = self->out),
    };
    HAUL_AWAIT(haul_gather(task, awaitables, 3, HAUL_GATHER_FAIL_FAST, self->outcomes));
    HAUL_FINALLY;
    HAUL_END;
}

int example_count(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int64_t start = haul_loop_now(loop);
    int code = haul_run_task(loop, HAUL_CALL(counts, .out = out), &outcome);
    if (code != 0 || outcome.code != 0)
        return 1;
    fprintf(out, "count.c executed in %.2f seconds.\n", (double)(haul_loop_now(loop) - start) / HAUL_SECOND);
    return 0;
}
