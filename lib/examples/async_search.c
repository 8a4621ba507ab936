/* Program 10 of the tutorials, async_search. A search that yields after each number it has looked at, so that
 * whoever runs it can do other things in between. What it returns comes with its end, which is HAUL_E_DRAINED here
 * and the exception StopIteration in Python. */
#include "examples/lucas.h"

struct async_search {
    struct haul_coroutine coroutine;
    struct haul_generator *numbers;
    int64_t least;
    union haul_value number;
    int code;
};

static struct haul_step async_search(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(async_search);
    while ((self->code = haul_generator_next(self->numbers, &self->number)) == 0) {
        if (self->number.integer >= self->least)
            HAUL_RETURN(.integer = self->number.integer);
        HAUL_YIELD(0);
    }
    HAUL_FAIL(self->code == HAUL_E_DRAINED ? HAUL_E_INVALID : self->code);
    HAUL_FINALLY;
    haul_generator_close(self->numbers);
    HAUL_END;
}

int example_async_search(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)loop;
    (void)argc;
    (void)argv;
    struct lucas lucas_frame = HAUL_FRAME(lucas);
    struct haul_generator numbers;
    struct async_search frame = HAUL_FRAME(async_search, .numbers = &numbers, .least = 10);
    struct haul_generator search;
    haul_generator_init(&numbers, &lucas_frame.coroutine);
    haul_generator_init(&search, &frame.coroutine);
    fprintf(out, "<generator object async_search>\n");
    int code = 0;
    for (int i = 0; i < 6 && code == 0; i++) {
        if (i == 2)
            fprintf(out, "hello world\n");
        code = haul_generator_next(&search, NULL);
    }
    if (code != HAUL_E_DRAINED)
        return 1;
    fprintf(out, "StopIteration: %lld\n", (long long)haul_generator_result(&search).integer);
    return 0;
}
