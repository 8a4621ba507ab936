/* Program 15 of the tutorials, async_repetitive_message. A message every two and a half seconds beside the matches. The
 * test for primes does not let the others run: while it is at a great number, no message comes. */
#include "examples/matches.h"

int example_stalled(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct haul_awaitable tasks[] = {
        HAUL_CALL(repetitive_message, .out = out, .message = "Unattended baggage will be destroyed",
                  .interval = 2500 * HAUL_MILLISECOND, .lines = 4),
        HAUL_CALL(print_matches, .out = out, .lines = 14),
    };
    return run_all(loop, tasks, 2) != 0;
}
