#include "output/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_appends(void **state)
{
    (void)state;
    struct text text = {0};
    text_append(&text, "ab", 2);
    text_append_string(&text, "");
    text_append_string(&text, "cd");
    text_append_escaped(&text, "\t\033", 2);
    text_append_escaped(&text, "", 0);
    text_append_unsigned(&text, 42);
    text_append_seconds(&text, 1500000000, 1);
    text_append_repeated(&text, '-', 3);
    text_append_repeated(&text, '-', 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, "abcd\\t\\x1b421.5---");
    assert_false(text.failed);
    text_clear(&text);
    assert_int_equal(text.size, 0);
    text_finish(&text);
    assert_null(text.bytes);
}

static void test_grows(void **state)
{
    (void)state;
    struct text text = {0};
    for (size_t i = 0; i < 5000; i++)
        text_append(&text, "0123456789", 10);
    assert_int_equal(text.size, 50000);
    for (size_t i = 0; i < 50000; i++)
        assert_int_equal(text.bytes[i], '0' + i % 10);
    text_finish(&text);
}

/* What cannot be had is noted, and what is there stays. */
static void test_json_stays_json(void **state)
{
    (void)state;
    struct text text = {0};
    const char json[] = "{\"a\\\\\":\"\\n\xc3\xa9\xc2\x85\xe2\x80\xae\x7f\"}";
    text_append_json(&text, json, sizeof(json) - 1);
    const char expected[] = "{\"a\\\\\":\"\\n\xc3\xa9\\u0085\\u202e\\u007f\"}";
    assert_int_equal(text.size, sizeof(expected) - 1);
    assert_memory_equal(text.bytes, expected, sizeof(expected) - 1);
    text_finish(&text);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct text text = {0};
    text_append_string(&text, "there");
    assert_null(text_reserve(&text, PTRDIFF_MAX));
    assert_true(text.failed);
    assert_int_equal(text.size, 5);
    assert_memory_equal(text.bytes, "there", 5);
    text_clear(&text);
    assert_false(text.failed);
    text_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_json_stays_json),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
