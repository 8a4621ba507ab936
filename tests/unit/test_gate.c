#include "output/gate.h"

#include <haul/error.h>
#include <haul/future.h>
#include <haul/loop.h>
#include <haul/run.h>
#include <haul/task.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    struct haul_virtual_clock clock;
    struct haul_loop *loop;
    struct gate gate;
};

static void set_up(struct fixture *fixture)
{
    *fixture = (struct fixture){0};
    struct haul_loop_options options = {.clock = haul_virtual_clock(&fixture->clock)};
    assert_int_equal(haul_loop_create(&options, &fixture->loop), 0);
    gate_init(&fixture->gate);
}

static void tear_down(struct fixture *fixture)
{
    gate_finish(&fixture->gate);
    assert_int_equal(haul_loop_finish(fixture->loop), 0);
}

static void close_again(void *data)
{
    gate_close(data);
}

static void reopen(void *data)
{
    gate_open(data);
}

/* Runs until nothing is left to do: those that wait at the gate stay there. */
static void run(struct fixture *fixture)
{
    assert_int_equal(haul_loop_run_forever(fixture->loop), HAUL_E_STALLED);
}

static struct haul_task *passing(struct fixture *fixture)
{
    struct haul_task *task;
    assert_int_equal(haul_task_create(fixture->loop, HAUL_CALL(gate_pass, .gate = &fixture->gate), &task), 0);
    return task;
}

static int is_done(struct haul_task *task)
{
    return haul_future_done(haul_task_future(task));
}

static void test_open_at_first(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    assert_true(gate_is_open(&fixture.gate));
    struct haul_task *task = passing(&fixture);
    run(&fixture);
    assert_true(is_done(task));
    haul_task_unref(task);
    tear_down(&fixture);
}

static void test_all_wait_and_all_pass(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    gate_close(&fixture.gate);
    gate_close(&fixture.gate);
    assert_false(gate_is_open(&fixture.gate));
    struct haul_task *first = passing(&fixture);
    struct haul_task *second = passing(&fixture);
    run(&fixture);
    assert_false(is_done(first) || is_done(second));
    gate_open(&fixture.gate);
    gate_open(&fixture.gate);
    run(&fixture);
    assert_true(is_done(first) && is_done(second));
    haul_task_unref(first);
    haul_task_unref(second);
    tear_down(&fixture);
}

/* Opened and closed at once, nobody passes: the one who was on the way through waits again, and so do those behind. */
static void test_closed_before_their_turn(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    gate_close(&fixture.gate);
    struct haul_task *first = passing(&fixture);
    struct haul_task *second = passing(&fixture);
    run(&fixture);
    gate_open(&fixture.gate);
    gate_close(&fixture.gate);
    run(&fixture);
    assert_false(is_done(first) || is_done(second));
    gate_open(&fixture.gate);
    run(&fixture);
    assert_true(is_done(first) && is_done(second));
    haul_task_unref(first);
    haul_task_unref(second);
    tear_down(&fixture);
}

static void test_closed_and_opened_on_the_way(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    gate_close(&fixture.gate);
    struct haul_task *task = passing(&fixture);
    run(&fixture);
    gate_open(&fixture.gate);
    assert_int_equal(haul_loop_call_soon(fixture.loop, close_again, &fixture.gate, NULL), 0);
    assert_int_equal(haul_loop_call_soon(fixture.loop, reopen, &fixture.gate, NULL), 0);
    run(&fixture);
    assert_true(is_done(task));
    assert_true(gate_is_open(&fixture.gate));
    haul_task_unref(task);
    tear_down(&fixture);
}

static void test_cancelled_waiter_leaves_no_trace(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    gate_close(&fixture.gate);
    struct haul_task *cancelled = passing(&fixture);
    struct haul_task *other = passing(&fixture);
    run(&fixture);
    haul_task_cancel(cancelled);
    gate_open(&fixture.gate);
    gate_close(&fixture.gate);
    run(&fixture);
    assert_int_equal(haul_future_code(haul_task_future(cancelled)), HAUL_E_CANCELLED);
    assert_false(is_done(other));
    gate_open(&fixture.gate);
    run(&fixture);
    assert_int_equal(haul_future_code(haul_task_future(other)), 0);
    haul_task_unref(cancelled);
    haul_task_unref(other);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_at_first),
        cmocka_unit_test(test_all_wait_and_all_pass),
        cmocka_unit_test(test_closed_before_their_turn),
        cmocka_unit_test(test_closed_and_opened_on_the_way),
        cmocka_unit_test(test_cancelled_waiter_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
