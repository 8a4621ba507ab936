#include "input/json_text.h"

#include "output/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void tokens_that_are_json_pass(void **state)
{
    static const char *const texts[] = {
        "",
        "{\"a\":[1,-2,0,0.5,-0.5e+10,1E9,1e-9,true,false,null]}",
        " \t\r\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00 \xc3\xa9\x7f\"",
        "123456789012345678901234567890",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t at;
        const char *problem = json_text_check(texts[i], strlen(texts[i]), &at);
        if (problem)
            fail_msg("%s: %s", texts[i], problem);
    }
}

/* All of these pass cJSON. */
static void tokens_that_are_none_are_found(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {
        {"01", 1},
        {"-", 1},
        {"-.5", 1},
        {"1.", 2},
        {"1.e5", 2},
        {"1e", 2},
        {"1e+", 3},
        {"\"\n\"", 1},
        {"\"\x1f\"", 1},
        {"\"\\x\"", 2},
        {"\"\\u00g0\"", 5},
        {"\"\\u\"", 3},
        {"\"\\", 2},
        {"\"abc", 4},
        {"\"\xff\"", 1},
        {"\"\xc3\"", 1},
        {"\"\xed\xa0\x80\"", 1},
        {"[1,\v2]", 3},
        {"+1", 0},
        {"\xef\xbb\xbf{}", 0},
        {"'a'", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t at = 99;
        if (!json_text_check(cases[i].text, strlen(cases[i].text), &at))
            fail_msg("%s passes", cases[i].text);
        assert_int_equal(at, cases[i].at);
    }
    size_t at;
    assert_non_null(json_text_check("\"\0\"", 3, &at));
    assert_non_null(json_text_check("\0", 1, &at));
}

static void a_nul_is_found_by_its_escape(void **state)
{
    (void)state;
    assert_true(json_text_has_nul("\"\\u0000\"", 8));
    assert_true(json_text_has_nul("\"a\\\\\\u0000\"", 11));
    assert_false(json_text_has_nul("\"\\\\u0000\"", 9));
    assert_false(json_text_has_nul("\"\\u0001\\u000\"", 13));
    assert_false(json_text_has_nul("\\u000", 5));
    assert_false(json_text_has_nul("", 0));
}

static void values_are_given_back_as_they_were(void **state)
{
    static const struct {
        const char *text, *appended;
    } cases[] = {
        {"12345678901234567890", "12345678901234567890"},
        {" { \"a b\" : [ 1 ,\t2 ,\n\"\\\" x\" ] } ", "{\"a b\":[1,2,\"\\\" x\"]}"},
        {"\"\xc3\xa9\"", "\"\xc3\xa9\""},
        {"\"\\u0000\\\\\"", "\"\\u0000\\\\\""},
        /* What must not stand in a record as it is. */
        {"\"\x7f\xc2\x85\xe2\x80\xae\"", "\"\\u007f\\u0085\\u202e\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text text = {0};
        json_text_append(&text, cases[i].text, strlen(cases[i].text));
        text_append(&text, "", 1);
        assert_string_equal(text.bytes, cases[i].appended);
        text_finish(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_that_are_json_pass),
        cmocka_unit_test(tokens_that_are_none_are_found),
        cmocka_unit_test(a_nul_is_found_by_its_escape),
        cmocka_unit_test(values_are_given_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
