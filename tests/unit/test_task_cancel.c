/* Cancelling tasks: when a request is delivered, what becomes of what it meets, and how requests are counted. */
#include "stage.h"

#include "core/task.h"

/* CPython: test_cancel */
static void test_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND));
    haul_task_ref(task);
    stage_turn(stage, 1);
    assert_true(haul_task_cancel(task));
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a begins, a cancelled");
    assert_false(haul_task_cancel(task));
    assert_int_equal(stage_time(stage), 0);
    haul_task_unref(task);
}

struct yielder {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int count;
};

static struct haul_step yielder(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(yielder);
    for (; self->count > 0; self->count--) {
        stage_say(self->stage, "%d", self->count);
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_cancel_yield */
static void test_cancel_yield(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(yielder, .stage = stage, .count = 1000));
    stage_turn(stage, 2);
    assert_true(haul_task_cancel(task));
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "1000, 999");
}

static void test_cancel_before_the_first_step(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a"));
    assert_true(haul_task_cancel(task));
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "");
}

struct future_waiter {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *future;
    int64_t cleanup;
    int code;
};

static struct haul_step future_waiter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(future_waiter);
    HAUL_AWAIT(haul_future_wait(task, self->future));
    HAUL_RETURN(.integer = haul_awaited(task).integer);
    HAUL_FINALLY;
    if (self->cleanup > 0) {
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->cleanup));
        stage_say(self->stage, "cleaned %d", self->code);
    }
    HAUL_END;
}

/* CPython: test_cancel_inner_future */
static void test_cancel_inner_future(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task = stage_task(stage, HAUL_CALL(future_waiter, .future = future));
    stage_turn(stage, 1);
    haul_future_cancel(future);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    haul_future_unref(future);
}

/* CPython: test_cancel_both_task_and_inner_future. One cancel only: what cleans up is not cancelled again. */
static void test_cancel_both_task_and_inner_future(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(future_waiter, .stage = stage, .future = future, .cleanup = HAUL_SECOND));
    stage_turn(stage, 1);
    assert_true(haul_future_cancel(future));
    assert_true(haul_task_cancel(task));
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "cleaned 0");
    haul_future_unref(future);
}

static void test_cancel_twice_before_its_turn(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(
        stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND, .cleanup = HAUL_SECOND));
    stage_turn(stage, 1);
    assert_true(haul_task_cancel(task));
    assert_true(haul_task_cancel(task));
    assert_int_equal(haul_task_cancelling(task), 2);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a begins, a cancelled, a cleaned");
}

static void test_cancel_while_cleaning_up(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(
        stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND, .cleanup = HAUL_SECOND));
    stage_turn(stage, 1);
    assert_true(haul_task_cancel(task));
    stage_turn(stage, 1);
    assert_true(haul_task_cancel(task));
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a begins, a cancelled, a interrupted");
    assert_int_equal(stage_time(stage), 0);
}

/* Catches a cancel, and then sleeps again or returns 42. */
struct catcher {
    struct haul_coroutine coroutine;
    struct stage *stage;
    bool sleeps_again;
    int code;
};

static struct haul_step catcher(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(catcher);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    assert_int_equal(self->code, HAUL_E_CANCELLED);
    if (self->sleeps_again)
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_cancel_task_catching */
static void test_cancel_task_catching(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(catcher, .stage = stage));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
    assert_int_equal(haul_future_code(haul_task_future(task)), 0);
    assert_int_equal(haul_future_value(haul_task_future(task)).integer, 42);
    haul_task_unref(task);
}

/* CPython: test_cancel_task_ignoring */
static void test_cancel_task_ignoring(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(catcher, .stage = stage, .sleeps_again = true));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), 0);
    assert_int_equal(stage_time(stage), 1000);

    task = stage_task(stage, HAUL_CALL(catcher, .stage = stage, .sleeps_again = true));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
}

/* Cancels itself, then waits, or waits for what is there already, or returns an owned value. */
struct self_canceller {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *done;
    int *owned;
    bool sleeps;
};

static struct haul_step self_canceller(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(self_canceller);
    assert_true(haul_task_cancel(task));
    if (self->done) {
        HAUL_AWAIT(haul_future_wait(task, self->done));
        stage_say(self->stage, "done %d", (int)haul_awaited(task).integer);
    }
    if (self->sleeps)
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "returns");
    HAUL_RETURN_OWNED(self->owned ? count_destroyed : NULL, .pointer = self->owned);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_cancel_current_task */
static void test_cancel_current_task(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(self_canceller, .stage = stage, .sleeps = true)), HAUL_E_CANCELLED);
    assert_int_equal(stage_time(stage), 0);
    assert_script(stage, "");
}

/* CPython: test_cancel_at_end. What it returns goes to its destructor. */
static void test_cancel_at_end(void **state)
{
    struct stage *stage = *state;
    int destroyed = 0;
    assert_int_equal(stage_run(stage, HAUL_CALL(self_canceller, .stage = stage, .owned = &destroyed)),
                     HAUL_E_CANCELLED);
    assert_script(stage, "returns");
    assert_int_equal(destroyed, 1);
}

static void test_cancel_stays_where_the_awaited_is_done(void **state)
{
    struct stage *stage = *state;
    struct haul_future *done;
    assert_int_equal(haul_future_create(stage->loop, &done), 0);
    haul_future_set_value(done, (union haul_value){.integer = 7}, NULL);
    assert_int_equal(stage_run(stage, HAUL_CALL(self_canceller, .stage = stage, .done = done, .sleeps = true)),
                     HAUL_E_CANCELLED);
    assert_script(stage, "done 7");
    haul_future_unref(done);
}

/* The future has settled, and the waiter has not had its turn: the value is not lost, and neither is the cancel. */
static void test_cancel_between_settling_and_the_waiters_turn(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(future_waiter, .stage = stage, .future = future, .cleanup = HAUL_SECOND));
    stage_turn(stage, 1);
    haul_future_set_value(future, (union haul_value){.integer = 7}, NULL);
    haul_future_unref(future);
    haul_task_cancel(task);
    assert_int_equal(haul_task_cancelling(task), 1);
    haul_task_ref(task);
    /* The await in `finally` has it; the body had the value, which it returned. */
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "cleaned 1");
    assert_int_equal(haul_future_value(haul_task_future(task)).integer, 7);
    haul_task_unref(task);
}

/* CPython: test_cancelling */
static void test_cancelling(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND));
    stage_turn(stage, 1);
    assert_int_equal(haul_task_cancelling(task), 0);
    assert_true(haul_task_cancel(task));
    assert_int_equal(haul_task_cancelling(task), 1);
    assert_true(haul_task_cancel(task));
    assert_int_equal(haul_task_cancelling(task), 2);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
}

/* CPython: test_uncancel_basic */
static void test_uncancel_basic(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a"));
    assert_int_equal(haul_task_uncancel(task), 0);
    haul_task_cancel(task);
    haul_task_cancel(task);
    assert_int_equal(haul_task_uncancel(task), 1);
    assert_int_equal(haul_task_uncancel(task), 0);
    assert_int_equal(haul_task_uncancel(task), 0);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, a ends");
}

struct uncanceller {
    struct haul_coroutine coroutine;
    struct stage *stage;
};

static struct haul_step uncanceller(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(uncanceller);
    haul_task_cancel(task);
    assert_int_equal(haul_task_uncancel(task), 0);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_uncancel_resets_must_cancel */
static void test_uncancel_resets_must_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(uncanceller, .stage = stage));
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
    assert_int_equal(haul_future_value(haul_task_future(task)).integer, 42);
    haul_task_unref(task);
}

/* One request was delivered and ignored, a second one waits: taking one back leaves the second. */
struct ignorer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int code;
};

static struct haul_step ignorer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(ignorer);
    haul_task_cancel(task);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "first %d", self->code);
    haul_task_cancel(task);
    assert_int_equal(haul_task_uncancel(task), 1);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "second %d", self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_uncancel_keeps_what_was_not_delivered(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(ignorer, .stage = stage)), 0);
    assert_script(stage, "first 1, second 1");
}

struct many_cancels {
    struct haul_coroutine coroutine;
};

static struct haul_step many_cancels(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(many_cancels);
    for (int i = 0; i < 70000; i++)
        assert_true(haul_task_cancel(task));
    assert_int_equal(haul_task_cancelling(task), 511);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_count_of_cancels_does_not_wrap(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(many_cancels)), HAUL_E_CANCELLED);
}

struct waiter {
    struct haul_coroutine coroutine;
    struct haul_task **other;
};

static struct haul_step waiter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(waiter);
    HAUL_AWAIT(haul_task_wait(task, *self->other));
    HAUL_FINALLY;
    HAUL_END;
}

static void run_waiter(void *data)
{
    struct stage *stage = data;
    struct haul_task *task;
    task = stage_task(stage, HAUL_CALL(waiter, .other = &task));
    stage_end(stage, task);
}

/* CPython: test_task_awaits_on_itself. A mistake, met by an assert. */
static void test_task_awaits_on_itself(void **state)
{
    assert_true(meets_assert(run_waiter, *state));
}

/* Two that wait for each other: running says that they are stuck, and a cancel does not go round for ever. */
static void test_cancel_of_a_ring(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop;
    struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    struct haul_task *a;
    struct haul_task *b;
    assert_int_equal(haul_task_create(loop, HAUL_CALL(waiter, .other = &b), &a), 0);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(waiter, .other = &a), &b), 0);
    assert_int_equal(haul_run_until_complete(loop, haul_task_future(a)), HAUL_E_STALLED);
    assert_true(haul_task_cancel(a));
    assert_int_equal(haul_run_until_complete(loop, haul_task_future(a)), 0);
    assert_int_equal(haul_future_code(haul_task_future(a)), HAUL_E_CANCELLED);
    haul_task_unref(a);
    haul_task_unref(b);
    assert_int_equal(haul_loop_finish(loop), 0);
}

/* CPython: test_cancel_awaited_task: one that cancels itself and then awaits a child cancels the child, and what that
 * waits for. */
struct self_cancelling_parent {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_task *child;
    struct haul_future *future;
};

static struct haul_step self_cancelling_parent(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(self_cancelling_parent);
    self->child = stage_task(self->stage, HAUL_CALL(future_waiter, .future = self->future));
    HAUL_AWAIT(haul_sleep(task, 0));
    haul_task_cancel(task);
    HAUL_AWAIT(haul_task_wait(task, self->child));
    HAUL_FINALLY;
    stage_say(self->stage, "child %d", haul_future_code(haul_task_future(self->child)));
    haul_task_unref(self->child);
    HAUL_END;
}

static void test_cancel_awaited_task(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    assert_int_equal(stage_run(stage, HAUL_CALL(self_cancelling_parent, .stage = stage, .future = future)),
                     HAUL_E_CANCELLED);
    assert_script(stage, "child 1");
    assert_int_equal(haul_future_code(future), HAUL_E_CANCELLED);
    haul_future_unref(future);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_cancel),
        on_stage(test_cancel_yield),
        on_stage(test_cancel_before_the_first_step),
        on_stage(test_cancel_inner_future),
        on_stage(test_cancel_both_task_and_inner_future),
        on_stage(test_cancel_twice_before_its_turn),
        on_stage(test_cancel_while_cleaning_up),
        on_stage(test_cancel_task_catching),
        on_stage(test_cancel_task_ignoring),
        on_stage(test_cancel_current_task),
        on_stage(test_cancel_at_end),
        on_stage(test_cancel_stays_where_the_awaited_is_done),
        on_stage(test_cancel_between_settling_and_the_waiters_turn),
        on_stage(test_cancelling),
        on_stage(test_uncancel_basic),
        on_stage(test_uncancel_resets_must_cancel),
        on_stage(test_uncancel_keeps_what_was_not_delivered),
        on_stage(test_count_of_cancels_does_not_wrap),
        on_stage(test_task_awaits_on_itself),
        on_stage(test_cancel_of_a_ring),
        on_stage(test_cancel_awaited_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
