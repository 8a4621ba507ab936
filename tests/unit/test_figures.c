#include "compare/figures.h"

#include "sample.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <math.h>

static void assert_near(double number, double expected)
{
    if (!(fabs(number - expected) < 1e-9))
        fail_msg("%.12g is not %.12g", number, expected);
}

static struct figures figures_at(const struct sample *sample, size_t variant)
{
    struct figures figures;

    assert_int_equal(figures_of(&sample->comparison, variant, &figures), 0);
    return figures;
}

static void test_of_rounds(void **state)
{
    const int64_t sequential[] = {2000, 2100, 2050, 2010, 2040};
    const int64_t gather[] = {510, 500, 505, 520, 515};
    struct sample sample;
    (void)state;

    sample_begin(&sample, 10, "sg", 5);
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, sequential[round], 50, 1000);
        sample_set(&sample, round, 1, gather[round], 480 + (int64_t)round, 490 - (int64_t)round);
        struct measured_run *run = comparison_run(&sample.comparison, round, 1);
        run->peak_in_flight = 3 + round;
        run->connections = 9 - round;
        run->bytes = 1000 + (int64_t)round;
        run->not_ok = round == 2;
    }
    struct figures figures = figures_at(&sample, 1);
    assert_near(figures.wall.mean, 0.510);
    assert_near(figures.wall.deviation, sqrt(250e-6 / 4));
    assert_near(figures.wall.median, 0.510);
    assert_near(figures.wall.min, 0.500);
    assert_near(figures.wall.max, 0.520);
    assert_true(figures.has_speedup && !figures.is_reference && figures.reference == 0);
    assert_near(figures.speedup.ratio, 2.040 / 0.510);
    /* Of all 25 ratios the third smallest and the third largest. */
    assert_near(figures.speedup.low, 2.000 / 0.515);
    assert_near(figures.speedup.high, 2.100 / 0.510);
    assert_near(figures.first_out, 0.482);
    assert_near(figures.mean_out, 0.488);
    assert_near(figures.rate, 10 / 0.510);
    assert_int_equal(figures.peak_in_flight, 7);
    assert_int_equal(figures.connections, 9);
    assert_int_equal(figures.bytes, 1004);
    assert_int_equal(figures.not_ok, 1);
    assert_true(figures_at(&sample, 0).is_reference);
    assert_false(figures_at(&sample, 0).speedup.has_interval);
    sample_end(&sample);
}

/* The quantiles are of all totals of all rounds: 1 to 20. */
static void test_quantiles_and_ideal_are_of_totals(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 10, "a", 2);
    sample.variants[0].concurrency = 2;
    for (size_t i = 0; i < 20; i++)
        sample_url(&sample, i / 10, 0, i % 10)->total = (int64_t)(i + 1) * HAUL_SECOND;
    sample_set(&sample, 0, 0, 60000, 0, 0);
    sample_set(&sample, 1, 0, 100000, 0, 0);
    comparison_run(&sample.comparison, 0, 0)->slowest = comparison_run(&sample.comparison, 1, 0)->slowest = 9;
    struct figures figures = figures_at(&sample, 0);
    assert_near(figures.quantiles[0], 10.5);
    assert_near(figures.quantiles[1], 18.1);
    assert_near(figures.quantiles[2], 19.05);
    assert_near(figures.quantiles[3], 19.81);
    /* At two places 1 to 10 take 30, and 11 to 20 take 80, in the order of the list. */
    assert_true(figures.has_ideal);
    assert_near(figures.ideal, 55);
    assert_near(figures.reached, (0.5 + 0.8) / 2);
    assert_int_equal(figures.slowest, 9);
    assert_near(figures.slowest_total, 20);
    sample_end(&sample);
}

static void test_what_speedups_are_over(void **state)
{
    static const struct variant sweep[] = {
        {MODE_AS_COMPLETED, 1, 0}, {MODE_AS_COMPLETED, 4, 0}, {MODE_AS_COMPLETED, 1, 1}, {MODE_AS_COMPLETED, 4, 1}};
    static const struct variant sides[] = {
        {MODE_GATHER, 4, 0}, {MODE_AS_COMPLETED, 4, 0}, {MODE_GATHER, 4, 1}, {MODE_AS_COMPLETED, 4, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 1, sweep, 4, 1);
    assert_int_equal(figures_reference(&sample.comparison, 1), 0);
    assert_int_equal(figures_reference(&sample.comparison, 3), 2);
    sample_end(&sample);
    sample_begin_variants(&sample, 1, sides, 4, 1);
    assert_int_equal(figures_reference(&sample.comparison, 1), 1);
    assert_int_equal(figures_reference(&sample.comparison, 2), 0);
    assert_int_equal(figures_reference(&sample.comparison, 3), 1);
    sample_end(&sample);
    sample_begin(&sample, 1, "gasr", 1);
    assert_int_equal(figures_reference(&sample.comparison, 0), 2);
    assert_int_equal(figures_reference(&sample.comparison, 2), 2);
    assert_int_equal(figures_reference(&sample.comparison, 3), 4);
    sample_end(&sample);
    sample_begin(&sample, 1, "ga", 1);
    assert_int_equal(figures_reference(&sample.comparison, 0), 2);
    sample_end(&sample);
}

static void test_an_estimate_is_marked_and_has_no_interval(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 10, "sg", 5);
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, 2000, 1, 1);
        sample_set(&sample, round, 1, 500, 1, 1);
        comparison_run(&sample.comparison, round, 0)->is_estimate = round > 0;
        comparison_run(&sample.comparison, round, 0)->error = round > 0 ? 10e9 : 0;
    }
    struct figures sequential = figures_at(&sample, 0);
    assert_true(sequential.is_estimate && !sequential.has_ideal);
    assert_near(sequential.error, 4); /* sqrt(4 x 100) / 5 */
    struct figures gather = figures_at(&sample, 1);
    assert_true(!gather.is_estimate && gather.is_reference_estimate && gather.has_speedup);
    assert_false(gather.speedup.has_interval);
    assert_near(gather.speedup.ratio, 4);
    sample_end(&sample);
}

/* Means, since one sample in five that has a long URL in it is as it should be. */
static void test_an_estimate_counts_by_its_mean(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 10, "sg", 5);
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, round == 2 ? 6000 : 1000, 1, 1);
        sample_set(&sample, round, 1, round == 2 ? 3000 : 500, 1, 1);
        comparison_run(&sample.comparison, round, 0)->is_estimate = true;
    }
    assert_near(figures_at(&sample, 0).rate, 5);
    assert_near(figures_at(&sample, 0).speedup.ratio, 1);
    assert_near(figures_at(&sample, 1).rate, 20);
    assert_near(figures_at(&sample, 1).speedup.ratio, 4);
    sample_end(&sample);
}

static void test_in_sequence_alone_sides_are_compared(void **state)
{
    static const struct variant variants[] = {{MODE_SEQUENTIAL, 1, 0}, {MODE_SEQUENTIAL, 1, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 1, variants, 2, 1);
    assert_int_equal(figures_reference(&sample.comparison, 0), 0);
    assert_int_equal(figures_reference(&sample.comparison, 1), 0);
    sample_end(&sample);
}

static void test_without_a_round_there_are_none(void **state)
{
    struct sample sample;
    struct figures figures;
    (void)state;

    sample_begin(&sample, 1, "g", 1);
    sample.comparison.rounds_complete = 0;
    assert_int_equal(figures_of(&sample.comparison, 0, &figures), HAUL_E_INVALID);
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_rounds),
        cmocka_unit_test(test_quantiles_and_ideal_are_of_totals),
        cmocka_unit_test(test_what_speedups_are_over),
        cmocka_unit_test(test_an_estimate_is_marked_and_has_no_interval),
        cmocka_unit_test(test_an_estimate_counts_by_its_mean),
        cmocka_unit_test(test_in_sequence_alone_sides_are_compared),
        cmocka_unit_test(test_without_a_round_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
