/* Program 17 of the tutorials, async_sleep. A message every two and a half seconds, and the matches beside it: neither
 * holds up the other. The tutorial's sleep looks at the clock again and again; a loop's does not run until its time has
 * come. */
#include "examples/matches.h"

int example_baggage(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct haul_awaitable tasks[] = {
        HAUL_CALL(repetitive_message, .out = out, .message = "Unattended baggage will be destroyed",
                  .interval = 2500 * HAUL_MILLISECOND, .lines = 4),
        HAUL_CALL(async_print_matches, .out = out, .prefix = "Found :", .lines = 13),
    };
    return run_all(loop, tasks, 2) != 0;
}
