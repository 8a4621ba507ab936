#include "output/record.h"
#include "output/text.h"
#include "sample_entry.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static cJSON *written_with(const struct sample *sample, const struct record_options *options)
{
    struct text text = {0};
    const char *end;
    assert_int_equal(record_write(&text, &sample->entry, options), 0);
    cJSON *json = cJSON_ParseWithLengthOpts(text.bytes, text.size, &end, 0);
    assert_non_null(json);
    assert_ptr_equal(end, text.bytes + text.size - 1);
    text_finish(&text);
    return json;
}

static const cJSON *field(const cJSON *record, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(record, key);
    assert_non_null(value);
    return value;
}

static void assert_string(const cJSON *record, const char *key, const char *expected)
{
    const cJSON *value = field(record, key);
    assert_true(cJSON_IsString(value));
    assert_string_equal(value->valuestring, expected);
}

static cJSON *written_with_body(struct sample *sample, const char *body, size_t size)
{
    sample->result.body = (unsigned char *)body;
    sample->result.body_size = size;
    return written_with(sample, &(struct record_options){.has_body = true});
}

static void test_body(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    cJSON *record = written_with_body(&sample, "\"one\"\n\xe2\x82\xac", 9);
    assert_string(record, "body", "\"one\"\n\xe2\x82\xac");
    assert_null(cJSON_GetObjectItemCaseSensitive(record, "body_base64"));
    cJSON_Delete(record);
    record = written_with_body(&sample, "", 0);
    assert_string(record, "body", "");
    cJSON_Delete(record);
    record = written_with_body(&sample, "\xff\0a", 3);
    assert_true(cJSON_IsNull(field(record, "body")));
    assert_string(record, "body_base64", "/wBh");
    cJSON_Delete(record);
    sample_fail(&sample, HAUL_CLASS_HTTP, 404, "Not Found");
    record = written_with_body(&sample, "gone", 4);
    assert_string(record, "body", "gone");
    cJSON_Delete(record);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct haul_header headers[] = {
        {"Content-Type", "text/html"}, {"Set-Cookie", "one"}, {"X-\"Odd\x01", "\xff\"\n"},
        {"set-cookie", "two"},         {"Empty", ""},
    };
    struct sample sample;
    sample_init(&sample);
    sample.result.headers = headers;
    sample.result.header_count = sizeof(headers) / sizeof(headers[0]);
    cJSON *record = written_with(&sample, &(struct record_options){.has_headers = true});
    char *printed = cJSON_PrintUnformatted(field(record, "headers"));
    assert_string_equal(printed, "{\"content-type\":[\"text/html\"],\"set-cookie\":[\"one\",\"two\"],"
                                 "\"x-\\\"odd\\u0001\":[\"\xef\xbf\xbd\\\"\\n\"],\"empty\":[\"\"]}");
    cJSON_free(printed);
    cJSON_Delete(record);
    sample_init(&sample);
    record = written_with(&sample, &(struct record_options){.has_headers = true});
    assert_int_equal(cJSON_GetArraySize(field(record, "headers")), 0);
    cJSON_Delete(record);
}

/* Where no answer came, or not all of it. */
static void test_no_body(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_fail(&sample, HAUL_CLASS_PROTOCOL, 200, "it broke off");
    cJSON *record = written_with_body(&sample, "half", 4);
    assert_true(cJSON_IsNull(field(record, "body")));
    cJSON_Delete(record);
    sample_init(&sample);
    record = written_with_body(&sample, NULL, 0);
    assert_true(cJSON_IsNull(field(record, "body")));
    cJSON_Delete(record);
}

static void test_digest(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    cJSON *record = written_with(&sample, &(struct record_options){.has_digest = true});
    assert_true(cJSON_IsNull(field(record, "sha256")));
    cJSON_Delete(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_no_body),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
