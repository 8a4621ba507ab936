/* Program 14 of the tutorials, async_print_matches. A search that gives all matches, and lets the others run after each
 * number. */
#include "examples/matches.h"

int example_matches(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct haul_awaitable task = HAUL_CALL(print_matches, .out = out, .lines = 14);
    return run_all(loop, &task, 1) != 0;
}
