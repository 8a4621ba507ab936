#include "output/number.h"

#include <haul/duration.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void test_unsigned(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 9, 10, 99, 100, 12345, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char buffer[NUMBER_UNSIGNED_ROOM + 1];
        char expected[NUMBER_UNSIGNED_ROOM + 1];
        *number_write_unsigned(buffer, numbers[i]) = '\0';
        snprintf(expected, sizeof(expected), "%" PRIu64, numbers[i]);
        assert_string_equal(buffer, expected);
    }
}

static void test_seconds(void **state)
{
    (void)state;
    static const struct {
        int64_t nanoseconds;
        unsigned decimals;
        const char *text;
    } cases[] = {
        {0, 6, "0.000000"},
        {499, 6, "0.000000"},
        {500, 6, "0.000001"},
        {HAUL_SECOND - 1, 6, "1.000000"},
        {12 * HAUL_SECOND + 340 * HAUL_MILLISECOND, 1, "12.3"},
        {12 * HAUL_SECOND + 350 * HAUL_MILLISECOND, 1, "12.4"},
        {1500 * HAUL_MICROSECOND, 3, "0.002"},
        {-5, 3, "0.000"},
        {INT64_MAX, 6, "9223372036.854776"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buffer[NUMBER_SECONDS_ROOM + 1];
        *number_write_seconds(buffer, cases[i].nanoseconds, cases[i].decimals) = '\0';
        assert_string_equal(buffer, cases[i].text);
        if (cases[i].decimals == 6) {
            *number_write_microseconds(buffer, number_microseconds(cases[i].nanoseconds)) = '\0';
            assert_string_equal(buffer, cases[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unsigned),
        cmocka_unit_test(test_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
