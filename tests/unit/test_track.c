#include "picture/track.h"

#include "output/record.h"
#include "output/text.h"
#include "sample_entry.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct epoch epoch = {.wall = 1700000000 * HAUL_SECOND, .monotonic = 5 * HAUL_SECOND};

/* The track of the record of SAMPLE. */
static struct track track_of(const struct sample *sample, bool is_full)
{
    const struct record_options options = {.epoch = epoch, .is_full = is_full};
    struct text text = {0};
    struct track track;
    assert_int_equal(record_write(&text, &sample->entry, &options), 0);
    assert_int_equal(track_read(text.bytes, text.size, &track), 0);
    text_finish(&text);
    return track;
}

static void init(struct sample *sample)
{
    sample_init(sample);
    sample->result.started = epoch.monotonic + 250 * HAUL_MILLISECOND;
    sample->result.time = (struct haul_times){
        .queue = 100 * HAUL_MILLISECOND,
        .dns = 10 * HAUL_MILLISECOND,
        .connect = 20 * HAUL_MILLISECOND,
        .tls = 0,
        .wait = 40 * HAUL_MILLISECOND,
        .transfer = 50 * HAUL_MILLISECOND,
        .total = 120 * HAUL_MILLISECOND,
    };
}

static void a_short_record(void **state)
{
    (void)state;
    struct sample sample;
    init(&sample);
    struct track track = track_of(&sample, false);
    assert_false(track.is_full);
    assert_string_equal(track.url, sample.result.url);
    assert_string_equal(track.method, "GET");
    assert_true(track.ok);
    assert_null(track.error_class);
    assert_int_equal(track.status, 200);
    assert_int_equal(track.bytes, sample.result.bytes);
    assert_int_equal(track.start, 250000);
    assert_int_equal(track.epoch, INT64_C(1700000000000000));
    assert_int_equal(track.time.phases[PHASE_QUEUE], 100000);
    assert_int_equal(track.time.total, 120000);
    assert_int_equal(track.lane, -1);
    assert_int_equal(track.connection, 0);
    assert_int_equal(track.try_count, 0);
    assert_int_equal(track.hop_count, 1);
    assert_int_equal(track.hops[0].status, 200);
    assert_int_equal(track.hops[0].start, 250000);
    assert_int_equal(track.hops[0].request_headers.count, 0);
    track_finish(&track);
}

static void a_short_record_of_several_attempts(void **state)
{
    static const char text[] =
        "{\"v\":1,\"input\":\"h\",\"url\":\"http://u:p@h/\",\"method\":\"GET\",\"ok\":true,\"status\":200,"
        "\"final_url\":\"http://h/"
        "2\",\"attempts\":3,\"start\":1,\"reused\":false,\"time\":{\"wait\":0.5,\"total\":0.5},"
        "\"tries\":[{\"start\":1,\"status\":0,\"class\":\"timeout\",\"total\":2},"
        "{\"start\":4,\"status\":503,\"class\":\"http\",\"total\":1},{\"start\":7,\"status\":200,\"total\":0.5}]}";
    static const int64_t second = 1000000;
    struct track track;
    int64_t from, to;
    (void)state;
    assert_int_equal(track_read(text, sizeof(text) - 1, &track), 0);
    assert_int_equal(track.hop_count, 3);
    assert_int_equal(track.hops[0].start, 1 * second);
    assert_int_equal(track.hops[0].time.phases[PHASE_WAIT], 2 * second);
    assert_string_equal(track.hops[1].url, "http://u:***@h/");
    assert_int_equal(track.hops[1].status, 503);
    assert_int_equal(track.hops[1].attempt, 2);
    assert_int_equal(track.hops[2].attempt, 3);
    assert_int_equal(track.hops[2].start, 7 * second);
    assert_string_equal(track.hops[2].url, "http://h/2");
    track_bounds(&track, &from, &to);
    assert_int_equal(from, 1 * second);
    assert_int_equal(to, 7 * second + second / 2);
    track_finish(&track);
}

static void a_full_record(void **state)
{
    static const struct haul_header sent[] = {{"Host", "h"}, {"Cookie", "***"}};
    static const struct haul_header received[] = {{"Set-Cookie", "***"}, {"ETag", "x"}, {"set-cookie", "***"}};
    static const struct haul_try tries[] = {{.status = 503, .error_class = HAUL_CLASS_HTTP}, {.status = 200}};
    (void)state;
    struct sample sample;
    init(&sample);
    const struct haul_hop hops[] = {
        {.attempt = 1,
         .lane = 3,
         .url = "http://h/?token=x",
         .method = "GET",
         .status = 302,
         .started = epoch.monotonic},
        {.attempt = 2,
         .lane = 1,
         .url = "http://h/",
         .method = "GET",
         .status = 200,
         .connection = 7,
         .reused = true,
         .bytes = 9,
         .remote_ip = "::1",
         .remote_port = 80,
         .started = sample.result.started,
         .time = sample.result.time,
         .request_headers = sent,
         .request_header_count = 2,
         .headers = received,
         .header_count = 3},
    };
    sample.result.hops = hops;
    sample.result.hop_count = 2;
    sample.result.tries = tries;
    sample.result.try_count = 2;
    struct track track = track_of(&sample, true);
    assert_true(track.is_full);
    assert_int_equal(track.lane, 1);
    assert_int_equal(track.connection, 7);
    assert_int_equal(track.try_count, 2);
    assert_string_equal(track.tries[0].error_class, "http");
    assert_null(track.tries[1].error_class);
    assert_int_equal(track.hop_count, 2);
    assert_int_equal(track.hops[0].lane, 3);
    assert_string_equal(track.hops[0].url, "http://h/?token=***");
    const struct track_hop *hop = &track.hops[1];
    assert_int_equal(hop->attempt, 2);
    assert_true(hop->reused);
    assert_int_equal(hop->bytes, 9);
    assert_string_equal(hop->remote_ip, "::1");
    assert_int_equal(hop->start, 250000);
    assert_int_equal(hop->time.phases[PHASE_WAIT], 40000);
    assert_int_equal(hop->request_headers.count, 2);
    assert_string_equal(hop->request_headers.at[0].name, "host");
    assert_int_equal(hop->response_headers.count, 3);
    assert_string_equal(hop->response_headers.at[1].name, "set-cookie");
    assert_string_equal(hop->response_headers.at[2].name, "etag");
    track_finish(&track);
}

static void secrets_in_urls_are_masked(void **state)
{
    (void)state;
    struct sample sample;
    init(&sample);
    sample_set_input(&sample, "http://me:secret@h/?key=x");
    sample.result.url = sample.result.final_url = "http://me:***@h/?key=x";
    struct track track = track_of(&sample, false);
    assert_string_equal(track.input, "http://me:***@h/?key=***");
    assert_string_equal(track.url, "http://me:***@h/?key=***");
    assert_string_equal(track.hops[0].url, "http://me:***@h/?key=***");
    track_finish(&track);
}

static void what_never_began_has_no_hop(void **state)
{
    (void)state;
    struct sample sample;
    init(&sample);
    sample_fail(&sample, HAUL_CLASS_URL, 0, "no URL");
    sample.result.url = sample.result.final_url = NULL;
    sample.result.started = 0;
    struct track track = track_of(&sample, false);
    int64_t from, to;
    assert_int_equal(track.hop_count, 0);
    assert_int_equal(track.start, -1);
    assert_int_equal(track.epoch, 0);
    assert_null(track.url);
    assert_string_equal(track.error_class, "url");
    assert_string_equal(track.message, "no URL");
    track_bounds(&track, &from, &to);
    assert_true(from == 0 && to == 0);
    track_finish(&track);
}

static void what_is_no_record(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"v\":1}",
        "{\"v\":2,\"input\":\"\",\"ok\":true,\"time\":{}}",
        "{\"v\":1,\"input\":3,\"ok\":true,\"time\":{}}",
        "{\"v\":1,\"input\":\"\",\"ok\":1,\"time\":{}}",
        "{\"v\":1,\"input\":\"\",\"ok\":true,\"time\":[]}",
        "text",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct track track;
        assert_int_equal(track_read(texts[i], strlen(texts[i]), &track), HAUL_E_INVALID);
    }
}

/* A file may hold anything: what has the wrong form is unknown. */
static void odd_values_are_unknown(void **state)
{
    static const char text[] =
        "{\"v\":1,\"input\":\"i\",\"ok\":true,\"time\":{\"queue\":-1,\"dns\":\"x\",\"total\":1e300},\"index\":-5,"
        "\"line\":1e99,\"status\":1e9,\"start\":0,\"ts\":null,\"lane\":{},\"url\":[],\"bytes\":-3,\"tries\":{\"a\":3},"
        "\"hops\":[1,null,{\"start\":1e30,\"url\":5,\"request_headers\":{\"a\":[1,\"x\"],\"b\":2},"
        "\"response_headers\":[[\"y\"]]}]}";
    (void)state;
    struct track track;
    assert_int_equal(track_read(text, sizeof(text) - 1, &track), 0);
    assert_int_equal(track.index, 0);
    assert_int_equal(track.line, 0);
    assert_int_equal(track.status, 0);
    assert_int_equal(track.bytes, 0);
    assert_int_equal(track.lane, -1);
    assert_int_equal(track.time.phases[PHASE_QUEUE], 0);
    assert_int_equal(track.time.total, 0);
    assert_null(track.url);
    assert_int_equal(track.hop_count, 3);
    assert_null(track.hops[2].url);
    assert_int_equal(track.hops[2].start, 0);
    assert_int_equal(track.hops[2].request_headers.count, 1);
    track_finish(&track);
}

struct spans {
    struct track_span at[16];
    size_t count;
};

static void take(void *data, const struct track_span *span)
{
    struct spans *spans = data;
    assert_true(spans->count < 16);
    spans->at[spans->count++] = *span;
}

static void assert_span(const struct track_span *span, enum phase phase, int64_t from, int64_t to)
{
    assert_int_equal(span->phase, phase);
    assert_int_equal(span->from, from);
    assert_int_equal(span->to, to);
}

static void spans_follow_each_other(void **state)
{
    (void)state;
    struct sample sample;
    struct spans spans = {0};
    int64_t from, to;
    init(&sample);
    struct track track = track_of(&sample, false);
    track_each_span(&track, take, &spans);
    assert_int_equal(spans.count, 5);
    assert_span(&spans.at[0], PHASE_QUEUE, 150000, 250000);
    assert_span(&spans.at[1], PHASE_DNS, 250000, 260000);
    assert_span(&spans.at[2], PHASE_CONNECT, 260000, 280000);
    assert_span(&spans.at[3], PHASE_WAIT, 280000, 320000);
    assert_span(&spans.at[4], PHASE_TRANSFER, 320000, 370000);
    track_bounds(&track, &from, &to);
    assert_true(from == 150000 && to == 370000);
    track_finish(&track);
}

/* Hops that are said to overlap, which rounding makes of those that follow each other, do not. */
static void spans_do_not_overlap(void **state)
{
    static const char text[] =
        "{\"v\":1,\"input\":\"i\",\"ok\":true,\"time\":{},\"start\":1,\"hops\":["
        "{\"start\":1,\"time\":{\"queue\":2,\"wait\":0.5}},{\"start\":1.4,\"time\":{\"wait\":0.5}},"
        "{\"start\":1.2,\"time\":{\"wait\":0.1}},{\"start\":3,\"time\":{\"queue\":0.5,\"wait\":1}}]}";
    (void)state;
    struct spans spans = {0};
    struct track track;
    assert_int_equal(track_read(text, sizeof(text) - 1, &track), 0);
    track_each_span(&track, take, &spans);
    assert_int_equal(spans.count, 5);
    assert_span(&spans.at[0], PHASE_QUEUE, 0, 1000000);
    assert_span(&spans.at[1], PHASE_WAIT, 1000000, 1500000);
    assert_span(&spans.at[2], PHASE_WAIT, 1500000, 1900000);
    assert_span(&spans.at[3], PHASE_QUEUE, 2500000, 3000000);
    assert_span(&spans.at[4], PHASE_WAIT, 3000000, 4000000);
    track_finish(&track);
}

static void assert_host(const char *url, const char *expected)
{
    size_t size;
    const char *host = track_host(url, &size);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(host, expected, size);
}

static void hosts(void **state)
{
    (void)state;
    assert_host("http://a.test/x@y", "a.test");
    assert_host("https://me:***@a.test:8080?x", "a.test:8080");
    assert_host("http://[::1]:80/", "[::1]:80");
    assert_host("sleep:3", "");
    assert_host(NULL, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_record),
        cmocka_unit_test(a_short_record_of_several_attempts),
        cmocka_unit_test(a_full_record),
        cmocka_unit_test(secrets_in_urls_are_masked),
        cmocka_unit_test(what_never_began_has_no_hop),
        cmocka_unit_test(what_is_no_record),
        cmocka_unit_test(odd_values_are_unknown),
        cmocka_unit_test(spans_follow_each_other),
        cmocka_unit_test(spans_do_not_overlap),
        cmocka_unit_test(hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
