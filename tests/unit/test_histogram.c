#include "output/histogram.h"

#include <haul/duration.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Over all magnitudes and at every fineness, beside the times themselves. */
static void a_percentile_is_as_near_as_the_bits_say(void **state)
{
    (void)state;
    for (unsigned bits = 2; bits <= 16; bits++) {
        for (int64_t time = 1; time < 18000 * HAUL_MINUTE; time = time * 3 + 1) {
            struct histogram *histogram = histogram_create(bits);
            assert_non_null(histogram);
            histogram_add(histogram, 0);
            histogram_add(histogram, time);
            histogram_add(histogram, INT64_MAX);
            int64_t error = llabs(histogram_percentile(histogram, 50) - time);
            assert_true(error <= time / (INT64_C(1) << bits) + HAUL_MICROSECOND);
            assert_true(histogram_percentile(histogram, 100) == INT64_MAX);
            histogram_destroy(histogram);
        }
    }
    histogram_destroy(NULL);
}

static void nothing_has_no_percentile(void **state)
{
    struct histogram *histogram = histogram_create(10);
    (void)state;
    assert_int_equal(histogram_percentile(histogram, 50), 0);
    assert_int_equal(histogram_shortest(histogram), 0);
    assert_int_equal(histogram_count(histogram), 0);
    histogram_destroy(histogram);
}

static void the_ends_are_exact(void **state)
{
    struct histogram *histogram = histogram_create(6);
    (void)state;
    histogram_add(histogram, 1234567);
    histogram_add(histogram, 7654321);
    assert_int_equal(histogram_count(histogram), 2);
    assert_int_equal(histogram_shortest(histogram), 1234567);
    assert_true(histogram_percentile(histogram, 1) >= 1234567);
    assert_int_equal(histogram_percentile(histogram, 99), 7654321);
    histogram_destroy(histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_percentile_is_as_near_as_the_bits_say),
        cmocka_unit_test(nothing_has_no_percentile),
        cmocka_unit_test(the_ends_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
