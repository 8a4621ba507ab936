#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* Sleeps inside of two scopes, one in the other; says what each made of it. */
struct sleeper {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int64_t outer_deadline;
    int64_t inner_deadline;
    int64_t duration;
    int64_t sleeps_again; /* between the scopes' ends */
    bool works;           /* so long that all deadlines have passed */
    struct haul_timeout outer;
    struct haul_timeout inner;
    int code;
};

static struct haul_step sleeper(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(sleeper);
    assert_int_equal(haul_timeout_enter(task, &self->outer, self->outer_deadline), 0);
    assert_int_equal(haul_timeout_enter(task, &self->inner, self->inner_deadline), 0);
    if (self->works)
        self->stage->clock.now = 10 * HAUL_SECOND;
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->duration));
    self->code = haul_timeout_leave(task, &self->inner, self->code);
    stage_say(self->stage, "inner %s at %d", haul_error_name(self->code), (int)stage_time(self->stage));
    if (self->sleeps_again > 0 && self->code != HAUL_E_CANCELLED)
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->sleeps_again));
    self->code = haul_timeout_leave(task, &self->outer, self->code);
    stage_say(self->stage, "outer %s at %d", haul_error_name(self->code), (int)stage_time(self->stage));
    stage_say(self->stage, "cancelling %u", haul_task_cancelling(task));
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_in_time(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(sleeper, .stage = stage, .outer_deadline = HAUL_NEVER,
                                                .inner_deadline = 2 * HAUL_SECOND, .duration = HAUL_SECOND)),
                     0);
    assert_script(stage, "inner 0 at 1000, outer 0 at 1000, cancelling 0");
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_int_equal(stage_time(stage), 1000);
}

/* CPython: test_nested_timeouts */
static void test_nested_timeouts(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(sleeper, .stage = stage, .outer_deadline = 2 * HAUL_SECOND,
                                                .inner_deadline = HAUL_SECOND, .duration = 5 * HAUL_SECOND)),
                     HAUL_E_TIMEOUT);
    assert_script(stage, "inner HAUL_E_TIMEOUT at 1000, outer HAUL_E_TIMEOUT at 1000, cancelling 0");
}

static void test_outer_first(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(sleeper, .stage = stage, .outer_deadline = HAUL_SECOND,
                                                .inner_deadline = 2 * HAUL_SECOND, .duration = 5 * HAUL_SECOND)),
                     HAUL_E_TIMEOUT);
    assert_script(stage, "inner HAUL_E_CANCELLED at 1000, outer HAUL_E_TIMEOUT at 1000, cancelling 0");
}

static void test_outer_after_inner(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(sleeper, .stage = stage, .outer_deadline = 2 * HAUL_SECOND,
                                                .inner_deadline = HAUL_SECOND, .duration = 5 * HAUL_SECOND,
                                                .sleeps_again = 5 * HAUL_SECOND)),
                     HAUL_E_TIMEOUT);
    assert_script(stage, "inner HAUL_E_TIMEOUT at 1000, outer HAUL_E_TIMEOUT at 2000, cancelling 0");
}

/* CPython: test_nested_timeouts_loop_busy. Both have passed when the loop has time to look. */
static void test_nested_timeouts_loop_busy(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(sleeper, .stage = stage, .outer_deadline = 2 * HAUL_SECOND,
                                                .inner_deadline = HAUL_SECOND, .duration = 50 * HAUL_SECOND,
                                                .sleeps_again = 50 * HAUL_SECOND, .works = true)),
                     HAUL_E_TIMEOUT);
    assert_script(stage, "inner HAUL_E_CANCELLED at 10000, outer HAUL_E_TIMEOUT at 10000, cancelling 0");
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

/* CPython: test_foreign_cancel_doesnt_timeout_if_not_expired */
static void test_foreign_cancel_doesnt_timeout_if_not_expired(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(sleeper, .stage = stage, .outer_deadline = 3 * HAUL_SECOND,
                                    .inner_deadline = 2 * HAUL_SECOND, .duration = 5 * HAUL_SECOND));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "inner HAUL_E_CANCELLED at 1000, outer HAUL_E_CANCELLED at 1000, cancelling 1");
}

/* A cancel by somebody else that comes with the deadline is not turned into a timeout. */
static void test_foreign_cancel_with_the_deadline(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(sleeper, .stage = stage, .outer_deadline = HAUL_NEVER,
                                                         .inner_deadline = HAUL_SECOND, .duration = 5 * HAUL_SECOND));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "inner HAUL_E_CANCELLED at 1000, outer HAUL_E_CANCELLED at 1000, cancelling 1");
}

struct late_scope {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *future;
    bool ignores_a_cancel;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step late_scope(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(late_scope);
    if (self->ignores_a_cancel) {
        haul_task_cancel(task);
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    }
    assert_int_equal(haul_timeout_enter(task, &self->timeout, HAUL_SECOND), 0);
    HAUL_AWAIT_CODE(self->code, haul_future_wait(task, self->future));
    stage_say(self->stage, "await %d", self->code);
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "sleep %d, cancelling %u", self->code, haul_task_cancelling(task));
    HAUL_FINALLY;
    HAUL_END;
}

static void settle(void *data)
{
    haul_future_set_value(data, (union haul_value){.integer = 1}, NULL);
}

/* The value is on its way when the deadline passes: it is kept, and the scope takes its own request back, and that
 * alone, also where an older one was ignored. */
static void test_value_on_its_way(void **state)
{
    struct stage *stage = *state;
    for (int ignores = 0; ignores < 2; ignores++) {
        stage->clock.now = 0;
        struct haul_future *future;
        assert_int_equal(haul_future_create(stage->loop, &future), 0);
        struct haul_task *task =
            stage_task(stage, HAUL_CALL(late_scope, .stage = stage, .future = future, .ignores_a_cancel = ignores));
        stage_turn(stage, 2 - !ignores);
        settle(future);
        stage->clock.now = HAUL_SECOND;
        assert_int_equal(stage_end(stage, task), 0);
        if (ignores)
            assert_script(stage, "await 0, sleep 0, cancelling 1");
        else
            assert_script(stage, "await 0, sleep 0, cancelling 0");
        haul_future_unref(future);
        stage->clock.now = 0;
        haul_loop_update_now(stage->loop);
    }
}

/* The same, and somebody else asks too: that request is delivered at the next await. */
static void test_value_on_its_way_and_foreign_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task = stage_task(stage, HAUL_CALL(late_scope, .stage = stage, .future = future));
    stage_turn(stage, 1);
    settle(future);
    haul_task_cancel(task);
    stage->clock.now = HAUL_SECOND;
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "await 0, sleep 1, cancelling 1");
    haul_future_unref(future);
}

/* CPython: test_uncancel_structured_blocks: a scope that has expired leaves nothing behind, one that was cancelled from
 * outside lets it pass, one inside of a task that was cancelled before works all the same. */
struct structured {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step structured(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(structured);
    haul_task_cancel(task);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    assert_int_equal(self->code, HAUL_E_CANCELLED);
    assert_int_equal(
        haul_timeout_enter(task, &self->timeout, haul_deadline(haul_loop_now(self->stage->loop), HAUL_SECOND)), 0);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 5 * HAUL_SECOND));
    assert_int_equal(self->code, HAUL_E_CANCELLED);
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    assert_int_equal(self->code, HAUL_E_TIMEOUT);
    assert_int_equal(haul_task_cancelling(task), 1);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_uncancel_structured_blocks(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(structured, .stage = stage)), 0);
    assert_int_equal(stage_time(stage), 2000);
}

struct rescheduler {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step rescheduler(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(rescheduler);
    assert_int_equal(haul_timeout_enter(task, &self->timeout, HAUL_SECOND), 0);
    assert_int_equal(haul_timeout_reschedule(&self->timeout, 3 * HAUL_SECOND), 0);
    HAUL_AWAIT(haul_sleep(task, 2 * HAUL_SECOND));
    assert_int_equal(haul_timeout_reschedule(&self->timeout, HAUL_NEVER), 0);
    HAUL_AWAIT(haul_sleep(task, 2 * HAUL_SECOND));
    assert_int_equal(haul_timeout_reschedule(&self->timeout, 5 * HAUL_SECOND), 0);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 2 * HAUL_SECOND));
    assert_int_equal(self->code, HAUL_E_CANCELLED);
    /* Too late: it has expired, once. */
    assert_int_equal(haul_timeout_reschedule(&self->timeout, 6 * HAUL_SECOND), 0);
    HAUL_AWAIT(haul_sleep(task, 2 * HAUL_SECOND));
    assert_int_equal(haul_timeout_leave(task, &self->timeout, HAUL_E_CANCELLED), HAUL_E_TIMEOUT);
    HAUL_FINALLY;
    HAUL_END;
}

/* Is cancelled before it enters a scope whose deadline has come, and awaits in it. */
struct latecomer {
    struct haul_coroutine coroutine;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step latecomer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(latecomer);
    haul_task_cancel(task);
    assert_int_equal(haul_timeout_enter(task, &self->timeout, haul_loop_now(haul_task_loop(task))), 0);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    HAUL_RETURN(.integer = self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* The request of before is given in the scope, by the same await as the scope's own: it is not the scope's to turn. */
static void test_request_from_before(void **state)
{
    struct stage *stage = *state;
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stage->loop, HAUL_CALL(latecomer, .code = 0), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.value.integer, HAUL_E_CANCELLED);
}

static void test_reschedule(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(rescheduler, .stage = stage)), 0);
    assert_int_equal(stage_time(stage), 7000);
}

struct scoped {
    struct haul_coroutine coroutine;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step scoped(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(scoped);
    self->code = haul_timeout_enter(task, &self->timeout, HAUL_SECOND);
    if (self->code == 0)
        self->code = haul_timeout_reschedule(&self->timeout, 2 * HAUL_SECOND);
    if (self->code == 0)
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, 1));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop = NULL;
        struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
        struct haul_outcome outcome;
        int code = haul_loop_create(&options, &loop);
        if (code == 0)
            code = haul_run_task(loop, HAUL_CALL(scoped), &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_loop_destroy(loop), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_in_time),
        on_stage(test_nested_timeouts),
        on_stage(test_outer_first),
        on_stage(test_outer_after_inner),
        on_stage(test_nested_timeouts_loop_busy),
        on_stage(test_foreign_cancel_doesnt_timeout_if_not_expired),
        on_stage(test_foreign_cancel_with_the_deadline),
        on_stage(test_value_on_its_way),
        on_stage(test_value_on_its_way_and_foreign_cancel),
        on_stage(test_uncancel_structured_blocks),
        on_stage(test_request_from_before),
        on_stage(test_reschedule),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
