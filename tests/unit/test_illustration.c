#include "compare/illustration.h"

#include "sample.h"

#include <haul/duration.h>

static size_t round_of(struct sample *sample, const int64_t *walls)
{
    for (size_t round = 0; round < sample->comparison.rounds; round++)
        sample_set(sample, round, 1, walls[round], 1, 1);
    return illustration_round(&sample->comparison, 1);
}

static void the_run_in_the_midst_is_shown(void **state)
{
    (void)state;
    struct sample sample;
    sample_begin(&sample, 1, "sg", 5);
    assert_int_equal(round_of(&sample, (const int64_t[]){50, 10, 30, 20, 40}), 2);
    assert_int_equal(round_of(&sample, (const int64_t[]){10, 20, 30, 40, 25}), 4);
    /* Of several that took as long, the one that the order says. */
    assert_int_equal(round_of(&sample, (const int64_t[]){10, 10, 10, 10, 10}), 2);
    sample_end(&sample);
}

static void of_two_in_the_middle_it_is_the_shorter(void **state)
{
    (void)state;
    struct sample sample;
    sample_begin(&sample, 1, "sg", 4);
    assert_int_equal(round_of(&sample, (const int64_t[]){40, 30, 20, 10}), 2);
    sample_end(&sample);
}

static void rounds_that_are_not_complete_are_not_looked_at(void **state)
{
    (void)state;
    struct sample sample;
    sample_begin(&sample, 1, "sg", 4);
    sample.comparison.rounds_complete = 1;
    assert_int_equal(round_of(&sample, (const int64_t[]){40, 30, 20, 10}), 0);
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_run_in_the_midst_is_shown),
        cmocka_unit_test(of_two_in_the_middle_it_is_the_shorter),
        cmocka_unit_test(rounds_that_are_not_complete_are_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
