#include "failing_memory.h"
#include "stage.h"

#include "base/heap.h"

#include <errno.h>
#include <stdlib.h>

enum { many = 1000 };

static struct haul_timer timers[many];

static void forget_timers(void)
{
    for (size_t i = 0; i < many; i++)
        timers[i] = (struct haul_timer){.index = HAUL__NO_TIMER};
}

static struct haul_timer *take_first(struct haul__heap *heap)
{
    struct haul_timer *timer = haul__heap_first(heap);
    haul__heap_remove(heap, timer);
    return timer;
}

static void test_earliest_first(void **state)
{
    (void)state;
    struct haul__heap heap;
    const int64_t deadlines[] = {30, -5, 20, INT64_MAX - 1, 10, INT64_MIN};
    const size_t order[] = {5, 1, 4, 2, 0, 3};
    forget_timers();
    haul__heap_init(&heap);
    assert_null(haul__heap_first(&heap));
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(haul__heap_add(&heap, &timers[i], deadlines[i]), 0);
    for (size_t i = 0; i < 6; i++)
        assert_ptr_equal(take_first(&heap), &timers[order[i]]);
    assert_null(haul__heap_first(&heap));
    haul__heap_finish(&heap);
}

static void test_equal_deadlines_in_order_of_setting(void **state)
{
    (void)state;
    struct haul__heap heap;
    forget_timers();
    haul__heap_init(&heap);
    for (size_t i = 0; i < many; i++)
        assert_int_equal(haul__heap_add(&heap, &timers[i], 7), 0);
    /* Taken out of the middle and set anew, one is the last. */
    haul__heap_remove(&heap, &timers[500]);
    assert_int_equal(haul__heap_add(&heap, &timers[500], 7), 0);
    for (size_t i = 0; i < many; i++)
        if (i != 500)
            assert_ptr_equal(take_first(&heap), &timers[i]);
    assert_ptr_equal(take_first(&heap), &timers[500]);
    haul__heap_finish(&heap);
}

static void test_remove_of_one_that_is_not_in(void **state)
{
    (void)state;
    struct haul__heap heap;
    forget_timers();
    haul__heap_init(&heap);
    haul__heap_remove(&heap, &timers[0]);
    assert_int_equal(haul__heap_add(&heap, &timers[0], 1), 0);
    haul__heap_remove(&heap, &timers[0]);
    haul__heap_remove(&heap, &timers[0]);
    assert_int_equal(timers[0].index, HAUL__NO_TIMER);
    assert_null(haul__heap_first(&heap));
    haul__heap_finish(&heap);
}

/* Against the plainest thing that does the same: a table of deadlines, searched. */
static void compare_with_a_table(size_t near_least)
{
    struct haul__heap heap;
    int64_t deadlines[many];
    uint64_t sequences[many];
    uint64_t sequence = 0;
    forget_timers();
    haul__heap_init(&heap);
    heap.near_least = near_least;
    heap.near_most = near_least;
    srand(1);
    for (int step = 0; step < 20000; step++) {
        size_t i = (size_t)rand() % many;
        if (timers[i].index == HAUL__NO_TIMER) {
            deadlines[i] = rand() % 50;
            sequences[i] = sequence++;
            assert_int_equal(haul__heap_add(&heap, &timers[i], deadlines[i]), 0);
        } else {
            haul__heap_remove(&heap, &timers[i]);
        }
        if (step % 100 != 0)
            continue;
        size_t first = many;
        for (size_t j = 0; j < many; j++) {
            if (timers[j].index == HAUL__NO_TIMER)
                continue;
            assert_ptr_equal(heap.slots[timers[j].index].timer, &timers[j]);
            if (first == many || deadlines[j] < deadlines[first] ||
                (deadlines[j] == deadlines[first] && sequences[j] < sequences[first]))
                first = j;
        }
        assert_ptr_equal(haul__heap_first(&heap), first < many ? &timers[first] : NULL);
        if (first < many)
            assert_int_equal(haul__heap_first_deadline(&heap), deadlines[first]);
    }
    haul__heap_finish(&heap);
}

static void test_against_a_table(void **state)
{
    (void)state;
    compare_with_a_table(many);
}

/* With a horizon, which few are before. */
static void test_far_ones_against_a_table(void **state)
{
    (void)state;
    compare_with_a_table(8);
    compare_with_a_table(100);
}

static void test_many_and_far(void **state)
{
    (void)state;
    enum { count = 200000 };
    struct haul_timer *all = malloc(count * sizeof(all[0]));
    int64_t *deadlines = malloc(count * sizeof(deadlines[0]));
    assert_non_null(all);
    assert_non_null(deadlines);
    struct haul__heap heap;
    haul__heap_init(&heap);
    srand(2);
    for (int i = 0; i < count; i++) {
        all[i] = (struct haul_timer){.index = HAUL__NO_TIMER};
        deadlines[i] = rand() % 100000;
        assert_int_equal(haul__heap_add(&heap, &all[i], deadlines[i]), 0);
    }
    assert_true(heap.near < heap.count / 2);
    for (int i = 0; i < count; i += 3)
        haul__heap_remove(&heap, &all[i]);
    const struct haul_timer *before = NULL;
    for (int left = count - (count + 2) / 3; left > 0; left--) {
        const struct haul_timer *timer = take_first(&heap);
        assert_true((timer - all) % 3 != 0);
        if (before) {
            assert_true(deadlines[before - all] <= deadlines[timer - all]);
            assert_true(deadlines[before - all] < deadlines[timer - all] || before < timer);
        }
        before = timer;
    }
    assert_null(haul__heap_first(&heap));
    haul__heap_finish(&heap);
    free(deadlines);
    free(all);
}

/* As timeouts are: nearly all are taken out before they are due. What they leave behind does not pile up. */
static void test_what_is_taken_out_goes(void **state)
{
    (void)state;
    struct haul__heap heap;
    forget_timers();
    haul__heap_init(&heap);
    assert_int_equal(haul__heap_add(&heap, &timers[0], 0), 0);
    assert_int_equal(haul__heap_add(&heap, &timers[1], 1), 0);
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(haul__heap_add(&heap, &timers[2], 1000000 - (int64_t)i), 0);
        haul__heap_remove(&heap, &timers[2]);
    }
    assert_true(heap.used <= 6);
    assert_ptr_equal(take_first(&heap), &timers[0]);
    assert_ptr_equal(take_first(&heap), &timers[1]);
    assert_null(haul__heap_first(&heap));
    assert_int_equal(heap.count, 0);
    haul__heap_finish(&heap);
}

static void test_order_outlives_the_wrap_of_sequences(void **state)
{
    (void)state;
    struct haul__heap heap;
    forget_timers();
    haul__heap_init(&heap);
    heap.sequence = UINT32_MAX - many / 2;
    /* By deadline, and of equal ones by setting: those that are even come first. */
    for (size_t i = 0; i < many; i++)
        assert_int_equal(haul__heap_add(&heap, &timers[i], i % 2 == 0 ? 7 : 8), 0);
    assert_int_equal(heap.sequence, many);
    haul__heap_remove(&heap, &timers[4]);
    for (size_t i = 0; i < many; i += 2)
        if (i != 4)
            assert_ptr_equal(take_first(&heap), &timers[i]);
    for (size_t i = 1; i < many; i += 2)
        assert_ptr_equal(take_first(&heap), &timers[i]);
    assert_null(haul__heap_first(&heap));
    haul__heap_finish(&heap);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__heap heap;
        size_t count = 0;
        forget_timers();
        haul__heap_init(&heap);
        for (size_t i = 0; i < many; i++) {
            int code = haul__heap_add(&heap, &timers[i], (int64_t)i);
            assert_true(code == 0 || (code == -ENOMEM && failing_memory_happened()));
            assert_int_equal(timers[i].index == HAUL__NO_TIMER, code != 0);
            count += code == 0;
        }
        assert_int_equal(count, failing_memory_happened() ? many - 1 : many);
        assert_int_equal(heap.count, count);
        haul__heap_finish(&heap);
    }
}

static void add_twice(void *data)
{
    haul__heap_add(data, &timers[0], 1);
    haul__heap_add(data, &timers[0], 2);
}

static void test_adding_twice_is_a_mistake(void **state)
{
    (void)state;
    struct haul__heap heap;
    forget_timers();
    haul__heap_init(&heap);
    assert_true(meets_assert(add_twice, &heap));
    haul__heap_finish(&heap);
}

static void test_entry_is_small(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct haul__heap_entry) + sizeof(union haul__heap_slot), 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_earliest_first),
        cmocka_unit_test(test_equal_deadlines_in_order_of_setting),
        cmocka_unit_test(test_remove_of_one_that_is_not_in),
        cmocka_unit_test(test_against_a_table),
        cmocka_unit_test(test_far_ones_against_a_table),
        cmocka_unit_test(test_many_and_far),
        cmocka_unit_test(test_what_is_taken_out_goes),
        cmocka_unit_test(test_order_outlives_the_wrap_of_sequences),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_adding_twice_is_a_mistake),
        cmocka_unit_test(test_entry_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
