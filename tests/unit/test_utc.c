#include "output/text.h"
#include "output/utc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct timespec moment = {1763802009, 1234567};

static void assert_moment(const char *format, const char *expected)
{
    struct text text = {0};
    text_append_string(&text, "<");
    utc_append(&text, format, moment);
    text_append(&text, ">", 2);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void a_moment_is_told_as_the_format_says(void **state)
{
    (void)state;
    assert_moment("%Y-%m-%dT%H:%M:%S.%fZ", "<2025-11-22T09:00:09.001234Z>");
    assert_moment("%d/%b/%Y %a %-d", "<22/Nov/2025 Sat 22>");
    assert_moment("now", "<now>");
    assert_moment("", "<>");
    assert_moment("%%f%%s %", "<%f%s %>");
}

/* Wherever it is. */
static void it_is_always_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC-5", 1);
    tzset();
    assert_moment("%H %s %z %Z", "<09 1763802009 +0000 UTC>");
    unsetenv("TZ");
    tzset();
}

static void what_is_too_long_is_left_out(void **state)
{
    static char format[400];
    (void)state;
    memset(format, 'x', sizeof(format) - 1);
    assert_moment(format, "<>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_told_as_the_format_says),
        cmocka_unit_test(it_is_always_utc),
        cmocka_unit_test(what_is_too_long_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
