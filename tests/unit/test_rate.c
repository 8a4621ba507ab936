#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/rate.h"

static const int64_t now = 1000 * HAUL_SECOND;
static const int64_t interval = 20 * HAUL_MILLISECOND;

static void test_without_one_all_come_at_once(void **state)
{
    struct haul__rate rate;
    (void)state;
    haul__rate_init(&rate, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(haul__rate_take(&rate, now), now);
}

static void test_they_come_evenly(void **state)
{
    struct haul__rate rate;
    (void)state;
    haul__rate_init(&rate, interval);
    for (int i = 0; i < 100; i++)
        assert_int_equal(haul__rate_take(&rate, now), now + i * interval);
}

/* A timer that is late by less than the grace puts off nobody else; after a pause there is nothing to catch up. */
static void test_lateness_and_pauses(void **state)
{
    struct haul__rate rate;
    int64_t late = now + interval + HAUL_MILLISECOND;
    int64_t paused = now + HAUL_MINUTE;
    (void)state;
    haul__rate_init(&rate, interval);
    assert_int_equal(haul__rate_take(&rate, now), now);
    assert_int_equal(haul__rate_take(&rate, late), late);
    assert_int_equal(haul__rate_take(&rate, late), now + 2 * interval);
    assert_int_equal(haul__rate_take(&rate, paused), paused);
    assert_int_equal(haul__rate_take(&rate, paused), paused + interval);
}

/* Many a millisecond, taken by a loop that is late now and then, come to exactly as many in a second. */
static void test_it_is_exact_over_time(void **state)
{
    struct haul__rate rate;
    int64_t each = HAUL_SECOND / 10000, time = now;
    int taken = 0;
    (void)state;
    haul__rate_init(&rate, each);
    while (time < now + HAUL_SECOND) {
        int64_t moment = haul__rate_take(&rate, time);
        if (moment >= now + HAUL_SECOND)
            break;
        taken++;
        /* Timers are late by up to five milliseconds. */
        if (moment > time)
            time = moment + (taken % 7) * HAUL_MILLISECOND * 5 / 7;
    }
    assert_in_range(taken, 9950, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_one_all_come_at_once),
        cmocka_unit_test(test_they_come_evenly),
        cmocka_unit_test(test_lateness_and_pauses),
        cmocka_unit_test(test_it_is_exact_over_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
