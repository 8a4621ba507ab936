#include "output/bar.h"
#include "output/text.h"

#include <haul/duration.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_line(const struct bar *bar, unsigned width, const char *expected)
{
    struct text text = {0};
    bar_append(&text, bar, width);
    assert_int_equal(text.size, width);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void test_columns_go_one_by_one(void **state)
{
    (void)state;
    const struct bar bar = {
        .url = "https://a.example/some/where/else",
        .duration = 2 * HAUL_SECOND,
        .received = 5000000,
        .expected = 10000000,
    };
    assert_line(&bar, 79, "a.example/some/where/else         [=========         ]  50%   5.0 MB   2.5 MB/s");
    assert_line(&bar, 60, "a.example/some/where/else            50%   5.0 MB   2.5 MB/s");
    assert_line(&bar, 36, "a.example...where/else  50%   5.0 MB");
    assert_line(&bar, 20, "a.exam...e/else  50%");
    assert_line(&bar, 7, "ae  50%");
    assert_line(&bar, 5, "  50%");
    assert_line(&bar, 0, "");
}

static void test_a_size_that_is_not_known(void **state)
{
    (void)state;
    const struct bar bar = {.url = "http://a/b", .duration = HAUL_SECOND, .received = 1500, .expected = -1};
    assert_line(&bar, 79, "a/b                                                           1.5 kB   1.5 kB/s");
}

static void test_nothing_has_come(void **state)
{
    (void)state;
    const struct bar sleep = {.url = "sleep:60", .expected = -1};
    assert_line(&sleep, 50, "sleep:60                            0 B    waiting");
    const struct bar empty = {.url = "http://a/", .duration = HAUL_SECOND, .expected = 0};
    assert_line(&empty, 30, "a/               100%      0 B");
}

static void test_a_server_that_sends_too_much(void **state)
{
    (void)state;
    const struct bar bar = {.url = "http://a/", .duration = 1, .received = 300, .expected = 200};
    assert_line(&bar, 20, "a/              100%");
}

/* Never wider than it may be, whatever the figures. */
static void test_fits_every_width(void **state)
{
    (void)state;
    const struct bar bar = {
        .url = "https://a.example/some/where/else", .duration = 1, .received = INT64_MAX, .expected = INT64_MAX};
    for (unsigned width = 0; width < 300; width++) {
        struct text text = {0};
        bar_append(&text, &bar, width);
        assert_int_equal(text.size, width);
        text_finish(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_go_one_by_one), cmocka_unit_test(test_a_size_that_is_not_known),
        cmocka_unit_test(test_nothing_has_come),      cmocka_unit_test(test_a_server_that_sends_too_much),
        cmocka_unit_test(test_fits_every_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
