#include "run/entry.h"
#include "run/order.h"

#include <haul/result.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { entry_count = 5 };

struct fixture {
    struct order order;
    struct entry *entries[entry_count];
    char left[32]; /* the indexes that have left, in order */
};

static void note_left(void *data, struct entry *entry)
{
    struct fixture *fixture = data;
    size_t length = strlen(fixture->left);
    snprintf(fixture->left + length, sizeof(fixture->left) - length, "%d", (int)entry->index);
}

static void begin(struct fixture *fixture, enum mode mode)
{
    *fixture = (struct fixture){0};
    order_init(&fixture->order, mode);
    for (size_t i = 0; i < entry_count; i++) {
        fixture->entries[i] = entry_create("x", 1, NULL, 0);
        assert_non_null(fixture->entries[i]);
        fixture->entries[i]->index = i;
        order_add(&fixture->order, fixture->entries[i]);
    }
}

static void come_out(struct fixture *fixture, size_t index)
{
    fixture->entries[index]->result = haul_result_create_failed(NULL, HAUL_CLASS_URL, "x");
    assert_non_null(fixture->entries[index]->result);
    order_finish(&fixture->order, fixture->entries[index], note_left, fixture);
}

static void test_completion_order_lets_each_leave_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, MODE_AS_COMPLETED);
    const size_t finished[entry_count] = {3, 0, 4, 2, 1};
    for (size_t i = 0; i < entry_count; i++) {
        come_out(&fixture, finished[i]);
        assert_int_equal(strlen(fixture.left), i + 1);
    }
    assert_string_equal(fixture.left, "30421");
    assert_null(order_first(&fixture.order));
}

static void test_input_order_waits_for_those_before(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, MODE_GATHER);
    come_out(&fixture, 1);
    come_out(&fixture, 4);
    assert_string_equal(fixture.left, "");
    come_out(&fixture, 0);
    assert_string_equal(fixture.left, "01");
    come_out(&fixture, 3);
    assert_string_equal(fixture.left, "01");
    assert_int_equal(fixture.order.count, 3);
    come_out(&fixture, 2);
    assert_string_equal(fixture.left, "01234");
    assert_int_equal(fixture.order.count, 0);
}

static void test_next_to_leave_is_the_first_in_input_order(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, MODE_SEQUENTIAL);
    assert_ptr_equal(order_next(&fixture.order, false), fixture.entries[0]);
    come_out(&fixture, 0);
    assert_ptr_equal(order_next(&fixture.order, false), fixture.entries[1]);
    for (size_t i = 1; i < entry_count; i++)
        come_out(&fixture, i);
    assert_null(order_next(&fixture.order, true));
}

static void test_next_to_leave_as_completed_is_the_last_one(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, MODE_AS_COMPLETED);
    assert_null(order_next(&fixture.order, true));
    for (size_t i = 1; i < entry_count; i++)
        come_out(&fixture, i);
    assert_null(order_next(&fixture.order, false));
    assert_ptr_equal(order_next(&fixture.order, true), fixture.entries[0]);
    come_out(&fixture, 0);
}

static void test_dropped_entry_never_leaves(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, MODE_GATHER);
    order_drop(&fixture.order, fixture.entries[0]);
    for (size_t i = 1; i < entry_count; i++)
        come_out(&fixture, i);
    assert_string_equal(fixture.left, "1234");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_completion_order_lets_each_leave_at_once),
        cmocka_unit_test(test_input_order_waits_for_those_before),
        cmocka_unit_test(test_next_to_leave_is_the_first_in_input_order),
        cmocka_unit_test(test_next_to_leave_as_completed_is_the_last_one),
        cmocka_unit_test(test_dropped_entry_never_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
