#include "report/statistics.h"

#include <haul/error.h>

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* All values below have exact sums and products. */
#define assert_number(number, expected) assert_true((number) == (expected))

static void test_sort_puts_values_in_ascending_order(void **state)
{
    double values[] = {3, -1, 2.5, 3, 0};
    const double sorted[] = {-1, 0, 2.5, 3, 3};
    (void)state;

    statistics_sort(values, COUNT(values));
    for (size_t i = 0; i < COUNT(values); i++)
        assert_number(values[i], sorted[i]);
    statistics_sort(values, 0);
}

static void test_quantile_lies_on_a_line_between_values(void **state)
{
    const double sorted[] = {1, 2, 4, 8, 16};
    (void)state;

    assert_number(statistics_quantile(sorted, 5, 0), 1);
    assert_number(statistics_quantile(sorted, 5, 0.25), 2);
    assert_number(statistics_quantile(sorted, 5, 0.5), 4);
    assert_number(statistics_quantile(sorted, 5, 0.625), 6); /* place 2.5: half the way from 4 to 8 */
    assert_number(statistics_quantile(sorted, 5, 0.875), 12);
    assert_number(statistics_quantile(sorted, 5, 1), 16);
}

static void test_quantile_of_one_value_is_the_value(void **state)
{
    const double sorted[] = {7};
    (void)state;

    assert_number(statistics_quantile(sorted, 1, 0), 7);
    assert_number(statistics_quantile(sorted, 1, 0.99), 7);
    assert_number(statistics_quantile(sorted, 1, 1), 7);
}

static void test_spread_of_an_odd_number_of_values(void **state)
{
    const double values[] = {5, 1, 4};
    struct spread spread;
    (void)state;

    assert_int_equal(statistics_spread(values, 3, &spread), 0);
    assert_number(spread.median, 4);
    assert_number(spread.min, 1);
    assert_number(spread.max, 5);
    assert_number(values[0], 5); /* the series stays in its order */
}

static void test_median_of_an_even_number_is_the_mean_of_the_middle(void **state)
{
    const double values[] = {8, 1, 2, 5};
    struct spread spread;
    (void)state;

    assert_int_equal(statistics_spread(values, 4, &spread), 0);
    assert_number(spread.median, 3.5);
}

static void test_spread_of_nothing_is_refused(void **state)
{
    struct spread spread;
    (void)state;

    assert_int_equal(statistics_spread(NULL, 0, &spread), HAUL_E_INVALID);
}

static void test_ratio_is_of_medians_and_its_range_of_rounds(void **state)
{
    /* Medians 8 and 2. Rounds: 6/2 = 3, 8/1 = 8, 10/4 = 2.5. */
    const double numerators[] = {6, 8, 10};
    const double denominators[] = {2, 1, 4};
    struct ratio ratio;
    (void)state;

    assert_int_equal(statistics_ratio(numerators, denominators, 3, &ratio), 0);
    assert_number(ratio.ratio, 4);
    assert_number(ratio.min, 2.5);
    assert_number(ratio.max, 8);
}

static void test_ratio_of_one_round_has_no_width(void **state)
{
    const double numerator = 2;
    const double denominator = 8;
    struct ratio ratio;
    (void)state;

    assert_int_equal(statistics_ratio(&numerator, &denominator, 1, &ratio), 0);
    assert_number(ratio.ratio, 0.25);
    assert_number(ratio.min, 0.25);
    assert_number(ratio.max, 0.25);
}

/* Series of 1, 2 and 4 in every order, also where their medians come from different rounds. */
static void test_ratio_lies_within_its_range(void **state)
{
    const double values[] = {1, 2, 4};
    (void)state;

    for (size_t code = 0; code < 729; code++) {
        double numerators[3];
        double denominators[3];
        size_t rest = code;
        for (size_t i = 0; i < 3; i++, rest /= 9) {
            numerators[i] = values[rest % 3];
            denominators[i] = values[rest / 3 % 3];
        }
        struct ratio ratio;
        assert_int_equal(statistics_ratio(numerators, denominators, 3, &ratio), 0);
        assert_true(ratio.min <= ratio.ratio && ratio.ratio <= ratio.max);
    }
}

static void test_ratio_with_nothing_or_zero_is_refused(void **state)
{
    const double zero[] = {1, 0};
    const double one[] = {1, 1};
    struct ratio ratio;
    (void)state;

    assert_int_equal(statistics_ratio(one, one, 0, &ratio), HAUL_E_INVALID);
    assert_int_equal(statistics_ratio(one, zero, 2, &ratio), HAUL_E_INVALID);
    assert_int_equal(statistics_ratio(zero, one, 2, &ratio), HAUL_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_puts_values_in_ascending_order),
        cmocka_unit_test(test_quantile_lies_on_a_line_between_values),
        cmocka_unit_test(test_quantile_of_one_value_is_the_value),
        cmocka_unit_test(test_spread_of_an_odd_number_of_values),
        cmocka_unit_test(test_median_of_an_even_number_is_the_mean_of_the_middle),
        cmocka_unit_test(test_spread_of_nothing_is_refused),
        cmocka_unit_test(test_ratio_is_of_medians_and_its_range_of_rounds),
        cmocka_unit_test(test_ratio_of_one_round_has_no_width),
        cmocka_unit_test(test_ratio_lies_within_its_range),
        cmocka_unit_test(test_ratio_with_nothing_or_zero_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
