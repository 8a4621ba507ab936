#include "output/field.h"
#include "output/record.h"
#include "output/text.h"
#include "sample_entry.h"

#include <haul/duration.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct epoch epoch = {.wall = 1000 * HAUL_SECOND, .monotonic = 2 * HAUL_SECOND};

static void assert_field(const struct sample *sample, const char *name, const char *expected)
{
    struct text text = {0};
    const struct field *field = field_find(name, strlen(name));
    if (!field)
        fail_msg("no field %s", name);
    field->append(&text, &sample->entry, &epoch);
    text_append(&text, "", 1);
    if (strcmp(text.bytes, expected) != 0)
        fail_msg("%s: \"%s\" is not \"%s\"", name, text.bytes, expected);
    text_finish(&text);
}

struct expected {
    const char *name;
    const char *value;
};

static const struct expected of_success[] = {
    {"index", "6"},
    {"line", "7"},
    {"input", "one.example"},
    {"tag", ""},
    {"url", "http://one.example/"},
    {"method", "GET"},
    {"ok", "true"},
    {"status", "200"},
    {"error.class", ""},
    {"error.code", ""},
    {"error.message", ""},
    {"attempts", "1"},
    {"tries", "[]"},
    {"redirects", "0"},
    {"final_url", "http://one.example/"},
    {"http_version", "1.1"},
    {"content_type", "text/html"},
    {"bytes", "98"},
    {"file", ""},
    {"sha256", ""},
    {"remote_ip", "127.0.0.1"},
    {"remote_port", "80"},
    {"reused", "false"},
    {"ts", "1003.000412"},
    {"start", "3.000412"},
    {"time.queue", "0.000017"},
    {"time.dns", "0.001000"},
    {"time.connect", "0.002000"},
    {"time.tls", "0.003000"},
    {"time.wait", "0.400000"},
    {"time.transfer", "0.005000"},
    {"time.total", "0.411000"},
    {"error_class", ""},
    {"error_code", ""},
    {"error_message", ""},
    {"time_queue", "0.000017"},
    {"time_dns", "0.001000"},
    {"time_tls", "0.003000"},
    {"time_wait", "0.400000"},
    {"time_transfer", "0.005000"},
    {"time_total", "0.411000"},
    {"errormsg", ""},
    {"exitcode", "0"},
    {"filename_effective", ""},
    {"ftp_entry_path", ""},
    {"http_code", "200"},
    {"response_code", "200"},
    {"http_connect", "200"},
    {"local_ip", "127.0.0.2"},
    {"local_port", "49152"},
    {"num_connects", "1"},
    {"num_redirects", "0"},
    {"num_retries", "0"},
    {"proxy_ssl_verify_result", "19"},
    {"proxy_used", "1"},
    {"redirect_url", "http://two.example/"},
    {"scheme", "http"},
    {"size_delivered", "98"},
    {"size_download", "49"},
    {"size_header", "120"},
    {"size_request", "80"},
    {"size_upload", "411"},
    {"speed_download", "119"},
    {"speed_upload", "1000"},
    {"ssl_verify_result", "18"},
    {"time_appconnect", "0.006000"},
    {"time_connect", "0.003000"},
    {"time_namelookup", "0.001000"},
    {"time_posttransfer", "0.007000"},
    {"time_pretransfer", "0.006000"},
    {"time_redirect", "0.100000"},
    {"time_starttransfer", "0.406000"},
    {"tls_earlydata", "0"},
    {"url_effective", "http://one.example/"},
    {"urlnum", "6"},
    {"xfer_id", "6"},
};

static void every_field_has_its_value(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_int_equal(sizeof(of_success) / sizeof(of_success[0]), field_count);
    for (size_t i = 0; i < field_count; i++) {
        assert_string_equal(fields[i].name, of_success[i].name);
        assert_field(&sample, of_success[i].name, of_success[i].value);
    }
}

/* A line that was refused: nothing is known, and nothing was done. */
static void what_is_unknown_is_empty(void **state)
{
    static const struct expected of_refusal[] = {
        {"url", "ftp://x:***@h/"},
        {"method", ""},
        {"ok", "false"},
        {"status", "0"},
        {"http_code", "000"},
        {"http_connect", "000"},
        {"error_class", "url"},
        {"error.code", "3"},
        {"errormsg", "no such thing"},
        {"exitcode", "3"},
        {"attempts", "0"},
        {"final_url", ""},
        {"http_version", ""},
        {"content_type", ""},
        {"remote_ip", ""},
        {"remote_port", ""},
        {"ts", ""},
        {"start", ""},
        {"scheme", ""},
        {"speed_download", "0"},
        {"time_starttransfer", "0.000000"},
        {"num_retries", "0"},
        {"time_appconnect", "0.000000"},
    };
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample.result = (struct haul_result){.error_class = HAUL_CLASS_URL, .code = 3, .message = "no such thing"};
    sample_set_input(&sample, "ftp://x:secret@h/");
    assert_field(&sample, "input", "ftp://x:secret@h/");
    for (size_t i = 0; i < sizeof(of_refusal) / sizeof(of_refusal[0]); i++)
        assert_field(&sample, of_refusal[i].name, of_refusal[i].value);
}

static void foreign_text_is_escaped(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_set_tag(&sample, "a\tb\n\x1b\\");
    sample.result.content_type = "text/\xff";
    assert_field(&sample, "tag", "a\\tb\\n\\x1b\\\\");
    assert_field(&sample, "content_type", "text/\\xff");
}

/* As in a record: what is rounded are the points between the phases. */
static void phases_add_up_to_the_total(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample.result.time = (struct haul_times){.dns = 400, .connect = 400, .wait = 400, .total = 1200};
    assert_field(&sample, "time.dns", "0.000000");
    assert_field(&sample, "time.connect", "0.000001");
    assert_field(&sample, "time.wait", "0.000000");
    assert_field(&sample, "time.total", "0.000001");
    assert_field(&sample, "time_appconnect", "0.000000");
}

/* The phase that a fetch fails in has the rest of the time, and is not over. */
static void what_was_not_reached_is_0(void **state)
{
    static const struct {
        struct haul_times time;
        const char *points[5];
    } cases[] = {
        {{.dns = 1000}, {"0.000000", "0.000000", "0.000000", "0.000000", "0.000000"}},
        {{.dns = 1000, .connect = 1000}, {"0.000001", "0.000000", "0.000000", "0.000000", "0.000000"}},
        {{.connect = 1000, .tls = 1000}, {"0.000000", "0.000001", "0.000000", "0.000000", "0.000000"}},
        {{.connect = 1000, .tls = 1000, .wait = 1000}, {"0.000000", "0.000001", "0.000002", "0.000002", "0.000000"}},
        {{.connect = 1000, .wait = 1000}, {"0.000000", "0.000001", "0.000000", "0.000001", "0.000000"}},
    };
    static const char *const names[] = {"time_namelookup", "time_connect", "time_appconnect", "time_pretransfer",
                                        "time_starttransfer"};
    struct sample sample;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sample_init(&sample);
        sample_fail(&sample, HAUL_CLASS_CONNECT, 0, "no");
        sample.result.time = cases[i].time;
        for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
            assert_field(&sample, names[j], cases[i].points[j]);
        assert_field(&sample, "time_posttransfer", "");
    }
}

/* The record and the table agree on what there is: a nested key stands in the record behind that of its object. */
static void the_first_fields_are_those_of_the_record(void **state)
{
    struct sample sample;
    struct text text = {0};
    (void)state;
    sample_init(&sample);
    sample_fail(&sample, HAUL_CLASS_HTTP, 404, "404 Not Found");
    const struct record_options options = {.epoch = epoch, .has_tries = true, .has_digest = true};
    assert_int_equal(record_write(&text, &sample.entry, &options), 0);
    text_append(&text, "", 1);
    const char *at = text.bytes;
    for (size_t i = 0; i < field_record_count; i++) {
        const char *dot = strchr(fields[i].name, '.');
        char key[50];
        snprintf(key, sizeof(key), "\"%s\":", dot ? dot + 1 : fields[i].name);
        const char *found = strstr(at, key);
        if (!found)
            fail_msg("%s is not in the record where it should be", fields[i].name);
        at = found + strlen(key);
    }
    assert_null(strchr(at, '"'));
    text_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_has_its_value), cmocka_unit_test(what_is_unknown_is_empty),
        cmocka_unit_test(foreign_text_is_escaped),   cmocka_unit_test(phases_add_up_to_the_total),
        cmocka_unit_test(what_was_not_reached_is_0), cmocka_unit_test(the_first_fields_are_those_of_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
