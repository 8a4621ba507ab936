#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* Awaits a future behind a shield, and says "CODE", or "=VALUE"; then sleeps if it is told to, and says "slept CODE".
 */
struct shielder {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *future;
    bool sleeps;
    int code;
};

static struct haul_step shielder(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(shielder);
    HAUL_AWAIT_CODE(self->code, haul_shield(task, self->future));
    if (self->code == 0)
        stage_say(self->stage, "=%d", (int)haul_awaited(task).integer);
    else
        stage_say(self->stage, "%d", self->code);
    if (self->sleeps) {
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, 1));
        stage_say(self->stage, "slept %d", self->code);
    }
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

#define SHIELDER(stage_, ...) HAUL_CALL(shielder, .stage = (stage_), .future = __VA_ARGS__)

static struct haul_future *a_future(struct stage *stage)
{
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    return future;
}

static void settle(struct haul_future *future, int64_t value)
{
    assert_int_equal(haul_future_set_value(future, (union haul_value){.integer = value}, NULL), 0);
}

/* CPython: test_shield_result, test_shield_exception, test_shield_shortcut: where it is done it does not wait. */
static void test_outcome(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = a_future(stage);
    struct haul_task *task = stage_task(stage, SHIELDER(stage, future));
    stage_turn(stage, 1);
    settle(future, 7);
    assert_int_equal(stage_end(stage, task), 0);
    task = stage_task(stage, SHIELDER(stage, future));
    stage_turn(stage, 1);
    assert_true(haul_future_done(haul_task_future(task)));
    haul_task_unref(task);
    assert_script(stage, "=7, =7");
    haul_future_unref(future);

    future = a_future(stage);
    task = stage_task(stage, SHIELDER(stage, future));
    stage_turn(stage, 1);
    haul_future_set_error(future, -EIO);
    assert_int_equal(stage_end(stage, task), -EIO);
    assert_script(stage, "-5");
    haul_future_unref(future);
}

/* CPython: test_shield_effect: the cancel ends the wait, at once, and what is waited for runs on. */
static void test_shield_effect(void **state)
{
    struct stage *stage = *state;
    struct haul_task *inner =
        stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "inner", .duration = HAUL_SECOND, .result = 42));
    struct haul_task *outer = stage_task(stage, SHIELDER(stage, haul_task_future(inner), .sleeps = true));
    stage_turn(stage, 1);
    haul_task_cancel(outer);
    assert_int_equal(stage_end(stage, outer), 0);
    assert_script(stage, "inner begins, 1, slept 0");
    assert_int_equal(stage_end(stage, inner), 0);
    assert_script(stage, "inner ends");
}

/* CPython: test_shield_cancel_inner */
static void test_shield_cancel_inner(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = a_future(stage);
    struct haul_task *task = stage_task(stage, SHIELDER(stage, future, .sleeps = true));
    stage_turn(stage, 1);
    haul_future_cancel(future);
    /* One that comes on top is the same one: the await gives it. */
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "1, slept 0");
    haul_future_unref(future);
}

/* A value that is on its way when the cancel comes is given, and the request stays for the next await. */
static void test_cancel_with_the_value(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = a_future(stage);
    struct haul_task *task = stage_task(stage, SHIELDER(stage, future, .sleeps = true));
    stage_turn(stage, 1);
    settle(future, 7);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "=7, slept 1");
    haul_future_unref(future);
}

/* The error of one that nobody waits for any more is reported. */
static void test_error_behind_a_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_task *inner =
        stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "inner", .duration = HAUL_SECOND, .failure = -EIO));
    struct haul_task *outer = stage_task(stage, SHIELDER(stage, haul_task_future(inner)));
    haul_task_unref(inner);
    stage_turn(stage, 1);
    haul_task_cancel(outer);
    assert_int_equal(stage_end(stage, outer), HAUL_E_CANCELLED);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "inner begins, 1, inner ends, report -5");
}

/* The wait may have had the only reference. */
static void test_last_reference(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = a_future(stage);
    struct haul_task *task = stage_task(stage, SHIELDER(stage, future));
    stage_turn(stage, 1);
    haul_future_unref(future);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "1");
}

/* Gathers two futures, each behind a shield where it is told so, and says the outcomes. */
struct gatherer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *futures[2];
    bool shields;
    struct haul_outcome outcomes[2];
    int code;
};

static struct haul_step gatherer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(gatherer);
    struct haul_awaitable awaitables[2];
    struct shielder frames[2];
    for (int i = 0; i < 2; i++) {
        frames[i] = HAUL_FRAME(shielder, .stage = self->stage, .future = self->futures[i]);
        awaitables[i] = self->shields ? HAUL_AWAITABLE(frames[i]) : haul_future_awaitable(self->futures[i]);
    }
    HAUL_AWAIT_CODE(self->code, haul_gather(task, awaitables, 2, HAUL_GATHER_FAIL_FAST, self->outcomes));
    stage_say(self->stage, "gathered %d", self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_RETURN(.integer = self->outcomes[0].value.integer + self->outcomes[1].value.integer);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_shield_gather: a gather behind a shield, which is a task that gathers, runs on. */
static void test_shield_gather(void **state)
{
    struct stage *stage = *state;
    struct haul_future *futures[] = {a_future(stage), a_future(stage)};
    struct haul_task *inner =
        stage_task(stage, HAUL_CALL(gatherer, .stage = stage, .futures = {futures[0], futures[1]}));
    struct haul_task *outer = stage_task(stage, SHIELDER(stage, haul_task_future(inner)));
    stage_turn(stage, 1);
    haul_task_cancel(outer);
    assert_int_equal(stage_end(stage, outer), HAUL_E_CANCELLED);
    settle(futures[0], 1);
    settle(futures[1], 2);
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(inner)), 0);
    assert_int_equal(haul_future_value(haul_task_future(inner)).integer, 3);
    assert_script(stage, "1, gathered 0");
    haul_task_unref(inner);
    haul_future_unref(futures[0]);
    haul_future_unref(futures[1]);
}

/* CPython: test_gather_shield: a cancel of the gather stops at the shields. */
static void test_gather_shield(void **state)
{
    struct stage *stage = *state;
    struct haul_future *futures[] = {a_future(stage), a_future(stage)};
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(gatherer, .stage = stage, .futures = {futures[0], futures[1]}, .shields = true));
    stage_turn(stage, 2);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "1, 1, gathered 1");
    assert_false(haul_future_done(futures[0]));
    assert_false(haul_future_done(futures[1]));
    haul_future_unref(futures[0]);
    haul_future_unref(futures[1]);
}

static void test_allocates_nothing(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = a_future(stage);
    struct haul_task *task = stage_task(stage, SHIELDER(stage, future));
    size_t allocations = failing_memory_count();
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_int_equal(failing_memory_count(), allocations);
    stage_forget(stage);
    haul_future_unref(future);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_outcome),
        on_stage(test_shield_effect),
        on_stage(test_shield_cancel_inner),
        on_stage(test_cancel_with_the_value),
        on_stage(test_error_behind_a_cancel),
        on_stage(test_last_reference),
        on_stage(test_shield_gather),
        on_stage(test_gather_shield),
        on_stage(test_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
