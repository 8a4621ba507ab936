#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/retry.h"

#include <haul/duration.h>

static struct haul_client_options options;
static struct haul__retries retries;

static int set_up(void **state)
{
    (void)state;
    haul_client_options_init(&options);
    options.retries = 5;
    haul__retries_init(&retries, &options);
    return 0;
}

static struct haul_result failed(int status, enum haul_class error_class, unsigned attempts)
{
    return (struct haul_result){.status = status, .error_class = error_class, .attempts = attempts};
}

static bool take(struct haul_result result, int64_t retry_after, int64_t elapsed, int64_t *ret_delay)
{
    return haul__retries_take(&retries, &result, retries.options->retries, retry_after, elapsed, ret_delay);
}

/* curl's list (curl(1), --retry). */
static void test_what_is_transient(void **state)
{
    static const int transient[] = {408, 429, 500, 502, 503, 504};
    (void)state;
    for (int status = 400; status < 600; status++) {
        bool expected = false;
        for (size_t i = 0; i < sizeof(transient) / sizeof(transient[0]); i++)
            expected |= transient[i] == status;
        struct haul_result result = failed(status, HAUL_CLASS_HTTP, 1);
        assert_int_equal(haul__is_transient(&result), expected);
    }
    for (enum haul_class error_class = HAUL_CLASS_NONE; error_class <= HAUL_CLASS_LOCAL; error_class++) {
        struct haul_result result = failed(200, error_class, 1);
        assert_int_equal(haul__is_transient(&result),
                         error_class == HAUL_CLASS_TIMEOUT || error_class == HAUL_CLASS_DNS);
    }
}

static void test_all_errors(void **state)
{
    int64_t delay;
    (void)state;
    options.retry_all_errors = true;
    for (enum haul_class error_class = HAUL_CLASS_NONE; error_class <= HAUL_CLASS_LOCAL; error_class++) {
        bool expected = error_class != HAUL_CLASS_NONE && error_class != HAUL_CLASS_URL &&
                        error_class != HAUL_CLASS_ADDRESS && error_class != HAUL_CLASS_CANCELLED;
        assert_int_equal(take(failed(0, error_class, 1), 0, 0, &delay), expected);
    }
}

static void test_how_often(void **state)
{
    int64_t delay;
    (void)state;
    for (unsigned attempts = 1; attempts <= 5; attempts++)
        assert_true(take(failed(503, HAUL_CLASS_HTTP, attempts), 0, 0, &delay));
    assert_false(take(failed(503, HAUL_CLASS_HTTP, 6), 0, 0, &delay));
}

/* Anywhere between nothing and 1 s, 2 s, 4 s ..., and not the same each time. */
static void test_delays_grow_and_vary(void **state)
{
    (void)state;
    options.retries = 100;
    for (unsigned attempts = 1; attempts <= 40; attempts++) {
        int64_t longest = attempts < 11 ? HAUL_SECOND << (attempts - 1) : 10 * HAUL_MINUTE;
        int64_t least = INT64_MAX, most = 0;
        if (longest > 10 * HAUL_MINUTE)
            longest = 10 * HAUL_MINUTE;
        for (int i = 0; i < 1000; i++) {
            int64_t delay;
            assert_true(take(failed(503, HAUL_CLASS_HTTP, attempts), 0, 0, &delay));
            assert_true(delay >= 0 && delay < longest);
            least = delay < least ? delay : least;
            most = delay > most ? delay : most;
        }
        /* That a thousand all miss a fifth has a probability of 10^-97. */
        assert_true(least < longest / 5 && most > longest / 5 * 4);
    }
}

static void test_a_given_delay_and_what_the_server_asks(void **state)
{
    int64_t delay;
    (void)state;
    options.retry_delay = 2 * HAUL_SECOND;
    assert_true(take(failed(503, HAUL_CLASS_HTTP, 3), 0, 0, &delay));
    assert_int_equal(delay, 2 * HAUL_SECOND);
    assert_true(take(failed(503, HAUL_CLASS_HTTP, 3), HAUL_SECOND, 0, &delay));
    assert_int_equal(delay, 2 * HAUL_SECOND);
    assert_true(take(failed(503, HAUL_CLASS_HTTP, 3), 30 * HAUL_SECOND, 0, &delay));
    assert_int_equal(delay, 30 * HAUL_SECOND);
    assert_true(take(failed(503, HAUL_CLASS_HTTP, 3), HAUL_NEVER, 0, &delay));
    assert_int_equal(delay, 10 * HAUL_MINUTE);
}

static void test_no_later_than_the_time_for_all(void **state)
{
    int64_t delay;
    (void)state;
    options.retry_delay = 2 * HAUL_SECOND;
    options.retry_max_time = 10 * HAUL_SECOND;
    assert_true(take(failed(503, HAUL_CLASS_HTTP, 1), 0, 8 * HAUL_SECOND, &delay));
    assert_false(take(failed(503, HAUL_CLASS_HTTP, 1), 0, 8 * HAUL_SECOND + 1, &delay));
    assert_false(take(failed(503, HAUL_CLASS_HTTP, 1), 11 * HAUL_SECOND, 0, &delay));
}

/* Ten for whatever there is, and then a share of the fetches. */
static void test_the_budget(void **state)
{
    int64_t delay;
    int taken = 0;
    (void)state;
    options.retry_budget = 20;
    for (int i = 0; i < 100; i++)
        haul__retries_note_fetch(&retries);
    while (taken < 1000 && take(failed(503, HAUL_CLASS_HTTP, 1), 0, 0, &delay))
        taken++;
    assert_in_range(taken, 29, 30);
    for (int i = 0; i < 10; i++)
        haul__retries_note_fetch(&retries);
    assert_true(take(failed(503, HAUL_CLASS_HTTP, 1), 0, 0, &delay));
    /* What may not be tried again in any case costs nothing. */
    assert_false(take(failed(404, HAUL_CLASS_HTTP, 1), 0, 0, &delay));
    assert_true(take(failed(503, HAUL_CLASS_HTTP, 1), 0, 0, &delay));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_transient, set_up),
        cmocka_unit_test_setup(test_all_errors, set_up),
        cmocka_unit_test_setup(test_how_often, set_up),
        cmocka_unit_test_setup(test_delays_grow_and_vary, set_up),
        cmocka_unit_test_setup(test_a_given_delay_and_what_the_server_asks, set_up),
        cmocka_unit_test_setup(test_no_later_than_the_time_for_all, set_up),
        cmocka_unit_test_setup(test_the_budget, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
