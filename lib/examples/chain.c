/* Program 26 of the tutorials, chained.py. A chain of two coroutines, where the second works on what the first
 * returned, run three times side by side. Each chain is in sequence, and none waits for the others. The tutorial
 * draws the seconds with a seed, and these are what it drew. */
#include "examples/example.h"

struct part1 {
    struct haul_coroutine coroutine;
    FILE *out;
    int number;
    int seconds;
    char result[64];
};

static struct haul_step part1(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(part1);
    fprintf(self->out, "part1(%d) sleeping for %d seconds.\n", self->number, self->seconds);
    HAUL_AWAIT(haul_sleep(task, self->seconds * HAUL_SECOND));
    snprintf(self->result, sizeof(self->result), "result%d-1", self->number);
    fprintf(self->out, "Returning part1(%d) == %s.\n", self->number, self->result);
    HAUL_RETURN(.pointer = self->result);
    HAUL_FINALLY;
    HAUL_END;
}

struct part2 {
    struct haul_coroutine coroutine;
    FILE *out;
    int number;
    int seconds;
    const char *before;
    char result[64];
};

static struct haul_step part2(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(part2);
    fprintf(self->out, "part2(%d, '%s') sleeping for %d seconds.\n", self->number, self->before, self->seconds);
    HAUL_AWAIT(haul_sleep(task, self->seconds * HAUL_SECOND));
    snprintf(self->result, sizeof(self->result), "result%d-2 derived from %s", self->number, self->before);
    fprintf(self->out, "Returning part2(%d, '%s') == %s.\n", self->number, self->before, self->result);
    HAUL_RETURN(.pointer = self->result);
    HAUL_FINALLY;
    HAUL_END;
}

/* The frames of the two parts stand in the chain's own: awaiting them allocates nothing. */
struct chain {
    struct haul_coroutine coroutine;
    FILE *out;
    int number;
    int seconds[2];
    int64_t start;
    struct part1 part1;
    struct part2 part2;
};

static double seconds_since(int64_t start, struct haul_task *task)
{
    return (double)(haul_loop_now(haul_task_loop(task)) - start) / HAUL_SECOND;
}

static struct haul_step chain(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(chain);
    self->start = haul_loop_now(haul_task_loop(task));
    self->part1 = HAUL_FRAME(part1, .out = self->out, .number = self->number, .seconds = self->seconds[0]);
    HAUL_AWAIT(haul_call(task, &self->part1.coroutine));
    self->part2 = HAUL_FRAME(part2, .out = self->out, .number = self->number, .seconds = self->seconds[1],
                             .before = haul_awaited(task).pointer);
    HAUL_AWAIT(haul_call(task, &self->part2.coroutine));
    fprintf(self->out, "-->Chained result%d => %s (took %.2f seconds).\n", self->number,
            (const char *)haul_awaited(task).pointer, seconds_since(self->start, task));
    HAUL_FINALLY;
    HAUL_END;
}

struct chains {
    struct haul_coroutine coroutine;
    FILE *out;
    int64_t start;
    struct haul_outcome outcomes[3];
};

static struct haul_step chains(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(chains);
    self->start = haul_loop_now(haul_task_loop(task));
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(chain, .out = self->out, .number = 9, .seconds = {4, 7}),
        HAUL_CALL(chain, .out = self->out, .number = 6, .seconds = {4, 4}),
        HAUL_CALL(chain, .out = self->out, .number = 3, .seconds = {0, 4}),
    };
    HAUL_AWAIT(haul_gather(task, awaitables, 3, HAUL_GATHER_FAIL_FAST, self->outcomes));
    fprintf(self->out, "Program finished in %.2f seconds.\n", seconds_since(self->start, task));
    HAUL_FINALLY;
    HAUL_END;
}

int example_chain(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(chains, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
