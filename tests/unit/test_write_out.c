#include "output/record.h"
#include "output/text.h"
#include "output/write_out.h"
#include "sample_entry.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/request.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct record_options options = {.epoch = {.wall = 1000 * HAUL_SECOND, .monotonic = 2 * HAUL_SECOND}};

static const struct haul_request request = {.referer = "http://me:secret@from.example/"};

enum { most_files = 3 };

/* One of them has two values. */
static const struct haul_header headers[] = {{"ETag", "\"a\\b\""}, {"Set-Cookie", "a=1"}, {"set-cookie", "b=2"}};

static void give_headers(struct sample *sample)
{
    sample->result.headers = headers;
    sample->result.header_count = sizeof(headers) / sizeof(headers[0]);
}

static struct write_out *read_format(const char *format)
{
    struct write_out *write_out;
    char *problem = NULL;
    if (write_out_create(format, strlen(format), &write_out, &problem) != 0)
        fail_msg("%s: %s", format, problem);
    return write_out;
}

/* What goes to standard output, to standard error, and to files. */
static void assert_appended(const struct sample *sample, const struct write_out *write_out, const char *const *expected,
                            size_t count)
{
    struct text texts[2 + most_files] = {{0}};
    const struct write_out_texts all = {&texts[0], &texts[1], &texts[2]};
    assert_int_equal(write_out_append(write_out, &sample->entry, &request, &options, &all), 0);
    for (size_t i = 0; i < count; i++) {
        text_append(&texts[i], "", 1);
        assert_string_equal(texts[i].bytes, expected[i]);
        text_finish(&texts[i]);
    }
}

static void assert_written(const struct sample *sample, const char *format, const char *output, const char *errors)
{
    struct write_out *write_out = read_format(format);
    assert_int_equal(write_out_file_count(write_out), 0);
    assert_appended(sample, write_out, (const char *const[]){output, errors}, 2);
    write_out_destroy(write_out);
}

static void names_give_way_to_what_they_mean(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_written(&sample, "%{http_code} %{url}\\n", "200 http://one.example/\n", "");
    assert_written(&sample, "%{index}%{line}", "67", "");
    assert_written(&sample, "<%{error_class}>", "<>", "");
    assert_written(&sample, "%{time.connect}%{time_connect}", "0.0020000.003000", "");
    assert_written(&sample, "", "", "");
}

/* What curl makes of the same. */
static void all_else_is_text(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},         {"\\n\\r\\t\\\\", "\n\r\t\\"},
        {"\\q\\", "\\q\\"},         {"100%%", "100%"},
        {"%d %", "%d %"},           {"%%%d", "%%d"},
        {"%{url", "%{url"},         {"{url}", "{url}"},
        {"%header{x", "%header{x"}, {"%header{}", "%header{}"},
        {"%%{url}", "%{url}"},      {"%output{x", "%output{x"},
    };
    struct sample sample;
    (void)state;
    sample_init(&sample);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_written(&sample, cases[i][0], cases[i][1], "");
}

static void a_name_that_there_is_not_is_a_mistake(void **state)
{
    static const char *const cases[][2] = {
        {"%{nope}", "%{nope}"},         {"a%{url}%{}", "%{}"},        {"%{ url}", "%{ url}"},
        {"%{header{x}", "%{header{x}"}, {"%{URL}", "%{URL}"},         {"%{url.}", "%{url.}"},
        {"%{urle.x}", "%{urle.x}"},     {"a%output{}b", "%output{}"}, {"%output{>>}", "%output{>>}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct write_out *write_out;
        char *problem;
        assert_int_equal(write_out_create(cases[i][0], strlen(cases[i][0]), &write_out, &problem), HAUL_E_INVALID);
        assert_string_equal(problem, cases[i][1]);
        free(problem);
    }
    write_out_destroy(NULL);
}

static void urls_have_pieces(void **state)
{
    static const char format[] = "%{url.scheme} %{url.user} %{url.password} %{url.options} %{url.host} %{url.port} "
                                 "%{url.path} %{url.query} %{url.fragment}|%{urle.host}%{urle.port}";
    static const char *const cases[][2] = {
        {"http://one.example/", "http    one.example 80 /  |two.example443"},
        {"https://me:***@[::1]:8443/a/b?c?d:@/#e", "https me ***  [::1] 8443 /a/b c?d:@/ e|two.example443"},
        {"http://me@h/?/@", "http me   h 80 / /@ |two.example443"},
        {"sleep:0.5", "sleep        |two.example443"},
    };
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample.result.final_url = "https://two.example/x";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sample.result.url = cases[i][0];
        assert_written(&sample, format, cases[i][1], "");
    }
    sample.result.final_url = NULL;
    assert_written(&sample, "%{urle.scheme}", "sleep", "");
    sample.result.url = NULL;
    assert_written(&sample, "<%{url.scheme}%{urle.port}>", "<>", "");
}

static void the_referer_is_what_was_asked_for(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_written(&sample, "%{referer}", "http://me:***@from.example/", "");
}

static void what_follows_onerror_is_for_failures(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_written(&sample, "a%{onerror}b", "a", "");
    sample_fail(&sample, HAUL_CLASS_TLS, 0, "no trust");
    assert_written(&sample, "a%{onerror}b %{errormsg}", "ab no trust", "");
}

static void a_part_can_go_to_standard_error(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_written(&sample, "a%{stderr}b%{urlnum}%{stdout}c", "ac", "b6");
    assert_written(&sample, "%{stderr}x", "", "x");
}

static void headers_are_named_in_capitals_or_not(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_written(&sample, "%header{etag} %{num_headers} %{header_json}", " 0 {}", "");
    give_headers(&sample);
    assert_written(&sample, "%header{etag}", "\"a\\\\b\"", "");
    assert_written(&sample, "<%{header{SET-COOKIE}}>", "<a=1>", "");
    assert_written(&sample, "<%header{nope}>", "<>", "");
    assert_written(&sample, "%{num_headers}", "3", "");
    assert_written(&sample, "%{header_json}", "{\"etag\":[\"\\\"a\\\\b\\\"\"],\"set-cookie\":[\"a=1\",\"b=2\"]}", "");
}

static void what_costs_something_is_kept_only_where_it_is_named(void **state)
{
    static const struct {
        const char *format;
        struct write_out_needs needs;
    } cases[] = {
        {"%{url}%{json}", {0}},
        {"%header{a}", {.headers = true}},
        {"%{header{a}}", {.headers = true}},
        {"%{num_headers}", {.headers = true}},
        {"%{header_json}", {.headers = true}},
        {"%%header{a}", {0}},
        {"%{certs}", {.certs = true}},
        {"%{num_certs}", {.certs = true}},
        {"%{conn_id}", {.connection = true}},
        {"%output{%{certs}}", {0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct write_out *write_out = read_format(cases[i].format);
        struct write_out_needs needs = write_out_needs(write_out);
        assert_int_equal(needs.headers, cases[i].needs.headers);
        assert_int_equal(needs.certs, cases[i].needs.certs);
        assert_int_equal(needs.connection, cases[i].needs.connection);
        write_out_destroy(write_out);
    }
}

static void certificates_are_lines(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_written(&sample, "<%{num_certs} %{certs}>", "<0 >", "");
    sample.result.certs = "Subject:CN = \x1b[2J\nVersion:2\n-----BEGIN\nab+/=\n";
    sample.result.cert_count = 1;
    assert_written(&sample, "<%{num_certs} %{certs}>", "<1 Subject:CN = \\x1b[2J\nVersion:2\n-----BEGIN\nab+/=\n>", "");
}

static void no_connection_has_the_number_that_it_has_in_curl(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    assert_written(&sample, "%{conn_id}", "-1", "");
    sample.result.connection = 12;
    assert_written(&sample, "%{conn_id}", "12", "");
}

static void the_time_is_that_of_the_writing(void **state)
{
    struct sample sample;
    char before[24], after[24];
    struct write_out *write_out = read_format("%time{%s}%time{ %%}%time{}%time{x");
    struct text output = {0}, errors = {0};
    const struct write_out_texts texts = {&output, &errors, NULL};
    (void)state;
    sample_init(&sample);
    snprintf(before, sizeof(before), "%" PRId64 " %%%%time{x", (int64_t)time(NULL));
    assert_int_equal(write_out_append(write_out, &sample.entry, &request, &options, &texts), 0);
    snprintf(after, sizeof(after), "%" PRId64 " %%%%time{x", (int64_t)time(NULL));
    text_append(&output, "", 1);
    assert_true(strcmp(before, output.bytes) <= 0 && strcmp(output.bytes, after) <= 0);
    text_finish(&output);
    write_out_destroy(write_out);
}

static void parts_can_go_to_files(void **state)
{
    static const struct write_out_file files[] = {{"one", false}, {"two", true}, {">> three", true}};
    struct sample sample;
    struct write_out *write_out = read_format("a%output{one}b%{index}%output{>>two}c%{stdout}d%{stderr}e%output{one}f"
                                              "%output{>>one}g%output{>>>> three}h%output{/dev/stdout}i"
                                              "%output{>>/dev/fd/2}j%{onerror}k");
    (void)state;
    sample_init(&sample);
    assert_int_equal(write_out_file_count(write_out), 3);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_string_equal(write_out_file(write_out, i)->path, files[i].path);
        assert_int_equal(write_out_file(write_out, i)->is_appended, files[i].is_appended);
    }
    assert_appended(&sample, write_out, (const char *const[]){"adi", "ej", "b6fg", "c", "h"}, 2 + 3);
    write_out_destroy(write_out);
}

static void json_is_the_record_on_one_line(void **state)
{
    struct sample sample;
    struct text record = {0};
    (void)state;
    sample_init(&sample);
    assert_int_equal(record_write(&record, &sample.entry, &options), 0);
    text_append(&record, "", 1);
    assert_written(&sample, "%{json}\\n", record.bytes, "");
    text_finish(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_give_way_to_what_they_mean),
        cmocka_unit_test(all_else_is_text),
        cmocka_unit_test(a_name_that_there_is_not_is_a_mistake),
        cmocka_unit_test(urls_have_pieces),
        cmocka_unit_test(the_referer_is_what_was_asked_for),
        cmocka_unit_test(what_follows_onerror_is_for_failures),
        cmocka_unit_test(a_part_can_go_to_standard_error),
        cmocka_unit_test(headers_are_named_in_capitals_or_not),
        cmocka_unit_test(what_costs_something_is_kept_only_where_it_is_named),
        cmocka_unit_test(certificates_are_lines),
        cmocka_unit_test(no_connection_has_the_number_that_it_has_in_curl),
        cmocka_unit_test(the_time_is_that_of_the_writing),
        cmocka_unit_test(parts_can_go_to_files),
        cmocka_unit_test(json_is_the_record_on_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
