#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* Waits for what it was given, and says "CODE at TIME", or "=VALUE at TIME"; then, if it is told to, sleeps, and says
 * with which code. */
struct waiting {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_awaitable awaitable;
    int64_t deadline;
    bool sleeps;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step waiting(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(waiting);
    HAUL_AWAIT_CODE(self->code, haul_wait_for(task, self->awaitable, self->deadline, &self->outcome));
    if (self->code == 0) {
        stage_say(self->stage, "=%d at %d", (int)self->outcome.value.integer, (int)stage_time(self->stage));
        haul_outcome_finish(&self->outcome);
    } else {
        stage_say(self->stage, "%d at %d", self->code, (int)stage_time(self->stage));
    }
    if (self->sleeps) {
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
        stage_say(self->stage, "slept %d", self->code);
    }
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

#define ACTOR(stage_, ...)               HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)
#define WAITING(stage_, awaitable_, ...) HAUL_CALL(waiting, .stage = (stage_), .awaitable = (awaitable_), __VA_ARGS__)

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

static void cancel_at(struct stage *stage, struct haul_task *task, int64_t time)
{
    assert_int_equal(haul_loop_call_at(stage->loop, time, cancel_it, task, NULL), 0);
}

/* Nothing is left that would fire later. */
static void assert_quiet(struct stage *stage)
{
    int64_t time = stage_time(stage);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_int_equal(stage_time(stage), time);
}

static void test_in_time(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, WAITING(stage, ACTOR(stage, "a", .duration = HAUL_SECOND, .result = 7),
                                              .deadline = 2 * HAUL_SECOND)),
                     0);
    assert_script(stage, "a begins, a ends, =7 at 1000");
    assert_int_equal(stage_run(stage, WAITING(stage, ACTOR(stage, "a", .result = 8), .deadline = HAUL_NEVER)), 0);
    assert_script(stage, "a begins, a ends, =8 at 1000");
    assert_int_equal(stage_run(stage, WAITING(stage, ACTOR(stage, "a", .failure = -EIO), .deadline = HAUL_NEVER)),
                     -EIO);
    assert_script(stage, "a begins, a ends, -5 at 1000");
    assert_quiet(stage);
}

/* CPython: test_wait_for_waits_for_task_cancellation. Complaint: the timeout came back before the task had ended
 * (bpo-32751). */
static void test_wait_for_waits_for_task_cancellation(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable slow = ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = 3 * HAUL_SECOND);
    assert_int_equal(stage_run(stage, WAITING(stage, slow, .deadline = HAUL_SECOND)), HAUL_E_TIMEOUT);
    assert_script(stage, "a begins, a cancelled, a cleaned, 2 at 4000");
    /* The same of a task that was there before. */
    struct haul_task *task = stage_task(stage, slow);
    assert_int_equal(stage_run(stage, WAITING(stage, haul_task_awaitable(task), .deadline = 5 * HAUL_SECOND)),
                     HAUL_E_TIMEOUT);
    assert_script(stage, "a begins, a cancelled, a cleaned, 2 at 8000");
    haul_task_unref(task);
    assert_quiet(stage);
}

/* Goes on when it is cancelled, sleeps again, and returns 42 or fails. */
struct stubborn {
    struct haul_coroutine coroutine;
    int failure;
    int code;
};

static struct haul_step stubborn(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(stubborn);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 9 * HAUL_SECOND));
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 2 * HAUL_SECOND));
    if (self->failure != 0)
        HAUL_FAIL(self->failure);
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_wait_for_cancel_suppressed: the value is given, late as it is. */
static void test_wait_for_cancel_suppressed(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, WAITING(stage, HAUL_CALL(stubborn), .deadline = HAUL_SECOND)), 0);
    assert_script(stage, "=42 at 3000");
}

/* CPython: test_wait_for_reraises_exception_during_cancellation */
static void test_wait_for_reraises_exception_during_cancellation(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, WAITING(stage, HAUL_CALL(stubborn, .failure = -EIO), .deadline = HAUL_SECOND)),
                     -EIO);
    assert_script(stage, "-5 at 3000");
}

/* CPython: test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started */
static void test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started(void **state)
{
    struct stage *stage = *state;
    for (int64_t deadline = -1; deadline <= 0; deadline++) {
        size_t allocations = failing_memory_count();
        struct haul_task *task = stage_task(stage, WAITING(stage, ACTOR(stage, "a"), .deadline = deadline));
        assert_int_equal(stage_end(stage, task), HAUL_E_TIMEOUT);
        assert_script(stage, "2 at 0");
        assert_true(failing_memory_count() - allocations <= 1);
    }
}

/* CPython: test_wait_for_timeout_less_then_0_or_0: what is done gives its outcome, what is not is cancelled. */
static void test_wait_for_timeout_less_then_0_or_0(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    int destroyed = 0;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    haul_future_set_value(future, (union haul_value){.pointer = &destroyed}, count_destroyed);
    assert_int_equal(stage_run(stage, WAITING(stage, haul_future_awaitable(future), .deadline = 0)), 0);
    stage_forget(stage);
    assert_int_equal(destroyed, 0); /* its value is still the future's */
    haul_future_unref(future);
    assert_int_equal(destroyed, 1);
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    assert_int_equal(stage_run(stage, WAITING(stage, haul_future_awaitable(future), .deadline = 0)), HAUL_E_TIMEOUT);
    assert_script(stage, "2 at 0");
    assert_int_equal(haul_future_code(future), HAUL_E_CANCELLED);
    haul_future_unref(future);
    /* A task's `finally` is not disturbed a second time. */
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = HAUL_SECOND));
    stage_turn(stage, 1);
    assert_int_equal(stage_run(stage, WAITING(stage, haul_task_awaitable(task), .deadline = 0)), HAUL_E_TIMEOUT);
    assert_script(stage, "a begins, a cancelled, a cleaned, 2 at 1000");
    haul_task_unref(task);
}

/* CPython: test_wait_for_race_condition, and complaint: the result or the cancel was lost where they met
 * (cpython#86296). What is settled when the deadline comes is given. */
static void settle(void *data)
{
    haul_future_set_value(data, (union haul_value){.integer = 5}, NULL);
}

static void test_value_with_the_deadline(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task =
        stage_task(stage, WAITING(stage, haul_future_awaitable(future), .deadline = HAUL_SECOND, .sleeps = true));
    stage_turn(stage, 1);
    stage->clock.now = HAUL_SECOND; /* due in the iteration that tells of the value */
    settle(future);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "=5 at 1000, slept 0");
    haul_future_unref(future);
}

/* Returns the value of a future, as its own where there is a counter. */
struct relay {
    struct haul_coroutine coroutine;
    struct haul_future *future;
    int *counter;
};

static struct haul_step relay(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(relay);
    HAUL_AWAIT(haul_future_wait(task, self->future));
    if (self->counter)
        HAUL_RETURN_OWNED(count_destroyed, .pointer = self->counter);
    HAUL_RETURN(.integer = haul_awaited(task).integer);
    HAUL_FINALLY;
    HAUL_END;
}

/* Has FUTURE settled at 1 s by the clock, when no deadline of that time has been looked at. */
static void settle_with_the_deadline(struct stage *stage, struct haul_future *future)
{
    stage_turn(stage, 2);
    stage->clock.now = HAUL_SECOND;
    settle(future);
}

/* A value that the coroutine returns before an await has given it the cancel of the deadline. */
static void test_value_behind_the_deadline(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task =
        stage_task(stage, WAITING(stage, HAUL_CALL(relay, .future = future), .deadline = HAUL_SECOND, .sleeps = true));
    settle_with_the_deadline(stage, future);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "=5 at 1000, slept 0");
    haul_future_unref(future);
}

/* It is destroyed once, in its time. */
static void test_owned_value(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    int destroyed = 0;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task = stage_task(
        stage, WAITING(stage, HAUL_CALL(relay, .future = future, .counter = &destroyed), .deadline = HAUL_SECOND));
    settle_with_the_deadline(stage, future);
    assert_int_equal(stage_end(stage, task), 0);
    assert_int_equal(destroyed, 1);
    haul_future_unref(future);
    stage_forget(stage);
}

/* Equal deadlines come in the order they were set: that of the wait is before those of the coroutine it begins. */
static void test_equal_deadlines(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, WAITING(stage, ACTOR(stage, "a", .duration = HAUL_SECOND), .deadline = HAUL_SECOND)),
        HAUL_E_TIMEOUT);
    assert_script(stage, "a begins, a cancelled, 2 at 1000");
}

/* CPython: test_wait_for_issue86296: it has ended when the waiting task is cancelled. Its value is given, and the
 * request is for the next await. */
static void test_wait_for_issue86296(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task =
        stage_task(stage, WAITING(stage, haul_future_awaitable(future), .deadline = HAUL_NEVER, .sleeps = true));
    stage_turn(stage, 1);
    settle(future);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "=5 at 0, slept 1");
    haul_future_unref(future);
}

/* The same where the coroutine is on its way to return, and where it fails instead. */
static void test_cancel_with_the_value(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable cases[] = {ACTOR(stage, "a", .duration = HAUL_SECOND, .result = 7),
                                     ACTOR(stage, "a", .duration = HAUL_SECOND, .failure = -EIO)};
    static const char *const scripts[] = {"a begins, a ends, =7 at 1000, slept 1",
                                          "a begins, a ends, -5 at 2000, slept 1"};
    for (int i = 0; i < 2; i++) {
        struct haul_task *task = stage_task(stage, WAITING(stage, cases[i], .deadline = HAUL_NEVER, .sleeps = true));
        cancel_at(stage, task, (i + 1) * HAUL_SECOND);
        assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
        assert_string_equal(stage->script, scripts[i]);
        stage_forget(stage);
    }
}

/* A cancel of the waiting task is passed on, and what comes of it is given. */
static void test_cancel_is_passed_on(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, WAITING(stage, ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = 3 * HAUL_SECOND),
                                  .deadline = 2 * HAUL_SECOND, .sleeps = true));
    cancel_at(stage, task, HAUL_SECOND);
    assert_int_equal(stage_end(stage, task), 0);
    /* The deadline, while it tidies up, ends that; but it was the cancel that came first. */
    assert_script(stage, "a begins, a cancelled, a interrupted, 1 at 2000, slept 0");

    task = stage_task(stage, WAITING(stage, HAUL_CALL(stubborn), .deadline = HAUL_NEVER, .sleeps = true));
    cancel_at(stage, task, 4 * HAUL_SECOND);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "=42 at 6000, slept 0");
}

/* A cancel of the waiting task behind the deadline ends a `finally` that takes too long. */
static void test_cancel_behind_the_deadline(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, WAITING(stage, ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = 9 * HAUL_SECOND),
                                  .deadline = HAUL_SECOND, .sleeps = true));
    cancel_at(stage, task, 2 * HAUL_SECOND);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, a cancelled, a interrupted, 1 at 2000, slept 0");
}

/* With the end that the deadline has asked for, and the word of it on its way. */
static void test_cancel_with_the_end(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task =
        stage_task(stage, WAITING(stage, haul_future_awaitable(future), .deadline = HAUL_SECOND, .sleeps = true));
    cancel_at(stage, task, HAUL_SECOND);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "1 at 1000, slept 0");
    haul_future_unref(future);
}

/* What is awaited is cancelled by somebody else: no timeout. */
static void test_cancelled_by_others(void **state)
{
    struct stage *stage = *state;
    struct haul_task *other = stage_task(stage, ACTOR(stage, "a", .duration = 9 * HAUL_SECOND));
    struct haul_task *task = stage_task(stage, WAITING(stage, haul_task_awaitable(other), .deadline = 5 * HAUL_SECOND));
    cancel_at(stage, other, HAUL_SECOND);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a begins, a cancelled, 1 at 1000");
    haul_task_unref(other);
    assert_quiet(stage);
}

static void test_nested(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable inner =
        WAITING(stage, ACTOR(stage, "a", .duration = 9 * HAUL_SECOND), .deadline = 2 * HAUL_SECOND);
    assert_int_equal(stage_run(stage, WAITING(stage, inner, .deadline = 3 * HAUL_SECOND)), HAUL_E_TIMEOUT);
    assert_script(stage, "a begins, a cancelled, 2 at 2000, 2 at 2000");
    inner = WAITING(stage, ACTOR(stage, "a", .duration = 9 * HAUL_SECOND), .deadline = 9 * HAUL_SECOND);
    assert_int_equal(stage_run(stage, WAITING(stage, inner, .deadline = 3 * HAUL_SECOND)), HAUL_E_TIMEOUT);
    assert_script(stage, "a begins, a cancelled, 1 at 3000, 2 at 3000");
}

/* In a timeout scope that ends first: the scope's request is not left behind. */
struct scoped {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *future;
    struct haul_timeout timeout;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step scoped(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(scoped);
    assert_int_equal(haul_timeout_enter(task, &self->timeout, HAUL_SECOND), 0);
    HAUL_AWAIT_CODE(self->code,
                    haul_wait_for(task, HAUL_CALL(relay, .future = self->future), HAUL_NEVER, &self->outcome));
    stage_say(self->stage, "await %d", self->code);
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    stage_say(self->stage, "leave %d", self->code);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "sleep %d, cancelling %u", self->code, haul_task_cancelling(task));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_in_a_scope(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task = stage_task(stage, HAUL_CALL(scoped, .stage = stage, .future = future));
    settle_with_the_deadline(stage, future);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "await 0, leave 0, sleep 0, cancelling 0");
    haul_future_unref(future);
}

struct ring {
    struct haul_future *gate; /* until both are there */
    struct haul_task *tasks[2];
    int64_t deadline;
};

struct ring_member {
    struct haul_coroutine coroutine;
    struct ring *ring;
    int awaits;
    struct haul_outcome outcome;
};

static struct haul_step ring_member(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(ring_member);
    HAUL_AWAIT(haul_future_wait(task, self->ring->gate));
    HAUL_AWAIT(haul_wait_for(task, haul_task_awaitable(self->ring->tasks[self->awaits]), self->ring->deadline,
                             &self->outcome));
    HAUL_FINALLY;
    HAUL_END;
}

/* Two tasks that wait for each other: a cancel, or a deadline, ends them both. */
static void test_ring(void **state)
{
    struct stage *stage = *state;
    static const int64_t deadlines[] = {HAUL_NEVER, HAUL_SECOND, 0};
    for (int round = 0; round < 3; round++) {
        struct ring ring = {.deadline = deadlines[round]};
        assert_int_equal(haul_future_create(stage->loop, &ring.gate), 0);
        for (int i = 0; i < 2; i++)
            ring.tasks[i] = stage_task(stage, HAUL_CALL(ring_member, .ring = &ring, .awaits = !i));
        stage_turn(stage, 1);
        settle(ring.gate);
        stage_turn(stage, 1);
        if (round == 0)
            haul_task_cancel(ring.tasks[0]);
        assert_int_equal(stage_end(stage, ring.tasks[0]), HAUL_E_CANCELLED);
        assert_int_equal(stage_end(stage, ring.tasks[1]), HAUL_E_CANCELLED);
        haul_future_unref(ring.gate);
    }
}

static void wait_for_itself(void *data)
{
    struct ring ring = {.deadline = HAUL_NEVER};
    assert_int_equal(haul_future_create(((struct stage *)data)->loop, &ring.gate), 0);
    settle(ring.gate);
    ring.tasks[0] = stage_task(data, HAUL_CALL(ring_member, .ring = &ring));
    stage_end(data, ring.tasks[0]);
}

static void test_mistakes(void **state)
{
    assert_true(meets_assert(wait_for_itself, *state));
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
            code =
                haul_run_task(loop, WAITING(stage, ACTOR(stage, "a", .result = 1), .deadline = HAUL_SECOND), &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_loop_destroy(loop), 0);
        if (failing_memory_happened())
            stage_forget(stage);
    }
    assert_script(stage, "a begins, a ends, =1 at 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_in_time),
        on_stage(test_wait_for_waits_for_task_cancellation),
        on_stage(test_wait_for_cancel_suppressed),
        on_stage(test_wait_for_reraises_exception_during_cancellation),
        on_stage(test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started),
        on_stage(test_wait_for_timeout_less_then_0_or_0),
        on_stage(test_value_with_the_deadline),
        on_stage(test_value_behind_the_deadline),
        on_stage(test_owned_value),
        on_stage(test_equal_deadlines),
        on_stage(test_wait_for_issue86296),
        on_stage(test_cancel_with_the_value),
        on_stage(test_cancel_is_passed_on),
        on_stage(test_cancel_behind_the_deadline),
        on_stage(test_cancel_with_the_end),
        on_stage(test_cancelled_by_others),
        on_stage(test_nested),
        on_stage(test_in_a_scope),
        on_stage(test_ring),
        on_stage(test_mistakes),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
