#include "compare/statistics.h"

#include <haul/error.h>

#include <math.h>
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

static void test_mean_and_standard_deviation(void **state)
{
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9}; /* squares of what is off the mean: 32, over 7 */
    const double even[] = {1, 3};                     /* 2, over 1 */
    struct spread spread;
    (void)state;

    assert_int_equal(statistics_spread(values, 8, &spread), 0);
    assert_number(spread.mean, 5);
    assert_true(fabs(spread.deviation * spread.deviation - 32.0 / 7) < 1e-12);
    assert_int_equal(statistics_spread(even, 2, &spread), 0);
    assert_true(fabs(spread.deviation * spread.deviation - 2) < 1e-12);
    assert_int_equal(statistics_spread(values, 1, &spread), 0);
    assert_true(isnan(spread.deviation));
}

static size_t outliers(const double *values, size_t count)
{
    size_t found;

    assert_int_equal(statistics_outliers(values, count, &found), 0);
    return found;
}

static void test_outliers_are_far_from_the_median(void **state)
{
    /* The medians are 12, 12 and 11, and half of the values lie within 1 of them: 14.826 is the limit. */
    const double none[] = {10, 11, 12, 13, 26.8};
    const double above[] = {10, 11, 12, 13, 26.9};
    const double below[] = {10, 11, 12, 13, -3.9};
    (void)state;

    assert_int_equal(outliers(none, 5), 0);
    assert_int_equal(outliers(above, 5), 1);
    assert_int_equal(outliers(below, 5), 1);
    assert_int_equal(outliers(NULL, 0), 0);
}

static void test_what_nobody_would_notice_is_no_outlier(void **state)
{
    const double narrow[] = {1.0000, 1.0001, 1.0002, 1.0003, 1.0495};
    const double wide[] = {1.0000, 1.0001, 1.0002, 1.0003, 1.0510};
    const double alike[] = {1, 1, 1, 1, 9};
    (void)state;

    assert_int_equal(outliers(narrow, 5), 0);
    assert_int_equal(outliers(wide, 5), 1);
    assert_int_equal(outliers(alike, 5), 0);
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
        cmocka_unit_test(test_mean_and_standard_deviation),
        cmocka_unit_test(test_outliers_are_far_from_the_median),
        cmocka_unit_test(test_what_nobody_would_notice_is_no_outlier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
