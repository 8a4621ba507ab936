#include "options/config_file.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int parse(const char *text, size_t size, struct config_file *ret_file, size_t *ret_line)
{
    const char *problem;
    return config_file_parse(text, size, ret_file, ret_line, &problem);
}

static void an_option_a_line(void **state)
{
    static const struct {
        const char *line;
        const char *argument;
    } cases[] = {
        {"silent", "--silent"},
        {"--silent", "--silent"},
        {"  silent \t\r", "--silent"},
        {"concurrency 20", "--concurrency=20"},
        {"concurrency=20", "--concurrency=20"},
        {"concurrency \t=  20 ", "--concurrency=20"},
        {"--http1.1", "--http1.1"},
        {"header X-A: b = c # d", "--header=X-A: b = c # d"},
        {"header = \"X-A:  \\\"b\\\" \\\\ \\t\\n\\r\\x \"", "--header=X-A:  \"b\" \\ \t\n\rx "},
        {"user-agent=", "--user-agent="},
        {"user-agent \"\"", "--user-agent="},
        {"user-agent a\"b", "--user-agent=a\"b"},
        {"a = =b", "--a==b"},
        {"\xef\xbb\xbfsilent", "--silent"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct config_file file;
        size_t line;
        assert_int_equal(parse(cases[i].line, strlen(cases[i].line), &file, &line), 0);
        assert_int_equal(file.count, 1);
        assert_string_equal(file.options[0].argument, cases[i].argument);
        assert_int_equal(file.options[0].line, 1);
        config_file_finish(&file);
    }
}

static void blank_lines_and_comments_are_passed_over(void **state)
{
    static const char text[] = "# first\n\n  \t\nsilent\r\n   # more\njsonl";
    struct config_file file;
    size_t line;
    (void)state;
    assert_int_equal(parse(text, sizeof(text) - 1, &file, &line), 0);
    assert_int_equal(file.count, 2);
    assert_string_equal(file.options[0].argument, "--silent");
    assert_int_equal(file.options[0].line, 4);
    assert_string_equal(file.options[1].argument, "--jsonl");
    assert_int_equal(file.options[1].line, 6);
    config_file_finish(&file);
    assert_int_equal(parse("", 0, &file, &line), 0);
    assert_int_equal(file.count, 0);
    config_file_finish(&file);
}

static void a_mistake_is_told_by_its_line(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        size_t line;
    } cases[] = {
        {"a\n\n= b", 6, 3},  {"Silent", 6, 1},  {"a\n\"b\"", 5, 2},    {"a \"b", 4, 1},     {"a \"b\" c", 7, 1},
        {"a \"b\\\"", 6, 1}, {"a\0b", 3, 1},    {"a: b", 4, 1},        {"http://x/", 9, 1}, {"--", 2, 1},
        {"a\n\xff", 3, 2},   {"-c 5\n-", 6, 1}, {"ok\na \"b\\", 7, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct config_file file;
        size_t line;
        if (parse(cases[i].text, cases[i].size, &file, &line) != HAUL_E_INVALID)
            fail_msg("\"%s\" is taken", cases[i].text);
        assert_int_equal(line, cases[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_a_line),
        cmocka_unit_test(blank_lines_and_comments_are_passed_over),
        cmocka_unit_test(a_mistake_is_told_by_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
