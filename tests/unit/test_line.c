#include "input/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
    const char *bytes;
    size_t size;
    bool is_first;
    const char *input; /* NULL: skipped */
    size_t input_size;
    const char *tag;
    size_t tag_size;
} cases[] = {
    {BYTES("https://a.example/"), false, BYTES("https://a.example/"), NULL, 0},
    {BYTES("x"), true, BYTES("x"), NULL, 0},
    /* Skipped. */
    {BYTES(""), false, NULL, 0, NULL, 0},
    {BYTES(""), true, NULL, 0, NULL, 0},
    {BYTES(" \t "), false, NULL, 0, NULL, 0},
    {BYTES("\r"), false, NULL, 0, NULL, 0},
    {BYTES(" \r"), false, NULL, 0, NULL, 0},
    {BYTES("#"), false, NULL, 0, NULL, 0},
    {BYTES("# https://a.example/"), false, NULL, 0, NULL, 0},
    {BYTES(" \t# indented"), false, NULL, 0, NULL, 0},
    {BYTES("\xef\xbb\xbf"), true, NULL, 0, NULL, 0},
    {BYTES("\xef\xbb\xbf# comment"), true, NULL, 0, NULL, 0},
    /* Trimmed. */
    {BYTES(" \t a \t "), false, BYTES("a"), NULL, 0},
    {BYTES("a b"), false, BYTES("a b"), NULL, 0},
    {BYTES("a#b"), false, BYTES("a#b"), NULL, 0},
    {BYTES("a\r"), false, BYTES("a"), NULL, 0},
    {BYTES("a \r"), false, BYTES("a"), NULL, 0},
    {BYTES("a\r\r"), false, BYTES("a\r"), NULL, 0},
    {BYTES("a\rb"), false, BYTES("a\rb"), NULL, 0},
    {BYTES("a\v"), false, BYTES("a\v"), NULL, 0},
    /* Tags. */
    {BYTES("a\tb"), false, BYTES("a"), BYTES("b")},
    {BYTES("a\tb\r"), false, BYTES("a"), BYTES("b")},
    {BYTES(" a \t\t b c \t"), false, BYTES("a"), BYTES("b c")},
    {BYTES("a\tb\tc"), false, BYTES("a"), BYTES("b\tc")},
    {BYTES("a\t# no comment"), false, BYTES("a"), BYTES("# no comment")},
    {BYTES("a\t"), false, BYTES("a"), NULL, 0},
    /* A byte order mark, on the first line alone, and once. */
    {BYTES("\xef\xbb\xbf"
           "a\tb"),
     true, BYTES("a"), BYTES("b")},
    {BYTES("\xef\xbb\xbf"
           "a"),
     false,
     BYTES("\xef\xbb\xbf"
           "a"),
     NULL, 0},
    {BYTES("\xef\xbb\xbf\xef\xbb\xbf"), true, BYTES("\xef\xbb\xbf"), NULL, 0},
    {BYTES("\xef\xbb"), true, BYTES("\xef\xbb"), NULL, 0},
    /* Bytes are kept, NULs too, and data that looks like an option. */
    {BYTES("a\0b\t\0\xff"), false, BYTES("a\0b"), BYTES("\0\xff")},
    {BYTES("\0"), false, BYTES("\0"), NULL, 0},
    {BYTES("-o /etc/passwd"), false, BYTES("-o /etc/passwd"), NULL, 0},
};

static void check_part(const char *part, size_t size, const char *expected, size_t expected_size)
{
    assert_int_equal(part != NULL, expected != NULL);
    assert_int_equal(size, expected_size);
    if (size > 0)
        assert_memory_equal(part, expected, size);
}

static void takes_lines_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        /* Exactly as large as the line, so that a sanitizer sees a look behind it. */
        char *bytes = malloc(cases[i].size > 0 ? cases[i].size : 1);
        assert_non_null(bytes);
        memcpy(bytes, cases[i].bytes, cases[i].size);
        struct line line;
        bool is_line = line_parse(bytes, cases[i].size, cases[i].is_first, &line);
        assert_int_equal(is_line, cases[i].input != NULL);
        if (is_line) {
            check_part(line.input, line.input_size, cases[i].input, cases[i].input_size);
            check_part(line.tag, line.tag_size, cases[i].tag, cases[i].tag_size);
        }
        free(bytes);
    }
}

static const struct {
    const char *bytes;
    bool is_first;
    const char *input; /* NULL: skipped */
} json_lines[] = {
    {"{\"url\":\"a\tb\"}", false, "{\"url\":\"a\tb\"}"},
    {" \t{}\r\n \n", false, "{}"},
    {"# no comment", false, "# no comment"},
    {"\xef\xbb\xbf{}", true, "{}"},
    {"\xef\xbb\xbf{}", false, "\xef\xbb\xbf{}"},
    {"\xef\xbb\xbf", true, NULL},
    {" \r\n\t", false, NULL},
    {"", false, NULL},
};

static void json_lines_are_trimmed_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(json_lines) / sizeof(json_lines[0]); i++) {
        struct line line;
        bool is_line = line_parse_json(json_lines[i].bytes, strlen(json_lines[i].bytes), json_lines[i].is_first, &line);
        assert_int_equal(is_line, json_lines[i].input != NULL);
        if (!is_line)
            continue;
        check_part(line.input, line.input_size, json_lines[i].input, strlen(json_lines[i].input));
        assert_null(line.tag);
    }
}

static const struct {
    const char *argument;
    const char *input;
    const char *tag;
} arguments[] = {
    {"https://a.example/", "https://a.example/", NULL},
    {" a\tb ", "a", "b"},
    {"# a", "# a", NULL},
    {"", "", NULL},
    {" ", "", NULL},
    {"a\r", "a\r", NULL},
    {"a\nb", "a\nb", NULL},
    {"\xef\xbb\xbf", "\xef\xbb\xbf", NULL},
};

static void an_argument_is_always_a_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        struct line line;
        line_parse_argument(arguments[i].argument, &line);
        check_part(line.input, line.input_size, arguments[i].input, strlen(arguments[i].input));
        check_part(line.tag, line.tag_size, arguments[i].tag, arguments[i].tag ? strlen(arguments[i].tag) : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_lines_apart),
        cmocka_unit_test(json_lines_are_trimmed_alone),
        cmocka_unit_test(an_argument_is_always_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
