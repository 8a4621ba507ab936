#include "output/summary.h"
#include "output/text.h"
#include "sample_entry.h"

#include <haul/client.h>
#include <haul/duration.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct summary *created(void)
{
    struct summary *summary = summary_create();
    assert_non_null(summary);
    return summary;
}

static void add(struct summary *summary, int64_t total)
{
    struct sample sample;
    sample_init(&sample);
    sample.result.time.total = total;
    summary_add(summary, &sample.result);
}

static void add_failed(struct summary *summary, enum haul_class error_class, unsigned attempts)
{
    struct sample sample;
    sample_init(&sample);
    sample_fail(&sample, error_class, 0, "no");
    sample.result.attempts = attempts;
    sample.result.bytes = 0;
    sample.result.time.total = HAUL_SECOND;
    summary_add(summary, &sample.result);
}

static void assert_line(const struct summary *summary, const char *expected)
{
    struct text text = {0};
    summary_append_line(summary, &text);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void test_what_is_done_is_counted_by_itself(void **state)
{
    (void)state;
    struct summary *summary = created();
    struct haul_client_statistics statistics = {0};
    struct summary_counts counts;
    struct text text = {0};
    summary_append_table(summary, HAUL_SECOND, &statistics, &text);
    assert_null(memmem(text.bytes, text.size, "already", 7));
    for (int i = 0; i < 3; i++)
        summary_add_done(summary);
    summary_counts(summary, &counts);
    assert_int_equal(counts.already_done, 3);
    assert_int_equal(counts.urls, 0);
    text_clear(&text);
    summary_append_table(summary, HAUL_SECOND, &statistics, &text);
    assert_non_null(memmem(text.bytes, text.size, "\nalready done 3\n", 16));
    text_finish(&text);
    summary_destroy(summary);
}

static void test_counts(void **state)
{
    (void)state;
    struct summary *summary = created();
    add(summary, 2 * HAUL_SECOND);
    add_failed(summary, HAUL_CLASS_HTTP, 1);
    add_failed(summary, HAUL_CLASS_CANCELLED, 1);
    add_failed(summary, HAUL_CLASS_CANCELLED, 0);
    struct summary_counts counts;
    summary_counts(summary, &counts);
    assert_int_equal(counts.urls, 4);
    assert_int_equal(counts.ok, 1);
    assert_int_equal(counts.not_ok, 3);
    assert_int_equal(counts.unstarted, 1);
    assert_int_equal(counts.bytes, 98);
    assert_int_equal(counts.total, 5 * HAUL_SECOND);
    summary_destroy(summary);
}

static void test_line(void **state)
{
    (void)state;
    struct summary *summary = created();
    add(summary, HAUL_SECOND);
    assert_line(summary, "");
    add_failed(summary, HAUL_CLASS_HTTP, 1);
    assert_line(summary, "1 of 2 URLs not ok (1 http)");
    add_failed(summary, HAUL_CLASS_CONNECT, 1);
    add_failed(summary, HAUL_CLASS_CONNECT, 1);
    assert_line(summary, "3 of 4 URLs not ok (2 connect, 1 http)");
    summary_destroy(summary);
}

static void test_line_of_one(void **state)
{
    (void)state;
    struct summary *summary = created();
    add_failed(summary, HAUL_CLASS_LOCAL, 1);
    assert_line(summary, "1 of 1 URL not ok (1 local)");
    summary_destroy(summary);
}

static void test_table(void **state)
{
    (void)state;
    struct summary *summary = created();
    add(summary, HAUL_SECOND);
    add(summary, 3 * HAUL_SECOND);
    add_failed(summary, HAUL_CLASS_CANCELLED, 1);
    add_failed(summary, HAUL_CLASS_CANCELLED, 0);
    struct haul_client_statistics statistics = {.peak_in_flight = 2, .connections = 1, .reused = 7};
    struct text text = {0};
    summary_append_table(summary, 3 * HAUL_SECOND, &statistics, &text);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, "URLs         4: 2 ok, 2 not ok (2 cancelled)\n"
                                    "cancelled    1 in flight, 1 never started\n"
                                    "statuses     200 2\n"
                                    "bytes        196\n"
                                    "wall time    3.000 s\n"
                                    "in flight    mean 2.0, peak 2\n"
                                    "connections  1 opened, 7 reused\n"
                                    "time         p50 1.000 s, p90 3.000 s, p99 3.000 s\n");
    text_finish(&text);
    summary_destroy(summary);
}

static void test_table_of_nothing(void **state)
{
    (void)state;
    struct summary *summary = created();
    struct haul_client_statistics statistics = {0};
    struct text text = {0};
    summary_append_table(summary, 0, &statistics, &text);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, "URLs         0: 0 ok\n"
                                    "bytes        0\n"
                                    "wall time    0.000 s\n"
                                    "in flight    mean 0.0, peak 0\n"
                                    "connections  0 opened, 0 reused\n"
                                    "time         p50 0.000 s, p90 0.000 s, p99 0.000 s\n");
    text_finish(&text);
    summary_destroy(summary);
}

static int compare_times(const void *one, const void *other)
{
    int64_t first = *(const int64_t *)one;
    int64_t second = *(const int64_t *)other;
    return (first > second) - (first < second);
}

/* Over all magnitudes, beside the exact percentile by the same rule. */
static void test_percentiles_are_close(void **state)
{
    (void)state;
    enum { count = 4000 };
    static int64_t times[count];
    srandom(3);
    for (unsigned magnitude = 0; magnitude < 17; magnitude++) {
        struct summary *summary = created();
        int64_t scale = INT64_C(1000) << (2 * magnitude);
        for (size_t i = 0; i < count; i++) {
            times[i] = scale + random() % (scale * 16);
            add(summary, times[i]);
        }
        qsort(times, count, sizeof(times[0]), compare_times);
        static const unsigned percents[] = {1, 50, 90, 99, 100};
        for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
            int64_t exact = times[count * percents[i] / 100 - 1];
            int64_t error = llabs(summary_percentile(summary, percents[i]) - exact);
            assert_true(error <= exact / 1000 + 500);
        }
        summary_destroy(summary);
    }
}

static void test_percentile_of_one(void **state)
{
    (void)state;
    struct summary *summary = created();
    assert_int_equal(summary_percentile(summary, 50), 0);
    add(summary, 123456789);
    assert_int_equal(summary_percentile(summary, 50), 123456789);
    assert_int_equal(summary_percentile(summary, 99), 123456789);
    summary_destroy(summary);
}

/* Failures count, but not what the end of the run cut off. */
static void test_percentiles_leave_out_cancelled(void **state)
{
    (void)state;
    struct summary *summary = created();
    add(summary, HAUL_MILLISECOND);
    for (int i = 0; i < 10; i++)
        add_failed(summary, HAUL_CLASS_CANCELLED, 1);
    assert_int_equal(summary_percentile(summary, 99), HAUL_MILLISECOND);
    add_failed(summary, HAUL_CLASS_TIMEOUT, 1);
    assert_int_equal(summary_percentile(summary, 99), HAUL_SECOND);
    summary_destroy(summary);
}

/* Longer than the buckets reach: the longest that was seen. */
static void test_extremes(void **state)
{
    (void)state;
    struct summary *summary = created();
    add(summary, 0);
    assert_int_equal(summary_percentile(summary, 50), 0);
    add(summary, INT64_MAX / 2);
    assert_true(summary_percentile(summary, 99) > INT64_MAX / 1000);
    summary_destroy(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_what_is_done_is_counted_by_itself),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_line_of_one),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_of_nothing),
        cmocka_unit_test(test_percentiles_are_close),
        cmocka_unit_test(test_percentile_of_one),
        cmocka_unit_test(test_percentiles_leave_out_cancelled),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
