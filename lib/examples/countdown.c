/* Program 2 of the tutorials, countdown(5). A generator does nothing before its first value is asked for. Python
 * shows it as an object with its address, which is another each time and left out here. */
#include "examples/example.h"

struct countdown {
    struct haul_coroutine coroutine;
    int from;
};

static struct haul_step countdown(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(countdown);
    for (; self->from > 0; self->from--)
        HAUL_YIELD(.integer = self->from);
    HAUL_FINALLY;
    HAUL_END;
}

int example_countdown(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)loop;
    (void)argc;
    (void)argv;
    struct countdown frame = HAUL_FRAME(countdown, .from = 5);
    struct haul_generator count;
    union haul_value value;
    haul_generator_init(&count, &frame.coroutine);
    fprintf(out, "<generator object countdown>\n");
    if (haul_generator_next(&count, &value) != 0)
        return 1;
    fprintf(out, "%d\n", (int)value.integer);
    return haul_generator_close(&count) != 0;
}
