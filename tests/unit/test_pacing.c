#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/pacing.h"

enum { burst = 100 };

static const int64_t now = 1000 * HAUL_SECOND;

static void test_a_burst_then_evenly(void **state)
{
    struct haul__pacing pacing;
    (void)state;
    haul__pacing_init(&pacing);
    for (int i = 0; i < burst; i++)
        assert_int_equal(haul__pacing_take(&pacing, now), now);
    /* Ten a millisecond, each later than the one before. */
    for (int i = 1; i <= 1000; i++)
        assert_int_equal(haul__pacing_take(&pacing, now), now + i * HAUL_MILLISECOND / 10);
}

static void test_the_burst_comes_back_with_time(void **state)
{
    struct haul__pacing pacing;
    (void)state;
    haul__pacing_init(&pacing);
    for (int i = 0; i < burst; i++)
        haul__pacing_take(&pacing, now);
    int64_t later = now + 2 * HAUL_MILLISECOND;
    for (int i = 0; i < 20; i++)
        assert_int_equal(haul__pacing_take(&pacing, later), later);
    assert_true(haul__pacing_take(&pacing, later) > later);
    /* Not more than it was, however long nothing happens. */
    later += HAUL_MINUTE;
    for (int i = 0; i < burst; i++)
        assert_int_equal(haul__pacing_take(&pacing, later), later);
    assert_true(haul__pacing_take(&pacing, later) > later);
}

static void test_what_is_returned_can_be_taken(void **state)
{
    struct haul__pacing pacing;
    (void)state;
    haul__pacing_init(&pacing);
    for (int i = 0; i < burst; i++)
        haul__pacing_take(&pacing, now);
    haul__pacing_return(&pacing);
    assert_int_equal(haul__pacing_take(&pacing, now), now);
    assert_true(haul__pacing_take(&pacing, now) > now);
}

/* How much later than NOW the one after the burst comes. */
static int64_t interval(const struct haul__pacing *pacing)
{
    struct haul__pacing copy = *pacing;
    copy.due = 0;
    for (int i = 0; i < burst; i++)
        haul__pacing_take(&copy, now);
    return haul__pacing_take(&copy, now) - now;
}

static void test_it_learns(void **state)
{
    struct haul__pacing pacing;
    (void)state;
    haul__pacing_init(&pacing);
    int64_t first = interval(&pacing);
    haul__pacing_learn(&pacing, HAUL_MILLISECOND);
    assert_true(interval(&pacing) < first);
    int64_t quicker = interval(&pacing);
    /* Neither quick nor sent again. */
    haul__pacing_learn(&pacing, 300 * HAUL_MILLISECOND);
    assert_int_equal(interval(&pacing), quicker);
    haul__pacing_learn(&pacing, 1010 * HAUL_MILLISECOND);
    assert_int_equal(interval(&pacing), 2 * quicker);
}

static void test_its_limits(void **state)
{
    struct haul__pacing pacing;
    (void)state;
    haul__pacing_init(&pacing);
    for (int i = 0; i < 10000; i++)
        haul__pacing_learn(&pacing, 0);
    assert_int_equal(interval(&pacing), HAUL_MILLISECOND / 40);
    for (int i = 0; i < 100; i++)
        haul__pacing_learn(&pacing, 3 * HAUL_SECOND);
    assert_int_equal(interval(&pacing), 4 * HAUL_MILLISECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_then_evenly),
        cmocka_unit_test(test_the_burst_comes_back_with_time),
        cmocka_unit_test(test_what_is_returned_can_be_taken),
        cmocka_unit_test(test_it_learns),
        cmocka_unit_test(test_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
