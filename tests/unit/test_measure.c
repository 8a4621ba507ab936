#include "compare/measure.h"

#include "run/entry.h"

#include <haul/client.h>
#include <haul/duration.h>

#include <math.h>
#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

static const int64_t start = 1000 * HAUL_SECOND;

static void emit(struct measured_run *run, uint64_t index, struct haul_result result, int64_t out)
{
    struct entry entry = {.index = index, .result = &result};

    measure_emit(run, &entry, start + out);
}

static void test_run_of_three(void **state)
{
    const struct haul_client_statistics statistics = {.peak_in_flight = 2, .connections = 7, .reused = 1};
    struct measured_run run;
    (void)state;

    assert_int_equal(measure_begin(&run, 3, start), 0);
    emit(&run, 2, (struct haul_result){.ok = true, .status = 200, .bytes = 10, .time = {.total = 30, .queue = 500}},
         100);
    emit(&run, 0, (struct haul_result){.error_class = HAUL_CLASS_TIMEOUT, .bytes = 1, .time = {.total = 90}}, 200);
    emit(&run, 1, (struct haul_result){.error_class = HAUL_CLASS_HTTP, .status = 404, .time = {.total = 50}}, 600);
    measure_end(&run, start + 700, &statistics);

    assert_int_equal(run.wall, 700);
    assert_int_equal(run.first_out, 100);
    assert_int_equal(run.mean_out, 300);
    assert_int_equal(run.slowest, 0);
    assert_int_equal(measure_slowest_total(&run), 90);
    assert_int_equal(run.sum_of_totals, 170);
    assert_int_equal(run.bytes, 11);
    assert_int_equal(run.peak_in_flight, 2);
    assert_int_equal(run.connections, 7);
    assert_int_equal(run.not_ok, 2);
    assert_int_equal(run.emitted, 3);

    assert_true(run.urls[2].ok);
    assert_int_equal(run.urls[2].status, 200);
    assert_int_equal(run.urls[2].bytes, 10);
    assert_int_equal(run.urls[2].total, 30);
    assert_int_equal(run.urls[2].out, 100);
    assert_false(run.urls[0].ok);
    assert_int_equal(run.urls[0].error_class, HAUL_CLASS_TIMEOUT);
    assert_int_equal(run.urls[0].out, 200);
    assert_int_equal(run.urls[1].error_class, HAUL_CLASS_HTTP);
    measure_finish(&run);
}

static void test_the_first_of_two_equally_slow_counts(void **state)
{
    const struct haul_client_statistics statistics = {0};
    struct measured_run run;
    (void)state;

    assert_int_equal(measure_begin(&run, 3, start), 0);
    emit(&run, 2, (struct haul_result){.ok = true, .time = {.total = 5}}, 5);
    emit(&run, 1, (struct haul_result){.ok = true, .time = {.total = 5}}, 6);
    emit(&run, 0, (struct haul_result){.ok = true, .time = {.total = 1}}, 7);
    measure_end(&run, start + 7, &statistics);
    assert_int_equal(run.slowest, 1);
    measure_finish(&run);
}

static void test_run_of_an_empty_list(void **state)
{
    const struct haul_client_statistics statistics = {0};
    struct measured_run run;
    (void)state;

    assert_int_equal(measure_begin(&run, 0, start), 0);
    measure_end(&run, start + 3, &statistics);
    assert_int_equal(run.wall, 3);
    assert_int_equal(run.first_out, 0);
    assert_int_equal(run.mean_out, 0);
    assert_int_equal(measure_slowest_total(&run), 0);
    assert_int_equal(run.not_ok, 0);
    measure_finish(&run);
}

/* The sum of these is more than an int64_t holds. */
static void test_mean_does_not_overflow(void **state)
{
    enum { count = 2000 };
    const int64_t long_time = INT64_MAX / 1000;
    const struct haul_client_statistics statistics = {0};
    struct measured_run run;
    (void)state;

    assert_int_equal(measure_begin(&run, count, start), 0);
    for (uint64_t i = 0; i < count; i++)
        emit(&run, i, (struct haul_result){.ok = true}, long_time);
    measure_end(&run, start + long_time, &statistics);
    assert_true(run.mean_out > long_time - HAUL_SECOND && run.mean_out < long_time + HAUL_SECOND);
    measure_finish(&run);
}

static void test_finishing_twice_or_nothing(void **state)
{
    struct measured_run run = {0};
    (void)state;

    measure_finish(&run);
    assert_int_equal(measure_begin(&run, 1, start), 0);
    measure_finish(&run);
    measure_finish(&run);
    assert_null(run.urls);
}

static void test_what_a_race_cancelled_did_not_come_out(void **state)
{
    const struct haul_client_statistics statistics = {0};
    struct measured_run run;
    (void)state;

    assert_int_equal(measure_begin(&run, 4, start), 0);
    emit(&run, 1, (struct haul_result){.error_class = HAUL_CLASS_TIMEOUT, .time = {.total = 3}}, 10);
    emit(&run, 2, (struct haul_result){.ok = true, .bytes = 5, .time = {.total = 20}}, 20);
    emit(&run, 0, (struct haul_result){.error_class = HAUL_CLASS_CANCELLED, .bytes = 1, .time = {.total = 99}}, 21);
    measure_end(&run, start + 22, &statistics);
    assert_int_equal(run.wall, 22);
    assert_false(run.is_estimate);
    assert_int_equal(run.came_out, 2);
    assert_int_equal(run.not_ok, 1);
    assert_int_equal(run.first_out, 10);
    assert_int_equal(run.mean_out, 15);
    assert_int_equal(run.bytes, 5);
    assert_int_equal(run.slowest, 2);
    assert_false(run.urls[0].is_out || run.urls[3].is_out);
    measure_finish(&run);
}

/* 4 of 16, which took 10, 20, 30 and 40: a mean of 25, squares of 500 about it, so 166.67 over three; the error is 16
 * times sqrt(166.67 / 4 x 12 / 16) = 5.590. */
static void test_a_sample_is_scaled(void **state)
{
    const struct haul_client_statistics statistics = {0};
    struct measured_run run;
    (void)state;

    assert_int_equal(measure_begin(&run, 16, start), 0);
    run.is_sample = true;
    emit(&run, 3, (struct haul_result){.ok = true}, 10);
    emit(&run, 9, (struct haul_result){.ok = true}, 30);
    emit(&run, 1, (struct haul_result){.ok = true}, 60);
    emit(&run, 15, (struct haul_result){.ok = true}, 100);
    /* It was under way when time was over. */
    emit(&run, 7, (struct haul_result){.ok = true}, 5000);
    measure_end(&run, start + 5004, &statistics);
    assert_true(run.is_estimate);
    assert_int_equal(run.counted, 4);
    assert_int_equal(run.wall, 400);
    assert_true(fabs(run.error - 89.4427) < 0.0001);
    measure_finish(&run);
}

static void test_a_sample_of_one_has_no_error_and_one_of_all_is_none(void **state)
{
    const struct haul_client_statistics statistics = {0};
    struct measured_run run;
    (void)state;

    assert_int_equal(measure_begin(&run, 2, start), 0);
    run.is_sample = true;
    emit(&run, 1, (struct haul_result){.ok = true}, 10);
    measure_end(&run, start + 11, &statistics);
    assert_true(run.is_estimate && run.wall == 20 && isnan(run.error));
    measure_finish(&run);

    assert_int_equal(measure_begin(&run, 3, start), 0);
    run.is_sample = true;
    emit(&run, 1, (struct haul_result){.ok = true}, 10);
    emit(&run, 2, (struct haul_result){.ok = true}, 50);
    measure_end(&run, start + 51, &statistics);
    assert_true(run.is_estimate && run.wall == 30 && isnan(run.error));
    measure_finish(&run);

    assert_int_equal(measure_begin(&run, 2, start), 0);
    run.is_sample = true;
    emit(&run, 1, (struct haul_result){.ok = true}, 10);
    emit(&run, 0, (struct haul_result){.ok = true}, 20);
    measure_end(&run, start + 21, &statistics);
    assert_true(!run.is_estimate && run.wall == 21);
    measure_finish(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_of_three),
        cmocka_unit_test(test_the_first_of_two_equally_slow_counts),
        cmocka_unit_test(test_run_of_an_empty_list),
        cmocka_unit_test(test_mean_does_not_overflow),
        cmocka_unit_test(test_finishing_twice_or_nothing),
        cmocka_unit_test(test_what_a_race_cancelled_did_not_come_out),
        cmocka_unit_test(test_a_sample_is_scaled),
        cmocka_unit_test(test_a_sample_of_one_has_no_error_and_one_of_all_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
