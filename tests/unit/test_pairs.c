#include "compare/pairs.h"

#include "sample.h"

#include <stdio.h>
#include <string.h>

/* "0-1 wall, 1-2 mean out, ..." */
static void assert_pairs(const struct sample *sample, const char *expected)
{
    static const char *const kinds[] = {
        [PAIR_WALL] = "wall", [PAIR_MEAN_OUT] = "mean out", [PAIR_DISTURBANCE] = "disturbance"};
    struct pairs pairs;
    char found[400] = "";
    size_t used = 0;

    assert_int_equal(pairs_find(&sample->comparison, &pairs), 0);
    for (size_t i = 0; i < pairs.count; i++)
        used += (size_t)snprintf(found + used, sizeof(found) - used, "%s%zu-%zu %s", i > 0 ? ", " : "",
                                 pairs.items[i].one, pairs.items[i].other, kinds[pairs.items[i].kind]);
    assert_string_equal(found, expected);
    pairs_finish(&pairs);
}

static void test_modes_are_paired_each_with_each(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sga", 1);
    assert_pairs(&sample, "0-1 wall, 0-2 wall, 1-2 mean out, 1-2 disturbance");
    sample_end(&sample);
    /* What is the measure stands first, and a race is in no pair. */
    sample_begin(&sample, 2, "ragsr", 1);
    assert_pairs(&sample, "2-1 mean out, 2-1 disturbance, 3-1 wall, 3-2 wall");
    sample_end(&sample);
    sample_begin(&sample, 2, "s", 1);
    assert_pairs(&sample, "");
    sample_end(&sample);
}

static void test_estimates_are_left_out(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sga", 2);
    comparison_run(&sample.comparison, 1, 0)->is_estimate = true;
    assert_pairs(&sample, "1-2 mean out, 1-2 disturbance");
    sample_end(&sample);
}

static void test_times_of_failing_are_left_out(void **state)
{
    static const struct variant variants[] = {
        {MODE_AS_COMPLETED, 4, 0}, {MODE_AS_COMPLETED, 4, 1}, {MODE_AS_COMPLETED, 4, 2}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 2, variants, 3, 2);
    comparison_run(&sample.comparison, 0, 1)->not_ok = 2;
    assert_pairs(&sample, "0-1 wall, 0-2 wall, 1-2 wall");
    comparison_run(&sample.comparison, 1, 1)->not_ok = 2;
    assert_pairs(&sample, "0-2 wall");
    sample_end(&sample);
}

static void test_of_a_sweep_only_neighbours(void **state)
{
    static const struct variant variants[] = {
        {MODE_SEQUENTIAL, 1, 0},   {MODE_GATHER, 1, 0},       {MODE_GATHER, 2, 0},      {MODE_GATHER, 4, 0},
        {MODE_AS_COMPLETED, 1, 0}, {MODE_AS_COMPLETED, 2, 0}, {MODE_AS_COMPLETED, 4, 0}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 2, variants, 7, 1);
    assert_pairs(&sample, "1-2 wall, 2-3 wall, 4-5 wall, 5-6 wall");
    sample_end(&sample);
}

static void test_sides_are_paired_in_the_same_mode_and_concurrency(void **state)
{
    static const struct variant variants[] = {{MODE_AS_COMPLETED, 1, 0}, {MODE_AS_COMPLETED, 4, 0},
                                              {MODE_AS_COMPLETED, 1, 1}, {MODE_AS_COMPLETED, 4, 1},
                                              {MODE_AS_COMPLETED, 1, 2}, {MODE_AS_COMPLETED, 4, 2}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 2, variants, 6, 1);
    assert_pairs(&sample, "0-1 wall, 0-2 wall, 0-4 wall, 1-3 wall, 1-5 wall, 2-3 wall, 2-4 wall, 3-5 wall, 4-5 wall");
    sample_end(&sample);
}

static void test_the_first_side_is_the_measure_in_each_mode(void **state)
{
    static const struct variant variants[] = {
        {MODE_GATHER, 4, 0}, {MODE_SEQUENTIAL, 1, 0}, {MODE_GATHER, 4, 1}, {MODE_SEQUENTIAL, 1, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 2, variants, 4, 1);
    assert_pairs(&sample, "1-0 wall, 0-2 wall, 1-3 wall, 3-2 wall");
    sample_end(&sample);
}

static void test_verdicts_are_corrected_for_all_pairs(void **state)
{
    struct sample sample;
    struct pairs pairs;
    (void)state;

    sample_begin(&sample, 2, "sga", 5);
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, 2000 + (int64_t)round, 1, 1000);
        sample_set(&sample, round, 1, 500 + (int64_t)round, 1, 490);
        sample_set(&sample, round, 2, 500 + (int64_t)round, 1, 245);
    }
    assert_int_equal(pairs_find(&sample.comparison, &pairs), 0);
    assert_int_equal(pairs.count, 4);
    assert_false(pairs.are_too_few);
    /* Three are as different as five rounds can be: 2/252, taken as often as there are pairs. */
    for (size_t i = 0; i < 3; i++) {
        assert_true(pairs.items[i].is_different);
        assert_true(pairs.items[i].probability > 8.0 / 252 - 1e-9 && pairs.items[i].probability < 8.0 / 252 + 1e-9);
    }
    assert_false(pairs.items[3].is_different);
    assert_true(pairs.items[2].ratio.ratio > 1.99 && pairs.items[2].ratio.ratio < 2.01);
    pairs_finish(&pairs);
    sample_end(&sample);
}

static void test_too_few_rounds_and_how_many_would_do(void **state)
{
    /* The least that so many rounds can come to, times the pairs, against 0.05. */
    static const struct {
        const char *letters;
        size_t too_few;
    } rows[] = {{"sg", 3}, {"sga", 4}};
    static const struct variant sweep[] = {{MODE_GATHER, 1, 0},  {MODE_GATHER, 2, 0},  {MODE_GATHER, 4, 0},
                                           {MODE_GATHER, 8, 0},  {MODE_GATHER, 16, 0}, {MODE_GATHER, 32, 0},
                                           {MODE_GATHER, 64, 0}, {MODE_GATHER, 128, 0}};
    struct sample sample;
    struct pairs pairs;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t more = 0; more < 2; more++) {
            sample_begin(&sample, 2, rows[i].letters, rows[i].too_few + more);
            assert_int_equal(pairs_find(&sample.comparison, &pairs), 0);
            assert_int_equal(pairs.are_too_few, more == 0);
            assert_int_equal(pairs.rounds_wanted, rows[i].too_few + 1);
            pairs_finish(&pairs);
            sample_end(&sample);
        }
    }
    sample_begin_variants(&sample, 2, sweep, 8, 5);
    assert_int_equal(pairs_find(&sample.comparison, &pairs), 0);
    assert_true(pairs.are_too_few && pairs.rounds_wanted == 6);
    pairs_finish(&pairs);
    sample_end(&sample);
}

/* A number that looks random, the next of a series (Marsaglia's xorshift). */
static int64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (int64_t)(*state % 1000000) + 1;
}

/* How many of a thousand comparisons find a difference between variants that are all alike. */
static size_t count_false_alarms(const struct variant *variants, size_t count)
{
    uint64_t state = 88172645463325252;
    size_t alarms = 0;

    for (size_t time = 0; time < 1000; time++) {
        struct sample sample;
        struct pairs pairs;
        bool is_alarm = false;
        sample_begin_variants(&sample, 2, variants, count, 5);
        for (size_t i = 0; i < 5 * count; i++) {
            sample.comparison.runs[i].wall = draw(&state);
            sample.comparison.runs[i].mean_out = draw(&state);
        }
        assert_int_equal(pairs_find(&sample.comparison, &pairs), 0);
        for (size_t i = 0; i < pairs.count; i++)
            is_alarm |= pairs.items[i].is_different;
        alarms += is_alarm;
        pairs_finish(&pairs);
        sample_end(&sample);
    }
    return alarms;
}

/* It is the comparison that has no more than five false alarms in a hundred, not each pair. */
static void test_what_is_alike_is_seldom_called_different(void **state)
{
    static const struct variant variants[] = {
        {MODE_SEQUENTIAL, 1, 0}, {MODE_GATHER, 8, 0}, {MODE_AS_COMPLETED, 8, 0}, {MODE_AS_COMPLETED, 8, 1}};
    static const struct variant sweep[] = {
        {MODE_AS_COMPLETED, 1, 0}, {MODE_AS_COMPLETED, 2, 0}, {MODE_AS_COMPLETED, 4, 0}, {MODE_AS_COMPLETED, 8, 0}};
    (void)state;

    assert_in_range(count_false_alarms(variants, 3), 1, 50);
    assert_in_range(count_false_alarms(variants + 1, 2), 1, 50);
    assert_in_range(count_false_alarms(variants + 2, 2), 1, 50);
    assert_in_range(count_false_alarms(sweep, 4), 1, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes_are_paired_each_with_each),
        cmocka_unit_test(test_estimates_are_left_out),
        cmocka_unit_test(test_times_of_failing_are_left_out),
        cmocka_unit_test(test_of_a_sweep_only_neighbours),
        cmocka_unit_test(test_sides_are_paired_in_the_same_mode_and_concurrency),
        cmocka_unit_test(test_the_first_side_is_the_measure_in_each_mode),
        cmocka_unit_test(test_verdicts_are_corrected_for_all_pairs),
        cmocka_unit_test(test_too_few_rounds_and_how_many_would_do),
        cmocka_unit_test(test_what_is_alike_is_seldom_called_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
