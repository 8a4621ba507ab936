/* Program 8 of the tutorials, lucas. The first ten of a generator that never ends. */
#include "examples/lucas.h"

int example_lucas(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)loop;
    (void)argc;
    (void)argv;
    struct lucas frame = HAUL_FRAME(lucas);
    struct haul_generator generator;
    union haul_value number;
    haul_generator_init(&generator, &frame.coroutine);
    for (int i = 0; i < 10 && haul_generator_next(&generator, &number) == 0; i++)
        fprintf(out, "%s%lld", i > 0 ? ", " : "[", (long long)number.integer);
    fprintf(out, "]\n");
    return haul_generator_close(&generator) != 0;
}
