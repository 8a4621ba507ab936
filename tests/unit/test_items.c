#include "failing_memory.h"
#include "stage.h"

#include "core/items.h"

#include <errno.h>
#include <stdlib.h>

static void add(struct haul__items *items, int64_t value)
{
    assert_int_equal(haul__items_reserve(items), 0);
    haul__items_add(items, (union haul_value){.integer = value});
}

static int64_t take(struct haul__items *items)
{
    return haul__items_take(items).integer;
}

/* By the upper digits alone, so that some are equal. */
static int is_less(union haul_value item, union haul_value other)
{
    return item.integer / 1000 < other.integer / 1000;
}

/* The ring goes round, and grows wherever its first stands. */
static void test_first_in_first_out(void **state)
{
    (void)state;
    for (int ahead = 0; ahead < 20; ahead++) {
        struct haul__items items;
        haul__items_init(&items, NULL);
        int64_t added = 0;
        int64_t taken = 0;
        for (; added < ahead; added++) {
            add(&items, added);
            assert_int_equal(take(&items), taken++);
        }
        for (int round = 0; round < 100; round++) {
            add(&items, added++);
            add(&items, added++);
            assert_int_equal(take(&items), taken++);
        }
        assert_int_equal(items.count, 100);
        while (items.count > 0)
            assert_int_equal(take(&items), taken++);
        assert_int_equal(taken, added);
        haul__items_finish(&items);
    }
}

static void test_before(void **state)
{
    (void)state;
    static const int64_t in[] = {5000, 3000, 9000, 1000, 3001, 1001, 3002};
    static const int64_t out[] = {1000, 1001, 3000, 3001, 3002, 5000, 9000};
    struct haul__items items;
    haul__items_init(&items, is_less);
    for (int i = 0; i < 7; i++)
        add(&items, in[i]);
    for (int i = 0; i < 7; i++)
        assert_int_equal(take(&items), out[i]);
    haul__items_finish(&items);
}

/* The lower digits say in which order they were added. */
static void test_before_at_random(void **state)
{
    (void)state;
    srandom(5);
    struct haul__items items;
    haul__items_init(&items, is_less);
    int64_t count[20] = {0};
    for (int round = 0; round < 2000; round++) {
        int64_t key = random() % 20;
        add(&items, key * 1000 + count[key]++);
    }
    int64_t last = -1;
    for (int i = 0; i < 2000; i++) {
        int64_t item = take(&items);
        assert_true(item > last);
        last = item;
    }
    assert_int_equal(items.count, 0);
    haul__items_finish(&items);
}

static void test_no_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__items items;
        haul__items_init(&items, NULL);
        int64_t added = 0;
        int code = 0;
        while (code == 0 && added < 50) {
            code = haul__items_reserve(&items);
            if (code == 0)
                haul__items_add(&items, (union haul_value){.integer = added++});
        }
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        for (int64_t i = 0; i < added; i++)
            assert_int_equal(take(&items), i);
        haul__items_finish(&items);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_in_first_out),
        cmocka_unit_test(test_before),
        cmocka_unit_test(test_before_at_random),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
