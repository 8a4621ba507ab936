/* Program 16 of the tutorials, async_predicate. The matches, with a test for primes that lets the others run after each
 * divisor: what a coroutine calls has to be a coroutine, if it is not to hold up the rest. The tutorial's has a
 * parameter of another name than it uses. */
#include "examples/matches.h"

int example_async_matches(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct haul_awaitable task = HAUL_CALL(async_print_matches, .out = out, .prefix = "Found:", .lines = 12);
    return run_all(loop, &task, 1) != 0;
}
