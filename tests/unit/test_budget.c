#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/budget.h"

static void test_plenty(void **state)
{
    static const struct {
        size_t concurrency;
        size_t shards;
        size_t kept;
    } cases[] = {{1, 1, 2},      {50, 1, 100},    {128, 1, 256},       {129, 2, 256},
                 {1000, 8, 256}, {8000, 63, 256}, {1000000, 256, 256}, {0, 64, 256}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct haul__budget budget = haul__budget_make(cases[i].concurrency, 1 << 20);
        assert_int_equal(budget.shards, cases[i].shards);
        assert_int_equal(budget.kept, cases[i].kept);
        assert_int_equal(budget.shard_size, 128);
        assert_int_equal(budget.connections, (1 << 20) - 2 * budget.shards);
        assert_false(budget.is_tight);
    }
}

static void test_few(void **state)
{
    static const struct {
        size_t concurrency;
        size_t descriptors;
        size_t shards;
        size_t connections;
    } cases[] = {{1000, 48, 1, 46}, {50, 48, 1, 46},     {20, 48, 0, 0},      {1000, 0, 1, 1},      {1000, 3, 1, 1},
                 {0, 48, 1, 46},    {1000, 129, 1, 127}, {1000, 130, 2, 126}, {1000, 1000, 8, 984}, {50, 130, 0, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct haul__budget budget = haul__budget_make(cases[i].concurrency, cases[i].descriptors);
        assert_int_equal(budget.is_tight, cases[i].shards > 0);
        if (budget.is_tight) {
            assert_int_equal(budget.shards, cases[i].shards);
            assert_int_equal(budget.connections, cases[i].connections);
        }
    }
}

/* All that may be open has a descriptor, and all transfers that may run have a shard. */
static void test_it_fits(void **state)
{
    (void)state;
    for (size_t concurrency = 0; concurrency < 2000; concurrency += 7)
        for (size_t descriptors = 3; descriptors < 5000; descriptors += 11) {
            struct haul__budget budget = haul__budget_make(concurrency, descriptors);
            size_t open = budget.is_tight ? budget.shards * budget.kept : budget.connections;
            assert_true(budget.shards * 2 + open <= descriptors);
            assert_true(budget.shards >= 1 && budget.connections >= 1);
            if (budget.is_tight) {
                assert_true(budget.shard_size <= budget.kept);
                assert_true(budget.shards * budget.shard_size >= budget.connections ||
                            budget.shards * budget.shard_size >= concurrency);
            }
        }
}

static void test_what_is_left(void **state)
{
    struct rlimit before, limit;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){64, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    size_t left = haul__descriptors_left();
    assert_in_range(left, 1, 64 - 3);
    int one = dup(STDERR_FILENO);
    assert_int_equal(haul__descriptors_left(), left - 1);
    close(one);
    limit.rlim_cur = (rlim_t)one;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(haul__descriptors_left(), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plenty),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_it_fits),
        cmocka_unit_test(test_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
