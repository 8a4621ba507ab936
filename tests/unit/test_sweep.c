#include "compare/sweep.h"

#include "sample.h"

enum { STEPS = 6, ROUNDS = 6 };

/* A sweep with these wall times, in milliseconds, with a little noise. */
static struct sweep sweep_of(const int64_t *walls)
{
    struct variant variants[STEPS];
    struct sample sample;

    for (size_t i = 0; i < STEPS; i++)
        variants[i] = (struct variant){MODE_AS_COMPLETED, (size_t)1 << i, 0};
    sample_begin_variants(&sample, 2, variants, STEPS, ROUNDS);
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < STEPS; i++)
            sample_set(&sample, round, i, walls[i] + (int64_t)(7 * round + 3 * i) % 5, 1, 1);
    }
    sample_find(&sample);
    struct sweep sweep;
    assert_int_equal(sweep_at(&sample.comparison, sample.figures, &sample.pairs, 0, &sweep), 0);
    sample_forget(&sample);
    sample_end(&sample);
    return sweep;
}

static void assert_sweep(const int64_t *walls, size_t knee, size_t drop)
{
    struct sweep sweep = sweep_of(walls);

    assert_int_equal(sweep.count, STEPS);
    assert_int_equal(sweep.knee, knee);
    assert_int_equal(sweep.drop, drop);
}

#define WALLS(...) ((const int64_t[STEPS]){__VA_ARGS__})

static void test_the_knee_is_the_last_that_was_faster(void **state)
{
    (void)state;
    assert_sweep(WALLS(1600, 800, 400, 200, 200, 200), 3, 0);
    assert_sweep(WALLS(1600, 800, 400, 200, 100, 50), 5, 0);
    assert_sweep(WALLS(1600, 1600, 1600, 1600, 1600, 1600), 0, 0);
}

static void test_slower_past_the_knee(void **state)
{
    (void)state;
    assert_sweep(WALLS(1600, 800, 400, 400, 600, 900), 2, 4);
    assert_sweep(WALLS(100, 200, 300, 400, 500, 600), 0, 1);
}

static void test_a_step_without_gain_does_not_end_it(void **state)
{
    (void)state;
    assert_sweep(WALLS(1600, 800, 800, 400, 400, 400), 3, 0);
}

/* Faster than its neighbour, and slower than what was there before that. */
static void test_faster_than_a_slow_one_is_no_knee(void **state)
{
    (void)state;
    assert_sweep(WALLS(1600, 400, 900, 700, 700, 700), 1, 2);
}

/* Each step drowns in the noise of 5 ms, and three of them do not. */
static void test_small_steps_may_lead_somewhere_together(void **state)
{
    (void)state;
    struct sweep sweep = sweep_of(WALLS(1000, 998, 996, 994, 994, 994));
    assert_int_equal(sweep.knee, 0);
    assert_true(sweep.creeps);
    assert_false(sweep_of(WALLS(1000, 1000, 1000, 1000, 1000, 1000)).creeps);
    assert_false(sweep_of(WALLS(1600, 800, 400, 400, 400, 400)).creeps);
    assert_false(sweep_of(WALLS(1600, 800, 400, 200, 100, 50)).creeps);
}

static void test_it_ends_with_its_mode_and_side(void **state)
{
    static const struct variant variants[] = {
        {MODE_GATHER, 1, 0}, {MODE_GATHER, 2, 0}, {MODE_AS_COMPLETED, 1, 0}, {MODE_AS_COMPLETED, 1, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 2, variants, 4, 1);
    sample_find(&sample);
    struct sweep sweep;
    assert_int_equal(sweep_at(&sample.comparison, sample.figures, &sample.pairs, 0, &sweep), 0);
    assert_int_equal(sweep.count, 2);
    assert_int_equal(sweep_at(&sample.comparison, sample.figures, &sample.pairs, 2, &sweep), 0);
    assert_int_equal(sweep.count, 1);
    sample_forget(&sample);
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_knee_is_the_last_that_was_faster),
        cmocka_unit_test(test_slower_past_the_knee),
        cmocka_unit_test(test_a_step_without_gain_does_not_end_it),
        cmocka_unit_test(test_faster_than_a_slow_one_is_no_knee),
        cmocka_unit_test(test_small_steps_may_lead_somewhere_together),
        cmocka_unit_test(test_it_ends_with_its_mode_and_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
