#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "net/lanes.h"

static size_t take(struct haul__lanes *lanes)
{
    size_t lane;
    assert_int_equal(haul__lanes_take(lanes, &lane), 0);
    return lane;
}

static void test_the_lowest_that_is_free(void **state)
{
    (void)state;
    struct haul__lanes lanes = {0};
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(take(&lanes), i);
    haul__lanes_give(&lanes, 999);
    haul__lanes_give(&lanes, 64);
    haul__lanes_give(&lanes, 3);
    assert_int_equal(take(&lanes), 3);
    assert_int_equal(take(&lanes), 64);
    assert_int_equal(take(&lanes), 999);
    assert_int_equal(take(&lanes), 1000);
    haul__lanes_finish(&lanes);
}

static void test_without_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__lanes lanes = {0};
        size_t lane, taken = 0;
        int code = 0;
        while (taken < 100 && (code = haul__lanes_take(&lanes, &lane)) == 0)
            assert_int_equal(lane, taken++);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(taken < 100, failing_memory_happened());
        haul__lanes_finish(&lanes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_lowest_that_is_free),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
