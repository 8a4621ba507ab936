/* Program 21 of the tutorials, square(1). One task, and its result. */
#include "examples/square.h"

int example_square(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(square, .out = out, .number = 1), &outcome);
    if (code != 0 || outcome.code != 0)
        return 1;
    fprintf(out, "%d\n", (int)outcome.value.integer);
    return 0;
}
