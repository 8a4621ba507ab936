#include "failing_memory.h"
#include "stage.h"

#include "core/loop.h"

#include <errno.h>

struct sleeper {
    struct haul_coroutine coroutine;
    struct stage *stage;
    const char *name;
    int64_t deadline;
    int64_t duration;
    bool has_deadline;
};

static struct haul_step sleeper(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(sleeper);
    if (self->has_deadline)
        HAUL_AWAIT(haul_sleep_until(task, self->deadline));
    else
        HAUL_AWAIT(haul_sleep(task, self->duration));
    stage_say(self->stage, "%s at %d", self->name, (int)stage_time(self->stage));
    HAUL_FINALLY;
    HAUL_END;
}

static void sleep_for(struct stage *stage, const char *name, int64_t duration)
{
    assert_int_equal(
        haul_task_create(stage->loop, HAUL_CALL(sleeper, .stage = stage, .name = name, .duration = duration), NULL), 0);
}

static void test_order_of_deadlines(void **state)
{
    struct stage *stage = *state;
    sleep_for(stage, "three", 3 * HAUL_SECOND);
    sleep_for(stage, "two", 2 * HAUL_SECOND);
    sleep_for(stage, "one", HAUL_SECOND);
    sleep_for(stage, "two again", 2 * HAUL_SECOND);
    sleep_for(stage, "a nanosecond", 1);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "a nanosecond at 0, one at 1000, two at 2000, two again at 2000, three at 3000");
}

static void say_soon(void *data)
{
    stage_say(data, "soon");
}

/* CPython: SleepTests.test_sleep_zero. What was asked for in between is called in between. */
static void test_sleep_zero(void **state)
{
    struct stage *stage = *state;
    sleep_for(stage, "zero", 0);
    sleep_for(stage, "negative", -HAUL_SECOND);
    stage_turn(stage, 1);
    assert_int_equal(haul_loop_call_soon(stage->loop, say_soon, stage, NULL), 0);
    assert_script(stage, "");
    stage_turn(stage, 1);
    assert_script(stage, "zero at 0, negative at 0, soon");
    assert_int_equal(haul__loop_run_once(stage->loop), HAUL_E_STALLED);
}

static void test_sleep_until(void **state)
{
    struct stage *stage = *state;
    stage->clock.now = 5 * HAUL_SECOND;
    haul_loop_update_now(stage->loop);
    struct haul_awaitable past =
        HAUL_CALL(sleeper, .stage = stage, .name = "past", .has_deadline = true, .deadline = HAUL_SECOND);
    struct haul_awaitable future =
        HAUL_CALL(sleeper, .stage = stage, .name = "future", .has_deadline = true, .deadline = 6 * HAUL_SECOND);
    struct haul_awaitable ever =
        HAUL_CALL(sleeper, .stage = stage, .name = "ever", .has_deadline = true, .deadline = INT64_MIN);
    assert_int_equal(haul_task_create(stage->loop, future, NULL), 0);
    assert_int_equal(haul_task_create(stage->loop, past, NULL), 0);
    assert_int_equal(haul_task_create(stage->loop, ever, NULL), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "ever at 5000, past at 5000, future at 6000");
}

static void test_never(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(sleeper, .stage = stage, .name = "never", .duration = HAUL_NEVER));
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), HAUL_E_STALLED);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
}

/* CPython: test_sleep_cancel, test_task_cancel_sleeping_task */
static void test_sleep_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(sleeper, .stage = stage, .name = "long", .duration = 5000 * HAUL_SECOND));
    stage_turn(stage, 1);
    assert_int_equal(stage->loop->timers.count, 1);
    sleep_for(stage, "short", 100 * HAUL_MILLISECOND);
    stage_turn(stage, 2);
    haul_task_cancel(task);
    assert_int_equal(stage->loop->timers.count, 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "short at 100");
    assert_int_equal(stage_time(stage), 100);
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

/* It is due, and has not had its turn: it has slept, and the request comes too late for any await. */
static void test_cancel_of_one_that_is_due(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(sleeper, .stage = stage, .name = "slept", .duration = HAUL_SECOND));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    stage_turn(stage, 1);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "slept at 1000");
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        /* A loop of its own, since timers keep the memory that they once had. */
        struct haul_loop *loop = NULL;
        struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
        struct haul_outcome outcome;
        int code = haul_loop_create(&options, &loop);
        if (code == 0)
            code = haul_run_task(loop, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = 1), &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_loop_destroy(loop), 0);
    }
    assert_script(stage, "a begins, a cancelled, a begins, a ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_order_of_deadlines), on_stage(test_sleep_zero),
        on_stage(test_sleep_until),        on_stage(test_never),
        on_stage(test_sleep_cancel),       on_stage(test_cancel_of_one_that_is_due),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
