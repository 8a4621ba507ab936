/* Program 1 of the tutorials, simple_gen. A generator of two words. */
#include "examples/example.h"

struct words {
    struct haul_coroutine coroutine;
};

static struct haul_step words(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(words);
    HAUL_YIELD(.pointer = (void *)"Hello");
    HAUL_YIELD(.pointer = (void *)"World");
    HAUL_FINALLY;
    HAUL_END;
}

int example_hello(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)loop;
    (void)argc;
    (void)argv;
    struct words frame = HAUL_FRAME(words);
    struct haul_generator generator;
    union haul_value word;
    haul_generator_init(&generator, &frame.coroutine);
    if (haul_generator_next(&generator, &word) != 0)
        return 1;
    fprintf(out, "First %s\n", (const char *)word.pointer);
    if (haul_generator_next(&generator, &word) != 0)
        return 1;
    fprintf(out, "Second %s\n", (const char *)word.pointer);
    return haul_generator_close(&generator) != 0;
}
