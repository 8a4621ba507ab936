#include "input/line_request.h"
#include "output/record.h"
#include "output/text.h"
#include "output/utf8.h"
#include "sample_entry.h"

#include <cjson/cJSON.h>
#include <haul/duration.h>

#include <inttypes.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct epoch epoch = {.wall = INT64_C(1795284612123456789), .monotonic = 5 * HAUL_SECOND};

/* A record as bytes and as parsed. */
struct record {
    struct text text;
    cJSON *json;
};

static void assert_utf8(const char *bytes, size_t size)
{
    while (size > 0) {
        uint32_t code_point;
        size_t length = utf8_decode(bytes, size, &code_point);
        assert_int_not_equal(length, 0);
        bytes += length;
        size -= length;
    }
}

/* Parsed strictly: one object, a newline behind it and nothing else, no newline in it. */
static struct record written(const struct sample *sample)
{
    struct record record = {0};
    assert_int_equal(record_write(&record.text, &sample->entry, &(struct record_options){.epoch = epoch}), 0);
    const char *end;
    record.json = cJSON_ParseWithLengthOpts(record.text.bytes, record.text.size, &end, 0);
    assert_non_null(record.json);
    assert_ptr_equal(end, record.text.bytes + record.text.size - 1);
    assert_ptr_equal(memchr(record.text.bytes, '\n', record.text.size), end);
    assert_utf8(record.text.bytes, record.text.size);
    return record;
}

static void finish(struct record *record)
{
    cJSON_Delete(record->json);
    text_finish(&record->text);
}

static const cJSON *field(const struct record *record, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(record->json, key);
    assert_non_null(value);
    return value;
}

static void assert_string(const struct record *record, const char *key, const char *expected)
{
    const cJSON *value = field(record, key);
    if (expected == NULL) {
        assert_true(cJSON_IsNull(value));
    } else {
        assert_true(cJSON_IsString(value));
        assert_string_equal(value->valuestring, expected);
    }
}

static void assert_number(const struct record *record, const char *key, double expected)
{
    const cJSON *value = field(record, key);
    assert_true(cJSON_IsNumber(value));
    assert_true(value->valuedouble == expected);
}

/* The keys of OBJECT in their order, separated by spaces. */
static void assert_keys(const cJSON *object, const char *expected)
{
    struct text keys = {0};
    const cJSON *child;
    cJSON_ArrayForEach(child, object)
    {
        text_append_string(&keys, child->string);
        text_append(&keys, child->next != NULL ? " " : "", 1);
    }
    assert_string_equal(keys.bytes, expected);
    text_finish(&keys);
}

/* A time as it is written, in microseconds; checks its form: digits, a point, six digits. */
static uint64_t microseconds(const struct record *record, const char *key)
{
    char pattern[32];
    snprintf(pattern, sizeof(pattern), "\"%s\":", key);
    /* The key stands once: no other text of the samples that are asked looks like it. */
    const char *number = memmem(record->text.bytes, record->text.size, pattern, strlen(pattern));
    assert_non_null(number);
    number += strlen(pattern);
    size_t whole = strspn(number, "0123456789");
    assert_true(whole >= 1 && (whole == 1 || number[0] != '0'));
    assert_int_equal(number[whole], '.');
    assert_int_equal(strspn(number + whole + 1, "0123456789"), 6);
    assert_non_null(strchr(",}", number[whole + 7]));
    return strtoull(number, NULL, 10) * 1000000 + strtoull(number + whole + 1, NULL, 10);
}

static void test_each_field(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_set_tag(&sample, "first");
    sample.result.redirects = 2;
    sample.result.final_url = "http://two.example/";
    sample.result.reused = true;
    struct record record = written(&sample);

    assert_keys(record.json, "v index line input tag url method ok status error attempts redirects final_url "
                             "http_version content_type bytes file remote_ip remote_port reused ts start time");
    assert_number(&record, "v", 1);
    assert_number(&record, "index", 6);
    assert_number(&record, "line", 7);
    assert_string(&record, "input", "one.example");
    assert_string(&record, "tag", "first");
    assert_string(&record, "url", "http://one.example/");
    assert_string(&record, "method", "GET");
    assert_true(cJSON_IsTrue(field(&record, "ok")));
    assert_number(&record, "status", 200);
    assert_true(cJSON_IsNull(field(&record, "error")));
    assert_number(&record, "attempts", 1);
    assert_number(&record, "redirects", 2);
    assert_string(&record, "final_url", "http://two.example/");
    assert_string(&record, "http_version", "1.1");
    assert_string(&record, "content_type", "text/html");
    assert_number(&record, "bytes", 98);
    assert_string(&record, "remote_ip", "127.0.0.1");
    assert_number(&record, "remote_port", 80);
    assert_true(cJSON_IsTrue(field(&record, "reused")));
    assert_int_equal(microseconds(&record, "ts"), UINT64_C(1795284612123869));
    assert_int_equal(microseconds(&record, "start"), 412);

    assert_keys(field(&record, "time"), "queue dns connect tls wait transfer total");
    assert_int_equal(microseconds(&record, "queue"), 17);
    assert_int_equal(microseconds(&record, "dns"), 1000);
    assert_int_equal(microseconds(&record, "connect"), 2000);
    assert_int_equal(microseconds(&record, "tls"), 3000);
    assert_int_equal(microseconds(&record, "wait"), 400000);
    assert_int_equal(microseconds(&record, "transfer"), 5000);
    assert_int_equal(microseconds(&record, "total"), 411000);
    finish(&record);
}

static void test_exact_bytes(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample.entry.index = 0;
    sample.entry.line = 1;
    struct record record = written(&sample);
    const char *expected =
        "{\"v\":1,\"index\":0,\"line\":1,\"input\":\"one.example\",\"tag\":null,\"url\":\"http://one.example/\","
        "\"method\":\"GET\",\"ok\":true,\"status\":200,\"error\":null,\"attempts\":1,\"redirects\":0,"
        "\"final_url\":\"http://one.example/\",\"http_version\":\"1.1\",\"content_type\":\"text/html\",\"bytes\":98,"
        "\"file\":null,\"remote_ip\":\"127.0.0.1\",\"remote_port\":80,\"reused\":false,\"ts\":1795284612.123869,"
        "\"start\":0.000412,"
        "\"time\":{\"queue\":0.000017,\"dns\":0.001000,\"connect\":0.002000,\"tls\":0.003000,\"wait\":0.400000,"
        "\"transfer\":0.005000,\"total\":0.411000}}\n";
    assert_int_equal(record.text.size, strlen(expected));
    assert_memory_equal(record.text.bytes, expected, strlen(expected));
    finish(&record);
}

static void test_failure(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_fail(&sample, HAUL_CLASS_CONNECT, 0, "connection refused");
    sample.result.code = 7;
    struct record record = written(&sample);
    assert_true(cJSON_IsFalse(field(&record, "ok")));
    const cJSON *error = field(&record, "error");
    assert_keys(error, "class code message");
    assert_string_equal(cJSON_GetObjectItem(error, "class")->valuestring, "connect");
    assert_true(cJSON_GetObjectItem(error, "code")->valuedouble == 7);
    assert_string_equal(cJSON_GetObjectItem(error, "message")->valuestring, "connection refused");
    finish(&record);
}

/* What never became a fetch knows little; every key is there all the same. */
static void test_unknown_is_null(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample.result = (struct haul_result){.error_class = HAUL_CLASS_URL};
    struct record record = written(&sample);
    assert_keys(record.json, "v index line input tag url method ok status error attempts redirects final_url "
                             "http_version content_type bytes file remote_ip remote_port reused ts start time");
    static const char *const unknown[] = {"tag",          "url",       "method",      "final_url", "http_version",
                                          "content_type", "remote_ip", "remote_port", "ts",        "start"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        assert_true(cJSON_IsNull(field(&record, unknown[i])));
    assert_number(&record, "status", 0);
    assert_number(&record, "attempts", 0);
    assert_number(&record, "bytes", 0);
    assert_int_equal(microseconds(&record, "queue"), 0);
    assert_int_equal(microseconds(&record, "total"), 0);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(field(&record, "error"), "message")));
    finish(&record);
}

static void test_escapes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *escaped;
    } cases[] = {
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\x01\t\n\x1f", "\"\\u0001\\u0009\\u000a\\u001f\""},
        {"\x7f", "\"\\u007f\""},
        {"\xc2\x9b", "\"\\u009b\""},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\""},
        {"\xe2\x80\xae", "\"\\u202e\""},
        {"\xc3\xa9\xf0\x9f\x98\x80", "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {"\xff\xc3", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"", "\"\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        sample.result.content_type = cases[i].text;
        struct record record = written(&sample);
        const char *key = "\"content_type\":";
        const char *value = memmem(record.text.bytes, record.text.size, key, strlen(key));
        assert_non_null(value);
        assert_memory_equal(value + strlen(key), cases[i].escaped, strlen(cases[i].escaped));
        finish(&record);
    }
}

static void test_input_base64(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *base64;
    } cases[] = {
        {"\xff", "/w=="}, {"\xff\xfe", "//4="}, {"a\xff\x00", "Yf8A"}, {"\xfbxyz", "+3h5eg=="}, {"valid", NULL},
    };
    static const size_t sizes[] = {1, 2, 3, 4, 5};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sample sample;
        sample_init(&sample);
        sample.entry.input = cases[i].input;
        sample.entry.input_size = sizes[i];
        struct record record = written(&sample);
        const cJSON *base64 = cJSON_GetObjectItemCaseSensitive(record.json, "input_base64");
        if (cases[i].base64 == NULL) {
            assert_null(base64);
        } else {
            assert_string_equal(base64->valuestring, cases[i].base64);
            assert_string_equal(base64->prev->string, "input");
            assert_string_equal(base64->next->string, "tag");
        }
        finish(&record);
    }
}

/* It was made fit for that when it was read (input/json_text.h). */
static void test_a_tag_may_be_json(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_set_tag(&sample, "{\"id\":12345678901234567890,\"a\":[\"b c\",null]}");
    sample.entry.is_tag_json = true;
    struct record record = written(&sample);
    static const char expected[] = ",\"tag\":{\"id\":12345678901234567890,\"a\":[\"b c\",null]},\"url\":";
    assert_non_null(memmem(record.text.bytes, record.text.size, expected, sizeof(expected) - 1));
    finish(&record);
}

static void test_a_tag_has_base64_too(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_set_tag(&sample, "\xff\xfe");
    struct record record = written(&sample);
    assert_string(&record, "tag", "\xef\xbf\xbd\xef\xbf\xbd");
    assert_string(&record, "tag_base64", "//4=");
    assert_string_equal(field(&record, "tag_base64")->prev->string, "tag");
    finish(&record);
}

static void test_nothing_else_has_base64(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_set_tag(&sample, "text");
    sample.result.content_type = "\xff";
    struct record record = written(&sample);
    assert_null(memmem(record.text.bytes, record.text.size, "base64", 6));
    finish(&record);
}

static void test_what_a_line_asks_for_has_a_digest(void **state)
{
    (void)state;
    struct line_request request = {.digest = "0123abcd"};
    struct sample sample;
    sample_init(&sample);
    sample.entry.request = &request;
    struct record record = written(&sample);
    assert_string(&record, "request_sha256", "0123abcd");
    assert_string_equal(field(&record, "request_sha256")->prev->string, "tag");
    finish(&record);
    request.digest[0] = '\0';
    record = written(&sample);
    assert_null(cJSON_GetObjectItem(record.json, "request_sha256"));
    finish(&record);
}

static void test_nul_in_input(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample_set_input(&sample, "a\0b");
    struct record record = written(&sample);
    assert_non_null(memmem(record.text.bytes, record.text.size, "\"input\":\"a\\u0000b\",\"tag\"", 24));
    finish(&record);
}

/* Each phase is half a microsecond: rounded one by one their sum would be off by two. */
static void test_parts_add_up(void **state)
{
    (void)state;
    static const char *const parts[] = {"dns", "connect", "tls", "wait", "transfer"};
    srandom(1);
    for (unsigned round = 0; round < 2000; round++) {
        struct sample sample;
        sample_init(&sample);
        struct haul_times *time = &sample.result.time;
        int64_t *phases[] = {&time->dns, &time->connect, &time->tls, &time->wait, &time->transfer};
        time->total = 0;
        for (size_t i = 0; i < 5; i++) {
            *phases[i] = round == 0 ? 500 : random() % (round % 2 ? 3000 : 1000000007);
            time->total += *phases[i];
        }
        struct record record = written(&sample);
        uint64_t sum = 0;
        for (size_t i = 0; i < 5; i++) {
            uint64_t part = microseconds(&record, parts[i]);
            assert_in_range(part, *phases[i] / 1000, *phases[i] / 1000 + 1);
            sum += part;
        }
        assert_int_equal(sum, microseconds(&record, "total"));
        assert_int_equal(sum, (time->total + 500) / 1000);
        finish(&record);
    }
}

static void test_same_in_every_locale(void **state)
{
    static const char *const with_comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "nl_NL.UTF-8"};
    for (size_t i = 0; i < sizeof(with_comma) / sizeof(with_comma[0]); i++)
        if (setlocale(LC_ALL, with_comma[i]) != NULL)
            break;
    test_exact_bytes(state);
    setlocale(LC_ALL, "C");
}

static void test_largest_numbers(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    sample.entry.index = sample.entry.line = UINT64_MAX;
    sample.result.bytes = INT64_MAX;
    sample.result.time.wait = INT64_MAX / 2;
    sample.result.time.queue = INT64_MAX;
    sample.result.remote_port = 65535;
    struct record record = written(&sample);
    assert_non_null(memmem(record.text.bytes, record.text.size, "\"index\":18446744073709551615,", 29));
    assert_non_null(memmem(record.text.bytes, record.text.size, "\"bytes\":9223372036854775807,", 28));
    assert_int_equal(microseconds(&record, "queue"), 9223372036854776);
    finish(&record);
}

/* Whatever bytes come, the record can be parsed and is UTF-8 (written() checks both), and valid bytes come back. */
static void test_random_bytes(void **state)
{
    (void)state;
    srandom(2);
    for (unsigned round = 0; round < 5000; round++) {
        char bytes[5][64];
        for (size_t i = 0; i < 5; i++) {
            size_t size = (size_t)random() % sizeof(bytes[i]);
            for (size_t j = 0; j < size; j++)
                bytes[i][j] = (char)(random() % 3 == 0 ? random() : 0x80 + random() % 0x80);
            bytes[i][size] = '\0';
        }
        struct sample sample;
        sample_init(&sample);
        sample.entry.input = bytes[0];
        sample.entry.input_size = (size_t)random() % sizeof(bytes[0]);
        sample.entry.tag = bytes[1];
        sample.entry.tag_size = strlen(bytes[1]);
        sample_fail(&sample, HAUL_CLASS_PROTOCOL, 0, bytes[2]);
        sample.result.final_url = bytes[3];
        sample.result.content_type = bytes[4];
        struct record record = written(&sample);
        finish(&record);
    }
}

/* Records come one behind the other. */
static void test_appends(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    struct text text = {0};
    assert_int_equal(record_write(&text, &sample.entry, &(struct record_options){.epoch = epoch}), 0);
    size_t size = text.size;
    assert_int_equal(record_write(&text, &sample.entry, &(struct record_options){.epoch = epoch}), 0);
    assert_int_equal(text.size, 2 * size);
    assert_memory_equal(text.bytes, text.bytes + size, size);
    text_finish(&text);
}

/* With the key, an array of what there was, and empty where nothing was tried. */
static void test_tries(void **state)
{
    static const struct haul_try tries[] = {
        {.status = 503, .error_class = HAUL_CLASS_HTTP, .started = 5 * HAUL_SECOND + HAUL_MILLISECOND, .total = 1500},
        {.error_class = HAUL_CLASS_TIMEOUT, .code = 28, .started = 6 * HAUL_SECOND, .total = HAUL_SECOND},
        {.status = 200, .started = 8 * HAUL_SECOND, .total = 20 * HAUL_MILLISECOND},
    };
    const struct record_options options = {.epoch = epoch, .has_tries = true};
    struct text text = {0};
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_int_equal(record_write(&text, &sample.entry, &options), 0);
    assert_non_null(strstr(text.bytes, ",\"tries\":[],\"redirects\":"));
    text_clear(&text);
    sample.result.tries = tries;
    sample.result.try_count = 3;
    assert_int_equal(record_write(&text, &sample.entry, &options), 0);
    assert_non_null(
        strstr(text.bytes,
               ",\"tries\":["
               "{\"start\":0.001000,\"status\":503,\"class\":\"http\",\"code\":0,\"total\":0.000002},"
               "{\"start\":1.000000,\"status\":0,\"class\":\"timeout\",\"code\":28,\"total\":1.000000},"
               "{\"start\":3.000000,\"status\":200,\"class\":null,\"code\":0,\"total\":0.020000}],\"redirects\":"));
    text_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_field),
        cmocka_unit_test(test_exact_bytes),
        cmocka_unit_test(test_failure),
        cmocka_unit_test(test_unknown_is_null),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_input_base64),
        cmocka_unit_test(test_a_tag_may_be_json),
        cmocka_unit_test(test_a_tag_has_base64_too),
        cmocka_unit_test(test_nothing_else_has_base64),
        cmocka_unit_test(test_what_a_line_asks_for_has_a_digest),
        cmocka_unit_test(test_nul_in_input),
        cmocka_unit_test(test_parts_add_up),
        cmocka_unit_test(test_same_in_every_locale),
        cmocka_unit_test(test_largest_numbers),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_tries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
