/* Program 9 of the tutorials, search. The first Lucas number of at least six digits. Nothing else goes on meanwhile;
 * async_search.c is the one that lets others have their turn. */
#include "examples/lucas.h"

static int has_six_digits(int64_t number)
{
    return number >= 100000;
}

/* The first that PREDICATE holds for; HAUL_E_DRAINED: there is none. */
static int search(struct haul_generator *numbers, int (*predicate)(int64_t number), int64_t *ret_number)
{
    union haul_value number;
    int code;
    do
        code = haul_generator_next(numbers, &number);
    while (code == 0 && !predicate(number.integer));
    if (code == 0)
        *ret_number = number.integer;
    return code;
}

int example_search(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)loop;
    (void)argc;
    (void)argv;
    struct lucas frame = HAUL_FRAME(lucas);
    struct haul_generator numbers;
    int64_t found;
    haul_generator_init(&numbers, &frame.coroutine);
    int code = search(&numbers, has_six_digits, &found);
    if (code != 0) {
        fprintf(out, "Not Found\n");
        return 1;
    }
    fprintf(out, "%lld\n", (long long)found);
    return haul_generator_close(&numbers) != 0;
}
