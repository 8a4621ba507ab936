/* Program 13 of the tutorials, is_prime. Work that computes and waits for nothing: it yields after a number of
 * divisors, so that it can be left between any two. The tutorial's own does not yield, and holds up everything for
 * as long as it takes. */
#include "examples/example.h"

struct is_prime {
    struct haul_coroutine coroutine;
    int64_t number;
    int64_t divisor;
};

static struct haul_step is_prime(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(is_prime);
    for (self->divisor = 2; self->divisor <= self->number / self->divisor; self->divisor++) {
        if (self->number % self->divisor == 0)
            HAUL_RETURN(.integer = 0);
        if (self->divisor % 1000 == 0)
            HAUL_YIELD(.integer = self->divisor);
    }
    HAUL_RETURN(.integer = self->number >= 2);
    HAUL_FINALLY;
    HAUL_END;
}

int example_prime(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)loop;
    (void)argc;
    (void)argv;
    const int64_t numbers[] = {2, 12, INT64_C(2147483647)};
    for (int i = 0; i < 3; i++) {
        struct is_prime frame = HAUL_FRAME(is_prime, .number = numbers[i]);
        struct haul_generator generator;
        haul_generator_init(&generator, &frame.coroutine);
        while (haul_generator_next(&generator, NULL) == 0)
            ;
        fprintf(out, "%s\n", haul_generator_result(&generator).integer ? "True" : "False");
    }
    return 0;
}
