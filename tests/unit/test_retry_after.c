#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/retry_after.h"

#include <haul/duration.h>

/* Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's example. */
static const int64_t then = 784111777;

static void test_values(void **state)
{
    static const struct {
        const char *value;
        int64_t expected;
    } values[] = {
        {"0", 0},
        {"1", HAUL_SECOND},
        {" 120 ", 120 * HAUL_SECOND},
        {"007", 7 * HAUL_SECOND},
        {"9223372035", INT64_C(9223372035) * HAUL_SECOND},
        {"9223372037", HAUL_NEVER},
        {"9223372036854775807", HAUL_NEVER},
        {"9223372036854775808", HAUL_NEVER},
        {"18446744073709551617", HAUL_NEVER},
        {"99999999999999999999999999999999999999999999", HAUL_NEVER},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 10 * HAUL_SECOND},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 10 * HAUL_SECOND},
        {"Sun Nov  6 08:49:37 1994", 10 * HAUL_SECOND},
        {"Sun, 06 Nov 1994 08:49:27 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:26 GMT", 0},
        {"Tue, 01 Jan 1980 00:00:00 GMT", 0},
        {"", 0},
        {" ", 0},
        {"-1", 0},
        {"+1", 0},
        {"1.5", 0},
        {"1e3", 0},
        {"0x10", 0},
        {"10 seconds", 0},
        {"1, 2", 0},
        {"soon", 0},
        {"Sun, 99 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Foo 1994", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (haul__retry_after_read(values[i].value, then - 10) != values[i].expected)
            fail_msg("\"%s\" gives %lld", values[i].value,
                     (long long)haul__retry_after_read(values[i].value, then - 10));
}

static void test_a_date_that_is_far_away(void **state)
{
    (void)state;
    assert_true(haul__retry_after_read("Fri, 31 Dec 9999 23:59:59 GMT", then) >
                INT64_C(100) * 365 * 24 * 60 * HAUL_MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_a_date_that_is_far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
