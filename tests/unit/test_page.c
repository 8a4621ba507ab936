#include "picture/page.h"

#include "output/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_becomes(const char *json, const char *expected)
{
    struct text text = {0};
    page_append_json(&text, json, strlen(json));
    text_append(&text, "", 1);
    assert_false(text.failed);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void what_html_knows_is_escaped(void **state)
{
    (void)state;
    assert_becomes("\"</script><!--<script>&lt;\"",
                   "\"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026lt;\"");
    assert_becomes("<", "\\u003c");
    assert_becomes("a>", "a\\u003e");
}

static void what_ends_a_script_s_line_is_escaped(void **state)
{
    (void)state;
    assert_becomes("a\xe2\x80\xa8", "a\\u2028");
    assert_becomes("\xe2\x80\xa9z", "\\u2029z");
}

static void all_else_stays(void **state)
{
    (void)state;
    assert_becomes("", "");
    assert_becomes("[1,\"\\u00e4\",\"\xe2\x80\xa6 \xe2\x82\xac \xf0\x9f\x90\x9f\"]",
                   "[1,\"\\u00e4\",\"\xe2\x80\xa6 \xe2\x82\xac \xf0\x9f\x90\x9f\"]");
    /* The begin of such a character alone, at the end. */
    assert_becomes("\xe2\x80", "\xe2\x80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_html_knows_is_escaped),
        cmocka_unit_test(what_ends_a_script_s_line_is_escaped),
        cmocka_unit_test(all_else_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
