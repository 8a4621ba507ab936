#include "input/record_line.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct record_line_reader reader;

static int finish_reader(void **state)
{
    (void)state;
    record_line_reader_finish(&reader);
    reader = (struct record_line_reader){0};
    return 0;
}

/* What the text says. */
static struct record_line read_line(const char *text)
{
    struct record_line line;
    assert_int_equal(record_line_read(&reader, text, strlen(text), &line), 0);
    return line;
}

static void assert_text(struct record_text text, const char *expected, size_t size)
{
    assert_non_null(text.bytes);
    assert_int_equal(text.size, size);
    assert_memory_equal(text.bytes, expected, size);
}

#define assert_literal(text, literal) assert_text(text, literal, sizeof(literal) - 1)

static void what_a_record_says_is_read(void **state)
{
    (void)state;
    struct record_line line = read_line("{\"v\":1,\"index\":0,\"input\":\"http://a/\",\"tag\":\"one\",\"ok\":true,"
                                        "\"error\":null,\"file\":\"a\",\"time\":{\"total\":0.5,\"x\":[\"}\"]}}");
    assert_literal(line.input, "http://a/");
    assert_literal(line.tag, "one");
    assert_false(line.is_tag_json);
    assert_null(line.request.bytes);
    assert_literal(line.file, "a");
    assert_true(line.ok);
    line = read_line(
        " { \"ok\" : false , \"request_sha256\":\"f00\",\"file\":null,\"tag\":null,\"input\":\"\",\"v\":1 }\r");
    assert_literal(line.input, "");
    assert_null(line.tag.bytes);
    assert_null(line.file.bytes);
    assert_literal(line.request, "f00");
    assert_false(line.ok);
    assert_false(line.is_refused);
    assert_true(read_line("{\"v\":1,\"input\":\"a\",\"tag\":null,\"url\":null,\"ok\":false}").is_refused);
    assert_false(read_line("{\"v\":1,\"input\":\"a\",\"tag\":null,\"url\":\"null\",\"ok\":false}").is_refused);
}

static void escapes_are_undone(void **state)
{
    (void)state;
    struct record_line line =
        read_line("{\"v\":1,\"ok\":true,\"input\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\\u20AC\\ud83d\\ude00\","
                  "\"tag\":\"a\\u0000b\"}");
    assert_literal(line.input, "\"\\/\b\f\n\r\tA\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_text(line.tag, "a\0b", 3);
}

static void bytes_count_before_their_text(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"v\":1,\"ok\":true,\"input\":\"?\\n\",\"input_base64\":\"/w==\",\"tag\":\"?\\n\",\"tag_base64\":\"\\/v8=\"}",
        "{\"v\":1,\"ok\":true,\"tag_base64\":\"\\/v8=\",\"tag\":\"?\\n\",\"input_base64\":\"/w==\",\"input\":\"?\\n\"}",
    };
    for (size_t i = 0; i < 2; i++) {
        struct record_line line = read_line(lines[i]);
        assert_literal(line.input, "\xff");
        assert_literal(line.tag, "\xfe\xff");
    }
}

static void a_tag_may_be_json(void **state)
{
    (void)state;
    static const char *const tags[] = {"1", "true", "{\"a\":[\"]\",null]}", "[]"};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        char text[100];
        snprintf(text, sizeof(text), "{\"v\":1,\"ok\":true,\"input\":\"a\",\"tag\":%s}", tags[i]);
        struct record_line line = read_line(text);
        assert_true(line.is_tag_json);
        assert_text(line.tag, tags[i], strlen(tags[i]));
        struct record_line other = {.ok = false};
        assert_int_equal(record_line_read_tag(&reader, tags[i], strlen(tags[i]), &other), 0);
        assert_true(other.is_tag_json);
        assert_text(other.tag, tags[i], strlen(tags[i]));
    }
    struct record_line line = {.ok = false};
    assert_int_equal(record_line_read_tag(&reader, "\"a\\u0000\"", 9, &line), 0);
    assert_false(line.is_tag_json);
    assert_text(line.tag, "a", 2);
}

static void what_is_no_record_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "{",
        "{}",
        "[]",
        "text",
        "{\"v\":1,\"ok\":true}",
        "{\"v\":1,\"input\":\"a\"}",
        "{\"ok\":true,\"input\":\"a\"}",
        "{\"v\":2,\"ok\":true,\"input\":\"a\"}",
        "{\"v\":\"1\",\"ok\":true,\"input\":\"a\"}",
        "{\"v\":1,\"ok\":\"true\",\"input\":\"a\"}",
        "{\"v\":1,\"ok\":null,\"input\":\"a\"}",
        "{\"v\":1,\"ok\":true,\"input\":null}",
        "{\"v\":1,\"ok\":true,\"input\":\"a\"",
        "{\"v\":1,\"ok\":true,\"input\":\"a\"}}",
        "{\"v\":1,\"ok\":true,\"input\":\"a\"}{",
        "{\"v\":1,\"ok\":true,\"input\":\"a\",}",
        "{\"v\":1,\"ok\":true,\"input\":\"\\x\"}",
        "{\"v\":1,\"ok\":true,\"input\":\"\\u12g4\"}",
        "{\"v\":1,\"ok\":true,\"input\":\"\\u12\"}",
        "{\"v\":1,\"ok\":true,\"input\":\"a\",\"input_base64\":\"?\"}",
        /* What was torn, with another one behind it. */
        "{\"v\":1,\"ok\":true,\"inp{\"v\":1,\"ok\":true,\"input\":\"a\"}",
        "{\"v\":1,\"ok\":true,\"input\":\"b{\"v\":1,\"ok\":true,\"input\":\"a\"}",
        "{\"v\":1,\"ok\":true,\"input\":\"b\",\"status\":2{\"v\":1,\"ok\":true,\"input\":\"a\"}",
        "{\"v\":1,\"ok\":true,\"input\":\"b\",{\"v\":1,\"ok\":true,\"input\":\"a\"}",
        "{\"v\":1,\"ok\":true,\"input\":\"b\",\"time\":{\"dns\":0.{\"v\":1,\"ok\":true,\"input\":\"a\"}",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct record_line line;
        assert_int_equal(record_line_read(&reader, lines[i], strlen(lines[i]), &line), HAUL_E_INVALID);
    }
}

/* Nothing behind its end is looked at, and of a begin nothing is believed. */
static void a_torn_record_is_none(void **state)
{
    (void)state;
    static const char whole[] = "{\"v\":1,\"ok\":true,\"input\":\"a\\\\\\u0041\",\"tag\":[\"x\"],\"time\":{\"a\":1}}";
    for (size_t size = 0; size < sizeof(whole) - 1; size++) {
        struct record_line line;
        char *torn = test_malloc(size + 1);
        memcpy(torn, whole, size);
        assert_int_equal(record_line_read(&reader, torn, size, &line), HAUL_E_INVALID);
        test_free(torn);
    }
    read_line(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_a_record_says_is_read, finish_reader),
        cmocka_unit_test_teardown(escapes_are_undone, finish_reader),
        cmocka_unit_test_teardown(bytes_count_before_their_text, finish_reader),
        cmocka_unit_test_teardown(a_tag_may_be_json, finish_reader),
        cmocka_unit_test_teardown(what_is_no_record_is_refused, finish_reader),
        cmocka_unit_test_teardown(a_torn_record_is_none, finish_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
