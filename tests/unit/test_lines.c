#include "output/lines.h"
#include "output/text.h"
#include "sample_entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_line(const struct sample *sample, enum lines_style style, const char *expected)
{
    struct text text = {0};
    assert_int_equal(lines_write(&text, &sample->entry, style), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void test_tabs(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    assert_line(&sample, LINES_TABS, "200\t0.411000\t98\thttp://one.example/\t\n");
}

static void test_class_of_failed_transfer(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_fail(&sample, HAUL_CLASS_CONNECT, 0, "connection refused");
    assert_line(&sample, LINES_TABS, "connect\t0.411000\t98\thttp://one.example/\tconnection refused\n");
    /* An answer that broke off has a status, and is a failed transfer all the same. */
    sample_fail(&sample, HAUL_CLASS_PROTOCOL, 200, "it broke off");
    assert_line(&sample, LINES_TABS, "protocol\t0.411000\t98\thttp://one.example/\tit broke off\n");
}

static void test_status_of_refusing_answer(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_fail(&sample, HAUL_CLASS_HTTP, 404, "Not Found");
    assert_line(&sample, LINES_TABS, "404\t0.411000\t98\thttp://one.example/\tNot Found\n");
}

static void test_failure_without_message(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_fail(&sample, HAUL_CLASS_LOCAL, 0, NULL);
    assert_line(&sample, LINES_TABS, "local\t0.411000\t98\thttp://one.example/\tlocal\n");
}

static void test_notes(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_set_tag(&sample, "shop");
    assert_line(&sample, LINES_TABS, "200\t0.411000\t98\thttp://one.example/\t[shop]\n");
    sample.result.redirects = 1;
    sample.result.final_url = "http://two.example/";
    assert_line(&sample, LINES_TABS, "200\t0.411000\t98\thttp://one.example/\t-> http://two.example/ [shop]\n");
    sample_fail(&sample, HAUL_CLASS_HTTP, 404, "Not Found");
    assert_line(&sample, LINES_TABS,
                "404\t0.411000\t98\thttp://one.example/\tNot Found (at http://two.example/) [shop]\n");
}

/* A line has four tabs and one newline whatever is in it. */
static void test_foreign_text_is_escaped(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_set_tag(&sample, "a\tb\nc\\");
    sample_fail(&sample, HAUL_CLASS_PROTOCOL, 0, "\033[31m\xff\xe2\x80\xae");
    sample.result.url = "http://one.example/\xc2\x9b";
    assert_line(&sample, LINES_TABS,
                "protocol\t0.411000\t98\thttp://one.example/\\u{9b}\t\\x1b[31m\\xff\\u{202e} [a\\tb\\nc\\\\]\n");
}

static void test_refused_is_masked(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample.result.url = NULL;
    sample.result.time.total = 0;
    sample.result.bytes = 0;
    sample_fail(&sample, HAUL_CLASS_URL, 0, "no");
    sample_set_input(&sample, "ftp://me:secret@host/\0x");
    assert_line(&sample, LINES_TABS, "url\t0.000000\t0\tftp://me:***@host/\\x00x\tno\n");
    /* The mask may be longer than what it hides. */
    sample_set_input(&sample, "ftp://me:s@host/");
    assert_line(&sample, LINES_TABS, "url\t0.000000\t0\tftp://me:***@host/\tno\n");
    sample_set_input(&sample, "");
    assert_line(&sample, LINES_TABS, "url\t0.000000\t0\t\tno\n");
}

static void test_columns(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    assert_line(&sample, LINES_COLUMNS, "200          0.411        98  http://one.example/\n");
    sample_set_tag(&sample, "shop");
    assert_line(&sample, LINES_COLUMNS,
                "200          0.411        98  http://one.example/                       [shop]\n");
    /* Characters are counted, not bytes. */
    sample.result.url = "http://one.example/\xc3\xa9";
    assert_line(&sample, LINES_COLUMNS,
                "200          0.411        98  http://one.example/\xc3\xa9                      [shop]\n");
}

static void test_colours(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    assert_line(&sample, LINES_COLOURED, "\033[32m200\033[0m          0.411        98  http://one.example/\n");
    sample.result.status = 301;
    assert_line(&sample, LINES_COLOURED, "\033[33m301\033[0m          0.411        98  http://one.example/\n");
    sample_fail(&sample, HAUL_CLASS_CANCELLED, 0, "no");
    assert_line(&sample, LINES_COLOURED,
                "\033[31mcancelled\033[0m    0.411        98  http://one.example/                       no\n");
}

static void test_long_url(void **state)
{
    (void)state;
    static char url[100001];
    memset(url, 'x', sizeof(url) - 1);
    struct sample sample;
    sample_init(&sample);
    sample.result.url = url;
    struct text text = {0};
    assert_int_equal(lines_write(&text, &sample.entry, LINES_TABS), 0);
    assert_true(text.size > sizeof(url));
    text_clear(&text);
    assert_int_equal(lines_write(&text, &sample.entry, LINES_COLUMNS), 0);
    assert_true(text.size < 500);
    assert_memory_equal(text.bytes + text.size - 5, "x...\n", 5);
    text_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tabs),
        cmocka_unit_test(test_class_of_failed_transfer),
        cmocka_unit_test(test_status_of_refusing_answer),
        cmocka_unit_test(test_failure_without_message),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_foreign_text_is_escaped),
        cmocka_unit_test(test_refused_is_masked),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_long_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
