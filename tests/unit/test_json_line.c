#include "input/json_line.h"

#include "input/line_request.h"

#include <haul/duration.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t comparisons;

/* Takes the place of the C library's, and counts. */
int strcasecmp(const char *one, const char *other)
{
    size_t size = strlen(one) < strlen(other) ? strlen(one) : strlen(other);
    comparisons++;
    return strncasecmp(one, other, size + 1);
}

/* From memory of exactly its size, so that a sanitizer sees a look behind it. */
static void parse(const char *text, struct json_line *ret_line)
{
    size_t size = strlen(text);
    char *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    assert_int_equal(json_line_parse(copy, size, ret_line), 0);
    free(copy);
}

static void parse_good(const char *text, struct json_line *ret_line)
{
    parse(text, ret_line);
    if (ret_line->problem[0] != '\0')
        fail_msg("%s: %s", text, ret_line->problem);
}

static void a_url_is_enough(void **state)
{
    struct json_line line;
    (void)state;
    parse_good(" {\"url\":\"http://h/\\u00e9\"} ", &line);
    assert_string_equal(line.url, "http://h/\xc3\xa9");
    assert_null(line.tag);
    const struct line_request *request = line.request;
    assert_string_equal(request->text, " {\"url\":\"http://h/\\u00e9\"} ");
    assert_null(request->method);
    assert_null(request->headers);
    assert_null(request->body);
    assert_null(request->output);
    assert_int_equal(request->max_time, 0);
    assert_int_equal(request->retry, -1);
    json_line_finish(&line);
    json_line_finish(&line);
}

static void all_fields_are_read(void **state)
{
    struct json_line line;
    (void)state;
    parse_good("{\"url\":\"h\",\"method\":\"PUT\",\"headers\":{\"A\":\"1\",\"B\":[\"2\",\"3\"],\"C\":\"\",\"D\":null,"
               "\"E\":[]},\"body\":\"x\\ny\",\"output\":\"@o\",\"max_time\":1.5,\"retry\":3}",
               &line);
    const struct line_request *request = line.request;
    assert_string_equal(request->method, "PUT");
    assert_string_equal(request->headers[0], "A: 1");
    assert_string_equal(request->headers[1], "B: 2");
    assert_string_equal(request->headers[2], "B: 3");
    assert_string_equal(request->headers[3], "C;");
    assert_null(request->headers[4]);
    assert_int_equal(request->body_size, 3);
    assert_memory_equal(request->body, "x\ny", 3);
    assert_string_equal(request->output, "@o");
    assert_int_equal(request->max_time, 1500 * HAUL_MILLISECOND);
    assert_int_equal(request->retry, 3);
    json_line_finish(&line);
}

static void bodies_may_be_any_bytes(void **state)
{
    struct json_line line;
    (void)state;
    parse_good("{\"url\":\"h\",\"body_base64\":\"AAH/\",\"body\":null}", &line);
    assert_int_equal(line.request->body_size, 3);
    assert_memory_equal(line.request->body, "\0\1\xff", 3);
    json_line_finish(&line);
    parse_good("{\"url\":\"h\",\"body\":\"\"}", &line);
    assert_non_null(line.request->body);
    assert_int_equal(line.request->body_size, 0);
    json_line_finish(&line);
    parse_good("{\"url\":\"h\",\"body_base64\":\"\"}", &line);
    assert_non_null(line.request->body);
    assert_int_equal(line.request->body_size, 0);
    json_line_finish(&line);
}

static void times_are_numbers_or_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t max_time;
    } cases[] = {
        {"{\"url\":\"h\",\"max_time\":0}", HAUL_NEVER},
        {"{\"url\":\"h\",\"max_time\":\"0\"}", HAUL_NEVER},
        {"{\"url\":\"h\",\"max_time\":1e30}", HAUL_NEVER},
        {"{\"url\":\"h\",\"max_time\":\"500ms\"}", 500 * HAUL_MILLISECOND},
        {"{\"url\":\"h\",\"max_time\":2}", 2 * HAUL_SECOND},
        {"{\"url\":\"h\",\"max_time\":null}", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_line line;
        parse_good(cases[i].text, &line);
        assert_int_equal(line.request->max_time, cases[i].max_time);
        json_line_finish(&line);
    }
}

static void tags_are_any_json(void **state)
{
    static const struct {
        const char *value, *tag;
        bool is_json;
    } cases[] = {
        {"null", NULL, false},
        {"\"a\\u0062\\tc\"", "ab\tc", false},
        {"\"\"", "", false},
        {"12345678901234567890", "12345678901234567890", true},
        {"1e999", "1e999", true},
        {"true", "true", true},
        {" [ 1, {\"a\" : \"b c\"} ] ", "[1,{\"a\":\"b c\"}]", true},
        {"\"a\\u0000b\"", "\"a\\u0000b\"", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_line line;
        char text[200] = "{\"url\":\"h\",\"tag\":";
        strcat(strcat(text, cases[i].value), "}");
        parse_good(text, &line);
        assert_int_equal(line.tag != NULL, cases[i].tag != NULL);
        if (cases[i].tag) {
            assert_string_equal(line.tag, cases[i].tag);
            assert_int_equal(line.tag_size, strlen(cases[i].tag));
        }
        assert_int_equal(line.is_tag_json, cases[i].is_json);
        json_line_finish(&line);
    }
}

/* Each with the URL "h", which it keeps. */
static void members_that_are_wrong_are_named(void **state)
{
    static const struct {
        const char *member, *problem;
    } cases[] = {
        {"\"methd\":1", "there is no field \"methd\""},
        {"\"URL\":\"h\"", "there is no field \"URL\""},
        {"\"url\":\"g\"", "the field \"url\" is there twice"},
        {"\"u\\u0072l\":null", "the field \"url\" is there twice"},
        {"\"tag\":1,\"tag\":2", "the field \"tag\" is there twice"},
        {"\"method\":1", "the field \"method\" is no string"},
        {"\"method\":\"\"", "the field \"method\" is no method: it is no token"},
        {"\"method\":\"A B\"", "the field \"method\" is no method: it is no token"},
        {"\"method\":\"A\\r\\nB\"", "the field \"method\" is no method: it is no token"},
        {"\"method\":\"A\\u0000\"", "the field \"method\" has a NUL character (\\u0000)"},
        {"\"headers\":[\"a: b\"]", "the field \"headers\" is no object"},
        {"\"headers\":{\"a\":1}", "the field \"headers\" has a value that is no string"},
        {"\"headers\":{\"a\":[\"b\",1]}", "the field \"headers\" has a value that is no string"},
        {"\"headers\":{\"a\":[[\"b\"]]}", "the field \"headers\" has a value that is no string"},
        {"\"headers\":{\"\":\"b\"}", "the field \"headers\" has a name that is no token"},
        {"\"headers\":{\"a b\":\"b\"}", "the field \"headers\" has a name that is no token"},
        {"\"headers\":{\"a:b\":\"b\"}", "the field \"headers\" has a name that is no token"},
        {"\"headers\":{\"a\\r\\nb\":\"b\"}", "the field \"headers\" has a name that is no token"},
        {"\"headers\":{\"a\":\"b\\r\\nc: d\"}", "the field \"headers\" has a line break"},
        {"\"headers\":{\"a\":\"b\\n\"}", "the field \"headers\" has a line break"},
        {"\"headers\":{\"a\":\"\\u0000b\"}", "the field \"headers\" has a NUL character (\\u0000)"},
        {"\"headers\":{\"a\\u0000\":\"b\"}", "the field \"headers\" has a NUL character (\\u0000)"},
        {"\"headers\":{\"A\":\"1\",\"a\":\"2\"}",
         "the field \"headers\" has a name twice: give its values in an array"},
        {"\"headers\":{\"content-length\":\"1\"}",
         "the field \"headers\" has Content-Length or Transfer-Encoding, which follow from the body"},
        {"\"headers\":{\"Transfer-Encoding\":\"chunked\"}",
         "the field \"headers\" has Content-Length or Transfer-Encoding, which follow from the body"},
        {"\"body\":{}", "the field \"body\" is no string"},
        {"\"body\":\"\\u0000\"", "the field \"body\" has a NUL character: give it as body_base64"},
        {"\"body\":\"a\",\"body_base64\":\"YQ==\"",
         "the field \"body_base64\" is beside the other body: give one of them"},
        {"\"body_base64\":\"YQ==\",\"body\":\"a\"", "the field \"body\" is beside the other body: give one of them"},
        {"\"body_base64\":\"YQ\"", "the field \"body_base64\" is no base64"},
        {"\"body_base64\":1", "the field \"body_base64\" is no string"},
        {"\"output\":\"\"", "the field \"output\" is empty"},
        {"\"output\":[]", "the field \"output\" is no string"},
        {"\"max_time\":-1", "the field \"max_time\" is neither a number of seconds nor a duration like \"500ms\""},
        {"\"max_time\":\"soon\"",
         "the field \"max_time\" is neither a number of seconds nor a duration like \"500ms\""},
        {"\"max_time\":true", "the field \"max_time\" is neither a number of seconds nor a duration like \"500ms\""},
        {"\"retry\":1.5", "the field \"retry\" is no number from 0 to 1000000"},
        {"\"retry\":-1", "the field \"retry\" is no number from 0 to 1000000"},
        {"\"retry\":1e999", "the field \"retry\" is no number from 0 to 1000000"},
        {"\"retry\":\"1\"", "the field \"retry\" is no number from 0 to 1000000"},
        /* The first mistake counts. */
        {"\"retry\":-1,\"methd\":1", "the field \"retry\" is no number from 0 to 1000000"},
        {"\"retry\":-1,", "the field \"retry\" is no number from 0 to 1000000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_line line;
        char text[300] = "{\"url\":\"h\",";
        strcat(strcat(text, cases[i].member), "}");
        parse(text, &line);
        assert_string_equal(line.problem, cases[i].problem);
        assert_string_equal(line.url, "h");
        json_line_finish(&line);
    }
}

static void lines_that_are_no_json_are_refused(void **state)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"", "the line is not valid JSON at position 1"},
        {"http://h/", "the line is not valid JSON: a character that has no meaning, at position 6"},
        {"[1]", "the line is not valid JSON at position 1"},
        {"{", "the line is not valid JSON at position 2"},
        {"{\"url\"", "the line is not valid JSON at position 7"},
        {"{\"url\":", "the line is not valid JSON at position 8"},
        {"{\"url\":}", "the line is not valid JSON at position 8"},
        {"{\"url\":\"h\"", "the line is not valid JSON at position 11"},
        {"{\"url\":\"h\",}", "the line is not valid JSON at position 12"},
        {"{\"url\":\"h\"}{}", "the line is not valid JSON at position 12"},
        {"{\"url\":\"h\" \"tag\":1}", "the line is not valid JSON at position 12"},
        {"{url:\"h\"}", "the line is not valid JSON at position 2"},
        {"{1:\"h\"}", "the line is not valid JSON at position 3"},
        {"{\"url\\u0000\":\"h\"}", "the line is not valid JSON at position 13"},
        {"{\"url\":\"\\ud800\"}", "the line is not valid JSON at position 9"},
        {"{\"url\":\"h\xff\"}", "the line is not valid JSON: a byte that is no UTF-8, at position 10"},
        {"{\"url\":1}", "the field \"url\" is no string"},
        {"{\"url\":\"h\\u0000\"}", "the field \"url\" has a NUL character (\\u0000)"},
        {"{\"url\":null}", "the line has no field \"url\""},
        {"{ }", "the line has no field \"url\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_line line;
        parse(cases[i].text, &line);
        assert_string_equal(line.problem, cases[i].problem);
        json_line_finish(&line);
    }
}

/* What a number of that depth of arrays as a tag gives. */
static bool is_taken(size_t depth)
{
    struct json_line line;
    char text[5000] = "{\"url\":\"h\",\"tag\":";
    size_t size = strlen(text);
    memset(text + size, '[', depth);
    memset(text + size + depth, ']', depth);
    text[size + 2 * depth] = '}';
    parse(text, &line);
    bool is_good = line.problem[0] == '\0';
    json_line_finish(&line);
    return is_good;
}

static void depth_is_bounded(void **state)
{
    (void)state;
    assert_true(is_taken(1000));
    assert_false(is_taken(1001));
    assert_false(is_taken(2000));
}

static void many_names_do_not_take_all_the_time(void **state)
{
    enum { count = 20000, times = 40 };
    static char text[count * 16];
    struct json_line line;
    (void)state;
    char *end = text + sprintf(text, "{\"url\":\"h\",\"headers\":{\"last\":\"\"");
    for (int i = 0; i < count; i++)
        end += sprintf(end, ",\"h%d\":\"\"", i);
    sprintf(end, "}}");
    comparisons = 0;
    parse_good(text, &line);
    assert_in_range(comparisons, count, count * times);
    assert_string_equal(line.request->headers[count], "h19999;");
    json_line_finish(&line);
}

static void requests_are_shared(void **state)
{
    struct json_line line;
    (void)state;
    parse_good("{\"url\":\"h\",\"method\":\"PUT\"}", &line);
    struct line_request *request = line_request_ref(line.request);
    json_line_finish(&line);
    assert_string_equal(request->method, "PUT");
    line_request_unref(request);
    line_request_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_enough),
        cmocka_unit_test(all_fields_are_read),
        cmocka_unit_test(bodies_may_be_any_bytes),
        cmocka_unit_test(times_are_numbers_or_durations),
        cmocka_unit_test(tags_are_any_json),
        cmocka_unit_test(members_that_are_wrong_are_named),
        cmocka_unit_test(lines_that_are_no_json_are_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(many_names_do_not_take_all_the_time),
        cmocka_unit_test(requests_are_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
