#include "compare/shuffle.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static void test_every_number_is_there_once(void **state)
{
    enum { count = 1000 };
    size_t order[count];
    bool is_there[count] = {false};
    (void)state;

    shuffle(order, count, 42);
    for (size_t i = 0; i < count; i++) {
        assert_true(order[i] < count && !is_there[order[i]]);
        is_there[order[i]] = true;
    }
    shuffle(order, 0, 42);
}

static void test_the_same_for_the_same_seed(void **state)
{
    size_t one[20];
    size_t same[20];
    size_t other[20];
    (void)state;

    shuffle(one, 20, 1);
    shuffle(same, 20, 1);
    shuffle(other, 20, 2);
    assert_memory_equal(one, same, sizeof(one));
    assert_memory_not_equal(one, other, sizeof(one));
}

/* Of 6000 shufflings of three each of the six orders comes up about 1000 times: 29 is the standard deviation. */
static void test_each_order_is_as_probable(void **state)
{
    size_t seen[27] = {0};
    (void)state;

    for (uint64_t seed = 0; seed < 6000; seed++) {
        size_t order[3];
        shuffle(order, 3, seed * 7919);
        seen[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    const size_t places[] = {5, 7, 11, 15, 19, 21};
    for (size_t i = 0; i < 6; i++)
        assert_in_range(seen[places[i]], 880, 1120);
}

static void test_seeds_differ(void **state)
{
    (void)state;
    assert_true(shuffle_seed() != shuffle_seed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number_is_there_once),
        cmocka_unit_test(test_the_same_for_the_same_seed),
        cmocka_unit_test(test_each_order_is_as_probable),
        cmocka_unit_test(test_seeds_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
