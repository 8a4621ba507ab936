#include "stage.h"

static void test_monotonic(void **state)
{
    (void)state;
    struct haul_clock clock = haul_clock_monotonic();
    assert_null(clock.advance);
    int64_t before = clock.now(clock.data);
    assert_true(before > 0);
    assert_true(clock.now(clock.data) >= before);
}

static void test_virtual_stands_still(void **state)
{
    (void)state;
    struct haul_virtual_clock virtual_clock = {.now = 5};
    struct haul_clock clock = haul_virtual_clock(&virtual_clock);
    assert_int_equal(clock.now(clock.data), 5);
    clock.advance(clock.data, INT64_MIN);
    assert_int_equal(clock.now(clock.data), 5);
    clock.advance(clock.data, 9);
    assert_int_equal(clock.now(clock.data), 9);
    clock.advance(clock.data, 7);
    assert_int_equal(clock.now(clock.data), 9);
    virtual_clock.now = 20;
    assert_int_equal(clock.now(clock.data), 20);
}

static void test_virtual_ticks(void **state)
{
    (void)state;
    struct haul_virtual_clock virtual_clock = {.tick = 3};
    struct haul_clock clock = haul_virtual_clock(&virtual_clock);
    clock.advance(clock.data, INT64_MIN);
    clock.advance(clock.data, INT64_MIN);
    assert_int_equal(clock.now(clock.data), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monotonic),
        cmocka_unit_test(test_virtual_stands_still),
        cmocka_unit_test(test_virtual_ticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
