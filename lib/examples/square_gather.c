/* Program 22 of the tutorials, square gathered. The results are in the order of the arguments. So are the beginnings
 * and the ends here, since equal deadlines come in the order of setting; in the tutorial 2 comes before 1, which is
 * one of the orders that asyncio permitted. The tutorial's calls run_until_completion, which there is not. */
#include "examples/square.h"

struct squares {
    struct haul_coroutine coroutine;
    FILE *out;
    struct haul_outcome outcomes[3];
};

static struct haul_step squares(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(squares);
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(square, .out = self->out, .number = 1),
        HAUL_CALL(square, .out = self->out, .number = 2),
        HAUL_CALL(square, .out = self->out, .number = 3),
    };
    HAUL_AWAIT(haul_gather(task, awaitables, 3, HAUL_GATHER_FAIL_FAST, self->outcomes));
    for (int i = 0; i < 3; i++)
        fprintf(self->out, "%s%d", i > 0 ? ", " : "[", (int)self->outcomes[i].value.integer);
    fprintf(self->out, "]\n");
    HAUL_FINALLY;
    HAUL_END;
}

int example_square_gather(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(squares, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
