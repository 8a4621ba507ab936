/* Attempts after the first, pauses that hosts ask for, and rates. */
#include "failing_memory.h"
#include "fetch_stand.h"

#include "net/rate.h"

#include <errno.h>

static struct stand *quick(void **state)
{
    struct stand *stand = *state;
    stand->options.retries = 3;
    stand->options.retry_delay = HAUL_MILLISECOND;
    return stand;
}

static void test_it_is_tried_again(void **state)
{
    struct stand *stand = quick(state);
    struct haul_result *result = stand_fetch(stand, "/flaky/a?times=2");
    assert_true(result->ok);
    assert_int_equal(result->status, 200);
    assert_int_equal(result->attempts, 3);
    assert_int_equal(result->try_count, 3);
    assert_string_equal((const char *)result->body, "flaky\n");
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(result->tries[i].status, i < 2 ? 503 : 200);
        assert_int_equal(result->tries[i].error_class, i < 2 ? HAUL_CLASS_HTTP : HAUL_CLASS_NONE);
        assert_true(result->tries[i].total > 0);
        assert_true(i == 0 || result->tries[i].started >= result->tries[i - 1].started + result->tries[i - 1].total);
    }
    assert_int_equal(result->tries[0].started, result->started);
    assert_int_equal(result->tries[2].total, result->time.total);
    assert_true(result->tries[2].started + result->time.total <= result->ended);
    assert_times_fit(result);
    haul_result_destroy(result);
    assert_int_equal(stand_statistics(stand).waiting_for_host, 0);
}

static void test_until_there_is_no_attempt_left(void **state)
{
    struct stand *stand = quick(state);
    struct haul_result *result = stand_fetch(stand, "/flaky/b?times=9");
    assert_false(result->ok);
    assert_int_equal(result->attempts, 4);
    assert_int_equal(result->tries[3].status, 503);
    assert_string_equal(result->message, "503 Service Unavailable");
    haul_result_destroy(result);
}

static void test_what_is_not_tried_again(void **state)
{
    static const char *const paths[] = {"/ok", "/status/404", "/reset", "/garbage", "/redirect-loop", "sleep:0"};
    struct stand *stand = quick(state);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct haul_result *result = stand_fetch(stand, paths[i]);
        assert_int_equal(result->attempts, 1);
        assert_non_null(result->tries);
        haul_result_destroy(result);
    }
    struct haul_result *result = stand_fetch(stand, "ftp://example.com/");
    assert_int_equal(result->attempts, 0);
    assert_null(result->tries);
    haul_result_destroy(result);
}

/* Those at the bounds of an odd choice. */
static bool is_odd(void *data, int status)
{
    (void)data;
    return status == 503 || status == 404;
}

static void test_what_is_ok_is_not_tried_again(void **state)
{
    struct stand *stand = quick(state);
    stand->options.retry_all_errors = true;
    stand->options.is_ok = is_odd;
    static const char *const paths[] = {"/status/503", "/status/404", "sleep:0"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct haul_result *result = stand_fetch(stand, paths[i]);
        assert_true(result->ok);
        assert_null(result->message);
        assert_int_equal(result->attempts, 1);
        assert_int_equal(result->tries[0].error_class, HAUL_CLASS_NONE);
        haul_result_destroy(result);
    }
    struct haul_result *result = stand_fetch(stand, "/ok");
    assert_false(result->ok);
    assert_int_equal(result->error_class, HAUL_CLASS_HTTP);
    assert_string_equal(result->message, "the status is not one that is ok");
    assert_int_equal(result->attempts, 4);
    haul_result_destroy(result);
}

static void test_all_errors(void **state)
{
    static const char *const paths[] = {"/status/404", "/reset", "/redirect-loop", "/redirect?to=ftp://x/"};
    struct stand *stand = quick(state);
    stand->options.retry_all_errors = true;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct haul_result *result = stand_fetch(stand, paths[i]);
        assert_int_equal(result->attempts, 4);
        assert_false(result->ok);
        haul_result_destroy(result);
    }
    /* Over a connection that was there the request would be sent again at once. */
    stand_renew(stand);
    struct haul_result *result = stand_fetch(stand, "/flaky/c?times=2&drop=1");
    assert_true(result->ok);
    assert_int_equal(result->attempts, 3);
    assert_int_equal(result->tries[0].error_class, HAUL_CLASS_CONNECT);
    haul_result_destroy(result);
}

/* An attempt begins with the URL that was asked for, whatever it was redirected to. */
static void test_redirects_are_followed_anew(void **state)
{
    struct stand *stand = quick(state);
    struct haul_result *result = stand_fetch(stand, "/redirect?to=/flaky/d%3Ftimes=2");
    assert_true(result->ok);
    assert_int_equal(result->attempts, 3);
    assert_int_equal(result->redirects, 1);
    assert_string_equal(result->final_url, stand_url(stand, "/flaky/d?times=2"));
    assert_times_fit(result);
    haul_result_destroy(result);
}

/* The time for an attempt is each attempt's. */
static void test_each_attempt_has_its_time(void **state)
{
    struct stand *stand = quick(state);
    stand->options.retries = 1;
    stand->options.max_time = 20 * HAUL_MILLISECOND;
    struct haul_result *result = stand_fetch(stand, "/delay/10000");
    assert_int_equal(result->error_class, HAUL_CLASS_TIMEOUT);
    assert_int_equal(result->attempts, 2);
    for (unsigned i = 0; i < 2; i++)
        assert_true(result->tries[i].total >= 20 * HAUL_MILLISECOND);
    haul_result_destroy(result);
}

struct taker {
    char bytes[64];
    size_t size;
    unsigned restarts;
    int answer; /* to a restart */
};

static int take(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    struct taker *taker = data;
    (void)so_far;
    assert_true(taker->size + size < sizeof(taker->bytes));
    memcpy(taker->bytes + taker->size, bytes, size);
    taker->size += size;
    return 0;
}

static int restart(void *data)
{
    struct taker *taker = data;
    taker->restarts++;
    if (taker->answer == 0)
        taker->size = 0;
    return taker->answer;
}

static struct haul_result *fetch_into(struct stand *stand, const char *path, struct taker *taker,
                                      haul_restart_fn *restart_fn)
{
    struct haul_outcome outcome;
    const char *url = stand_url(stand, path);
    int code = haul_run_task(stand->loop,
                             HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = url, .body = take,
                                       .body_data = taker, .restart = restart_fn),
                             &outcome);
    assert_int_equal(code, 0);
    assert_int_equal(outcome.code, 0);
    return outcome.value.pointer;
}

static void test_the_body_comes_anew(void **state)
{
    struct stand *stand = quick(state);
    struct taker taker = {0};
    struct haul_result *result = fetch_into(stand, "/flaky/e?times=2", &taker, restart);
    assert_true(result->ok);
    assert_int_equal(taker.restarts, 2);
    assert_int_equal(taker.size, 6);
    assert_memory_equal(taker.bytes, "flaky\n", 6);
    haul_result_destroy(result);
}

static void test_a_body_that_cannot_be_taken_back(void **state)
{
    struct stand *stand = quick(state);
    struct taker taker = {.answer = -EPIPE};
    struct haul_result *result = fetch_into(stand, "/flaky/f?times=2", &taker, restart);
    assert_int_equal(result->attempts, 1);
    assert_int_equal(result->status, 503);
    haul_result_destroy(result);
    taker = (struct taker){0};
    result = fetch_into(stand, "/flaky/g?times=2", &taker, NULL);
    assert_int_equal(result->attempts, 1);
    assert_int_equal(taker.size, 8);
    haul_result_destroy(result);
}

static void test_a_cancel_between_attempts(void **state)
{
    struct stand *stand = quick(state);
    struct stand_task task;
    stand->options.retry_delay = HAUL_MINUTE;
    stand_begin(stand, &task, "/flaky/h?times=2");
    while (stand_statistics(stand).waiting_for_host == 0 || stand_statistics(stand).in_flight > 0)
        stand_turn(stand, 1);
    stand_end_cancelled(stand, &task);
    assert_int_equal(stand_statistics(stand).waiting_for_host, 0);
    assert_idle(stand);
}

struct pauses {
    unsigned count;
    int status;
    int64_t duration;
};

static void note_pause(void *data, const struct haul_url *url, int status, int64_t duration)
{
    struct pauses *pauses = data;
    assert_non_null(strstr(haul_url_text(url), "127.0.0.1"));
    pauses->count++;
    pauses->status = status;
    pauses->duration = duration;
}

/* All for the host wait, the next attempt too; who is asked is told once. */
static void test_a_host_that_asks_for_a_pause(void **state)
{
    struct stand *stand = quick(state);
    struct stand_task tasks[4];
    struct pauses pauses = {0};
    stand->options.pause = note_pause;
    stand->options.pause_data = &pauses;
    stand->options.retry_after_limit = 50 * HAUL_MILLISECOND;
    stand->options.per_host = 1;
    stand_begin(stand, &tasks[0], "/flaky/i?failure=429&after=3600");
    stand_begin_all(stand, tasks + 1, 3, "/ok");
    for (size_t i = 0; i < 4; i++) {
        struct haul_result *result;
        assert_int_equal(stand_end(stand, &tasks[i], &result), 0);
        assert_true(result->ok);
        assert_int_equal(result->attempts, i == 0 ? 2 : 1);
        if (i > 0)
            assert_true(result->time.queue >= 50 * HAUL_MILLISECOND);
        else
            assert_true(result->tries[1].started - result->tries[0].started >= 50 * HAUL_MILLISECOND);
        haul_result_destroy(result);
    }
    assert_int_equal(pauses.count, 1);
    assert_int_equal(pauses.status, 429);
    assert_int_equal(pauses.duration, 50 * HAUL_MILLISECOND);
}

/* Where the last attempt has asked for it and nothing else comes, nobody is told; who comes meanwhile is. */
static void test_a_pause_is_told_when_somebody_waits(void **state)
{
    struct stand *stand = quick(state);
    struct stand_task late[2];
    struct pauses pauses = {0};
    stand->options.pause = note_pause;
    stand->options.pause_data = &pauses;
    stand->options.retry_max_time = 0;
    stand->options.retry_after_limit = HAUL_MINUTE;
    struct haul_result *result = stand_fetch(stand, "/retry?after=60");
    assert_int_equal(result->attempts, 1);
    haul_result_destroy(result);
    assert_int_equal(pauses.count, 0);
    stand_begin_all(stand, late, 2, "/ok");
    while (stand_statistics(stand).waiting_for_host < 1)
        stand_turn(stand, 1);
    assert_int_equal(pauses.count, 1);
    assert_int_equal(pauses.status, 429);
    assert_int_equal(pauses.duration, HAUL_MINUTE);
    for (size_t i = 0; i < 2; i++)
        stand_end_cancelled(stand, &late[i]);
    assert_int_equal(pauses.count, 1);
}

/* Other hosts do not wait with it. */
static void test_a_pause_is_of_one_host(void **state)
{
    struct stand *stand = quick(state);
    struct stand_task paused;
    char other[64];
    stand->options.retry_after_limit = HAUL_MINUTE;
    stand_begin(stand, &paused, "/flaky/j?after=60");
    while (stand_statistics(stand).waiting_for_host == 0 || stand_statistics(stand).in_flight > 0)
        stand_turn(stand, 1);
    snprintf(other, sizeof(other), "http://localhost:%u/ok", stand->origin.port);
    struct haul_result *result = stand_fetch(stand, other);
    assert_true(result->ok);
    haul_result_destroy(result);
    stand_end_cancelled(stand, &paused);
}

static void test_without_retries_there_is_no_pause(void **state)
{
    struct stand *stand = *state;
    struct pauses pauses = {0};
    stand->options.pause = note_pause;
    stand->options.pause_data = &pauses;
    for (int i = 0; i < 2; i++) {
        struct haul_result *result = stand_fetch(stand, "/retry?after=3600");
        assert_int_equal(result->status, 429);
        assert_int_equal(result->attempts, 1);
        assert_null(result->tries);
        haul_result_destroy(result);
    }
    assert_int_equal(pauses.count, 0);
}

/* However many may be in flight, each is let go its interval after the one before. */
static void assert_evenly(struct stand *stand, size_t count, int64_t interval)
{
    struct stand_task tasks[10];
    int64_t first = INT64_MAX, last = 0;
    for (size_t i = 0; i < count; i++)
        stand_begin(stand, &tasks[i], i % 2 ? "/ok" : "/delay/5");
    for (size_t i = 0; i < count; i++) {
        struct haul_result *result;
        assert_int_equal(stand_end(stand, &tasks[i], &result), 0);
        assert_true(result->ok);
        first = result->started < first ? result->started : first;
        last = result->started > last ? result->started : last;
        haul_result_destroy(result);
    }
    assert_true(last - first >= (int64_t)(count - 1) * interval - HAUL__RATE_GRACE);
}

static void test_a_rate_for_all(void **state)
{
    struct stand *stand = *state;
    stand->options.interval = 15 * HAUL_MILLISECOND;
    assert_evenly(stand, 8, 15 * HAUL_MILLISECOND);
}

/* Who has a place and waits for its moment is not in flight. */
static void test_waiting_for_a_rate_is_no_flight(void **state)
{
    struct stand *stand = *state;
    struct stand_task tasks[5];
    stand->options.interval = HAUL_MINUTE;
    stand_begin_all(stand, tasks, 5, "/ok");
    struct haul_result *result;
    assert_int_equal(stand_end(stand, &tasks[0], &result), 0);
    haul_result_destroy(result);
    assert_int_equal(stand_statistics(stand).peak_in_flight, 1);
    assert_int_equal(stand_statistics(stand).in_flight, 0);
    for (size_t i = 1; i < 5; i++)
        stand_end_cancelled(stand, &tasks[i]);
}

static void test_a_rate_for_each_host(void **state)
{
    struct stand *stand = *state;
    struct stand_task other;
    char url[64];
    stand->options.host_interval = 30 * HAUL_MILLISECOND;
    assert_evenly(stand, 5, 30 * HAUL_MILLISECOND);
    /* What is left of the interval is kept when nobody uses the host. */
    struct haul_result *first = stand_fetch(stand, "/ok"), *second = stand_fetch(stand, "/ok");
    assert_true(second->started - first->started >= 30 * HAUL_MILLISECOND - HAUL__RATE_GRACE);
    haul_result_destroy(first);
    haul_result_destroy(second);
    /* Those that wait do not count as in flight, and another host goes at once. */
    struct stand_task tasks[3];
    stand_begin_all(stand, tasks, 3, "/ok");
    snprintf(url, sizeof(url), "http://localhost:%u/ok", stand->origin.port);
    stand_begin(stand, &other, url);
    struct haul_result *result;
    assert_int_equal(stand_end(stand, &other, &result), 0);
    assert_true(stand_statistics(stand).waiting_for_host > 0);
    haul_result_destroy(result);
    stand_end_all(stand, tasks, 3);
}

static void test_out_of_memory(void **state)
{
    struct stand *stand = quick(state);
    stand->options.host_interval = HAUL_MILLISECOND;
    stand_client(stand);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_outcome outcome;
        char url[256];
        snprintf(url, sizeof(url), "%s", stand_url(stand, "/flaky/k?times=1000000"));
        int code = haul_run_task(stand->loop, HAUL_CALL(haul_fetch, .client = stand->client, .text = url), &outcome);
        if (code == 0 && outcome.code == 0)
            haul_result_destroy(outcome.value.pointer);
        else
            assert_int_equal(code == 0 ? outcome.code : code, -ENOMEM);
        assert_int_equal(stand_statistics(stand).waiting_for_host, 0);
        assert_int_equal(stand_statistics(stand).in_flight, 0);
    }
}

#define STAND_TEST(name) cmocka_unit_test_setup_teardown(name, stand_open, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAND_TEST(test_it_is_tried_again),
        STAND_TEST(test_until_there_is_no_attempt_left),
        STAND_TEST(test_what_is_not_tried_again),
        STAND_TEST(test_what_is_ok_is_not_tried_again),
        STAND_TEST(test_all_errors),
        STAND_TEST(test_redirects_are_followed_anew),
        STAND_TEST(test_each_attempt_has_its_time),
        STAND_TEST(test_the_body_comes_anew),
        STAND_TEST(test_a_body_that_cannot_be_taken_back),
        STAND_TEST(test_a_cancel_between_attempts),
        STAND_TEST(test_a_host_that_asks_for_a_pause),
        STAND_TEST(test_a_pause_is_told_when_somebody_waits),
        STAND_TEST(test_a_pause_is_of_one_host),
        STAND_TEST(test_without_retries_there_is_no_pause),
        STAND_TEST(test_a_rate_for_all),
        STAND_TEST(test_waiting_for_a_rate_is_no_flight),
        STAND_TEST(test_a_rate_for_each_host),
        STAND_TEST(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
