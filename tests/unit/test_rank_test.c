#include "compare/rank_test.h"

#include "compare/statistics.h"

#include <haul/error.h>

#include <math.h>
#include <stdarg.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_near(double number, double expected, double error)
{
    if (!(fabs(number - expected) <= error))
        fail_msg("%.9g is not %.9g", number, expected);
}

static double probability(const double *one, size_t one_count, const double *other, size_t other_count)
{
    double found;

    assert_int_equal(rank_test(one, one_count, other, other_count, &found), 0);
    return found;
}

/* Numbers that look random, and are the same each time (splitmix64). */
static uint64_t random_bits(uint64_t *seed)
{
    uint64_t mixed = *seed += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

/* Wald and Wolfowitz's data in Hollander and Wolfe, 4.1: W = 35, one-sided 0.1272. */
static void test_a_published_example(void **state)
{
    const double at_term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double before[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    (void)state;

    assert_near(probability(at_term, 10, before, 5), 0.2544, 0.00005);
    assert_near(probability(before, 5, at_term, 10), 0.2544, 0.00005);
}

/* The published critical values of U at 0.05, two-sided, for so many values on each side: the greatest U that is
 * significant. */
static const struct {
    size_t count;
    size_t critical;
} table[] = {{4, 0}, {5, 2}, {6, 5}, {7, 8}, {8, 13}, {9, 17}, {10, 23}, {12, 37}, {15, 64}, {20, 127}};

/* Two series without ties of which U is so much: pairs in which the one is greater. */
static void make_series(size_t count, size_t u, double *one, double *other)
{
    for (size_t i = 0; i < count; i++)
        other[i] = (double)(i + 1) * 10;
    /* The values of the one pass all of the other's in turn, from the last. */
    for (size_t i = count; i-- > 0;) {
        size_t passed = u < count ? u : count;
        u -= passed;
        one[i] = (double)passed * 10 + 5 + (double)i / 100;
    }
}

static void test_published_critical_values(void **state)
{
    double one[20];
    double other[20];
    (void)state;

    for (size_t i = 0; i < COUNT(table); i++) {
        make_series(table[i].count, table[i].critical, one, other);
        assert_true(probability(one, table[i].count, other, table[i].count) <= 0.05);
        make_series(table[i].count, table[i].critical + 1, one, other);
        assert_true(probability(one, table[i].count, other, table[i].count) > 0.05);
    }
}

/* Twice the sum of the mean ranks of those values that MASK chooses. */
static size_t rank_sum(const double *values, size_t count, unsigned mask)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        if (!(mask >> i & 1))
            continue;
        sum++;
        for (size_t other = 0; other < count; other++)
            sum += 2 * (values[other] < values[i]) + (values[other] <= values[i] && values[other] >= values[i]);
    }
    return sum;
}

/* By trying every choice of the first series' values. */
static double enumerate(const double *values, size_t count, size_t chosen)
{
    size_t mean = chosen * (count + 1);
    size_t seen = rank_sum(values, count, (1U << chosen) - 1);
    size_t off = seen > mean ? seen - mean : mean - seen;
    size_t all = 0;
    size_t far = 0;

    for (unsigned mask = 0; mask < 1U << count; mask++) {
        if ((size_t)__builtin_popcount(mask) != chosen)
            continue;
        size_t sum = rank_sum(values, count, mask);
        all++;
        far += (sum > mean ? sum - mean : mean - sum) >= off;
    }
    return (double)far / (double)all;
}

/* Of few different values, so that there are ties, and of many. */
static void test_all_choices_are_counted_ties_too(void **state)
{
    uint64_t seed = 1;
    (void)state;

    for (size_t trial = 0; trial < 300; trial++) {
        double values[10];
        size_t count = 2 + random_bits(&seed) % 9;
        size_t chosen = 1 + random_bits(&seed) % (count - 1);
        uint64_t kinds = trial % 3 == 0 ? 1000000 : 1 + trial % 5;
        for (size_t i = 0; i < count; i++)
            values[i] = (double)(random_bits(&seed) % kinds);
        assert_near(probability(values, chosen, values + chosen, count - chosen), enumerate(values, count, chosen),
                    1e-12);
    }
}

/* Of 60 values on each side U has the mean 1800 and the standard deviation 190.526; with half a rank for continuity
 * 1426 lies 1.9604 of these below it, and 1427 lies 1.9551. */
static void test_many_values_are_held_against_the_normal_distribution(void **state)
{
    double one[60];
    double other[60];
    (void)state;

    make_series(60, 1426, one, other);
    assert_near(probability(one, 60, other, 60), 0.04995, 0.00001);
    make_series(60, 1427, one, other);
    assert_near(probability(one, 60, other, 60), 0.05057, 0.00001);
    for (size_t i = 0; i < 60; i++)
        one[i] = other[i];
    assert_near(probability(one, 60, other, 60), 1, 1e-12);
    for (size_t i = 0; i < 60; i++)
        one[i] = other[i] = 3;
    assert_near(probability(one, 60, other, 60), 1, 1e-12);
}

static void test_the_least_there_can_be(void **state)
{
    const double low[] = {1, 2, 3, 4, 5};
    const double high[] = {6, 7, 8, 9, 10};
    (void)state;

    assert_near(rank_test_least(3, 3), 0.1, 1e-12);
    assert_near(rank_test_least(4, 4), 2.0 / 70, 1e-12);
    assert_near(rank_test_least(5, 5), 2.0 / 252, 1e-12);
    assert_near(rank_test_least(1, 1), 1, 1e-12);
    assert_near(probability(low, 5, high, 5), rank_test_least(5, 5), 1e-12);
}

static void test_nothing_is_refused(void **state)
{
    const double value = 1;
    double found;
    struct ratio ratio;
    (void)state;

    assert_int_equal(rank_test(&value, 0, &value, 1, &found), HAUL_E_INVALID);
    assert_int_equal(rank_test(&value, 1, &value, 0, &found), HAUL_E_INVALID);
    assert_int_equal(rank_test_ratio(&value, 0, &value, 1, &ratio), HAUL_E_INVALID);
    const double zero = 0;
    assert_int_equal(rank_test_ratio(&value, 1, &zero, 1, &ratio), HAUL_E_INVALID);
}

/* K of five values on each side is 3: two ratios are left out at either end. */
static void test_the_interval_leaves_out_what_the_test_would_tell_apart(void **state)
{
    const double one[] = {50, 10, 40, 20, 30};
    const double other[] = {1, 3, 2, 5, 4};
    struct ratio ratio;
    (void)state;

    assert_int_equal(rank_test_ratio(one, 5, other, 5, &ratio), 0);
    /* Ratios from the lowest: 10/5, 10/4, 10/3, ...; from the highest: 50/1, 40/1, 30/1. */
    assert_near(ratio.ratio, 10, 1e-12);
    assert_true(ratio.has_interval);
    assert_near(ratio.low, 10.0 / 3, 1e-9);
    assert_near(ratio.high, 30, 1e-9);
}

static void test_three_values_have_no_interval(void **state)
{
    const double one[] = {10, 20, 30};
    const double other[] = {1, 2, 3};
    struct ratio ratio;
    (void)state;

    assert_int_equal(rank_test_ratio(one, 3, other, 3, &ratio), 0);
    assert_near(ratio.ratio, 10, 1e-12);
    assert_false(ratio.has_interval);
}

/* Interval and test are two sides of one thing: 1 lies outside just where the test finds a difference. */
static void test_interval_and_test_agree(void **state)
{
    uint64_t seed = 3;
    size_t found = 0;
    (void)state;

    for (size_t trial = 0; trial < 500; trial++) {
        double one[8];
        double other[8];
        size_t count = 4 + trial % 5;
        for (size_t i = 0; i < count; i++) {
            one[i] = 1000 + (double)(random_bits(&seed) % 1000000) / 1000;
            other[i] = 1300 + (double)(random_bits(&seed) % 1000000) / 1000;
        }
        struct ratio ratio;
        assert_int_equal(rank_test_ratio(one, count, other, count, &ratio), 0);
        bool is_different = probability(one, count, other, count) <= RANK_TEST_ALPHA;
        assert_int_equal(is_different, ratio.low > 1 || ratio.high < 1);
        assert_true(ratio.low <= ratio.ratio && ratio.ratio <= ratio.high);
        found += is_different;
    }
    assert_in_range(found, 50, 450);
}

static void test_the_interval_of_many_values_is_narrow_about_the_ratio(void **state)
{
    double one[200];
    double other[200];
    uint64_t seed = 5;
    struct ratio ratio;
    (void)state;

    for (size_t i = 0; i < 200; i++) {
        one[i] = 2000 + (double)(random_bits(&seed) % 200);
        other[i] = 1000 + (double)(random_bits(&seed) % 100);
    }
    assert_int_equal(rank_test_ratio(one, 200, other, 200, &ratio), 0);
    assert_true(ratio.low > 1.98 && ratio.low <= ratio.ratio && ratio.ratio <= ratio.high && ratio.high < 2.02);
}

static void test_probabilities_are_adjusted_after_holm(void **state)
{
    const double probabilities[] = {0.01, 0.04, 0.03, 0.005};
    const double expected[] = {0.03, 0.06, 0.06, 0.02};
    const double alike[] = {0.02, 0.02, 0.6};
    double adjusted[4];
    (void)state;

    rank_test_adjust(probabilities, 4, adjusted);
    for (size_t i = 0; i < 4; i++)
        assert_near(adjusted[i], expected[i], 1e-12);
    rank_test_adjust(alike, 3, adjusted);
    assert_near(adjusted[0], 0.06, 1e-12);
    assert_near(adjusted[1], 0.06, 1e-12);
    assert_near(adjusted[2], 0.6, 1e-12);
    rank_test_adjust(NULL, 0, NULL);
}

/* A thing compared with itself, many times, with noise that is lopsided as that of networks: three tests told together
 * raise a false alarm, any, in no more than one comparison in twenty. */
static void test_false_alarms_are_rare(void **state)
{
    enum { TRIALS = 4000, SERIES = 3, ROUNDS = 6, VALUES = SERIES * ROUNDS };
    static const size_t pairs[][2] = {{0, 1}, {0, 2}, {1, 2}};
    uint64_t seed = 11;
    size_t alarms = 0;
    (void)state;

    for (size_t trial = 0; trial < TRIALS; trial++) {
        double series[SERIES][ROUNDS];
        double found[COUNT(pairs)];
        double adjusted[COUNT(pairs)];
        for (size_t i = 0; i < VALUES; i++)
            series[i / ROUNDS][i % ROUNDS] = 1 - log((double)(random_bits(&seed) >> 11) / 9007199254740992.0 + 1e-17);
        for (size_t i = 0; i < COUNT(pairs); i++)
            found[i] = probability(series[pairs[i][0]], ROUNDS, series[pairs[i][1]], ROUNDS);
        rank_test_adjust(found, COUNT(pairs), adjusted);
        alarms += adjusted[0] <= RANK_TEST_ALPHA || adjusted[1] <= RANK_TEST_ALPHA || adjusted[2] <= RANK_TEST_ALPHA;
    }
    /* Six values cannot use up the level: some alarms there are. */
    assert_in_range(alarms, TRIALS / 200, TRIALS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_published_example),
        cmocka_unit_test(test_published_critical_values),
        cmocka_unit_test(test_all_choices_are_counted_ties_too),
        cmocka_unit_test(test_many_values_are_held_against_the_normal_distribution),
        cmocka_unit_test(test_the_least_there_can_be),
        cmocka_unit_test(test_nothing_is_refused),
        cmocka_unit_test(test_the_interval_leaves_out_what_the_test_would_tell_apart),
        cmocka_unit_test(test_three_values_have_no_interval),
        cmocka_unit_test(test_interval_and_test_agree),
        cmocka_unit_test(test_the_interval_of_many_values_is_narrow_about_the_ratio),
        cmocka_unit_test(test_probabilities_are_adjusted_after_holm),
        cmocka_unit_test(test_false_alarms_are_rare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
