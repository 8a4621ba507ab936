#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* Iterates over what it was given, and says each outcome as "INDEX=VALUE" or "INDEX:CODE"; leaves after TAKES. */
struct iterator {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_awaitable awaitables[4];
    size_t count;
    size_t takes;
    bool ignores_cancel;
    struct haul_completed *completed;
    struct haul_outcome outcome;
    int code;
};

static void say_outcome(struct stage *stage, struct haul_outcome *outcome)
{
    if (outcome->code == 0)
        stage_say(stage, "%u=%d", outcome->index, (int)outcome->value.integer);
    else
        stage_say(stage, "%u:%d", outcome->index, outcome->code);
    haul_outcome_finish(outcome);
}

static struct haul_step iterator(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(iterator);
    self->code = haul_as_completed(task, self->awaitables, self->count, &self->completed);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    while (self->takes-- > 0) {
        HAUL_AWAIT_CODE(self->code, haul_completed_next(task, self->completed, &self->outcome));
        if (self->code == HAUL_E_CANCELLED && self->ignores_cancel) {
            stage_say(self->stage, "goes on");
            continue;
        }
        if (self->code != 0)
            break;
        say_outcome(self->stage, &self->outcome);
    }
    stage_say(self->stage, "stops %d", self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    stage_say(self->stage, "left %d at %d", self->code, (int)stage_time(self->stage));
    HAUL_END;
}

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

/* CPython: test_as_completed, test_as_completed_same_tasks_in_as_out: in the order of their ends, each with its
 * place. */
static void test_as_completed(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(iterator, .stage = stage, .count = 4, .takes = 9,
                                   .awaitables = {ACTOR(stage, "a", .duration = 3 * HAUL_SECOND, .result = 10),
                                                  ACTOR(stage, "b", .duration = 2 * HAUL_SECOND, .failure = -EIO),
                                                  ACTOR(stage, "c", .duration = HAUL_SECOND, .result = 30),
                                                  ACTOR(stage, "d", .duration = HAUL_SECOND, .result = 40)})),
        HAUL_E_DRAINED);
    assert_script(stage, "a begins, b begins, c begins, d begins, c ends, d ends, 2=30, 3=40, b ends, 1:-5, a ends, "
                         "0=10, stops 3, left 0 at 3000");
}

static void test_empty(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(iterator, .stage = stage, .takes = 1)), HAUL_E_DRAINED);
    assert_script(stage, "stops 3, left 0 at 0");
}

static void test_leave_early(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(iterator, .stage = stage, .count = 2, .takes = 1,
                                                .awaitables = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND,
                                                                     .cleanup = HAUL_SECOND),
                                                               ACTOR(stage, "b", .result = 2)})),
                     0);
    assert_script(stage, "a begins, b begins, b ends, 1=2, stops 0, a cancelled, a cleaned, left 0 at 1000");
}

static void test_leave_at_once(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(iterator, .stage = stage, .count = 1, .takes = 0,
                                                .awaitables = {ACTOR(stage, "a")})),
                     0);
    assert_script(stage, "stops 0, left 0 at 0");
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

/* CPython: test_as_completed_resume_iterator */
static void test_as_completed_resume_iterator(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(iterator, .stage = stage, .count = 2, .takes = 3, .ignores_cancel = true,
                                    .awaitables = {ACTOR(stage, "a", .duration = 2 * HAUL_SECOND, .result = 1),
                                                   ACTOR(stage, "b", .duration = 3 * HAUL_SECOND, .result = 2)}));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, b begins, goes on, a ends, 0=1, b ends, 1=2, stops 0, left 0 at 3000");
}

/* In a scope with a deadline: what runs on is cancelled when it is left. */
struct timed_iterator {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_timeout timeout;
    struct haul_completed *completed;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step timed_iterator(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(timed_iterator);
    struct haul_awaitable awaitables[] = {
        ACTOR(self->stage, "a", .duration = 100 * HAUL_MILLISECOND, .result = 1),
        ACTOR(self->stage, "b", .duration = 150 * HAUL_MILLISECOND),
    };
    assert_int_equal(haul_timeout_enter(task, &self->timeout, 120 * HAUL_MILLISECOND), 0);
    assert_int_equal(haul_as_completed(task, awaitables, 2, &self->completed), 0);
    for (;;) {
        HAUL_AWAIT_CODE(self->code, haul_completed_next(task, self->completed, &self->outcome));
        if (self->code != 0)
            break;
        say_outcome(self->stage, &self->outcome);
    }
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    HAUL_END;
}

static void test_timeout_scope(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(timed_iterator, .stage = stage)), HAUL_E_TIMEOUT);
    assert_script(stage, "a begins, b begins, a ends, 0=1, b cancelled");
    assert_int_equal(stage_time(stage), 120);
}

/* Iterates with a deadline, and when it comes says "late at TIME", rests, and goes on with another. */
struct late_iterator {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int64_t deadlines[3];
    size_t deadline;
    int64_t rests;
    struct haul_completed *completed;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step late_iterator(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(late_iterator);
    struct haul_awaitable awaitables[] = {
        ACTOR(self->stage, "a", .duration = 100 * HAUL_MILLISECOND, .result = 1),
        ACTOR(self->stage, "b", .duration = 150 * HAUL_MILLISECOND, .result = 2),
    };
    assert_int_equal(haul_as_completed(task, awaitables, 2, &self->completed), 0);
    assert_int_equal(haul_completed_set_deadline(self->completed, self->deadlines[0]), 0);
    for (;;) {
        HAUL_AWAIT_CODE(self->code, haul_completed_next(task, self->completed, &self->outcome));
        if (self->code == 0) {
            say_outcome(self->stage, &self->outcome);
            continue;
        }
        if (self->code != HAUL_E_TIMEOUT)
            break;
        stage_say(self->stage, "late at %d", (int)stage_time(self->stage));
        if (self->rests > 0)
            HAUL_AWAIT(haul_sleep(task, self->rests));
        self->code = haul_completed_set_deadline(self->completed, self->deadlines[++self->deadline]);
        assert_int_equal(self->code, 0);
    }
    HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    HAUL_END;
}

/* CPython: test_as_completed_with_timeout: one value, then the deadline. Nothing is cancelled by it, and with another
 * the iteration goes on. */
static void test_as_completed_with_timeout(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(late_iterator, .stage = stage,
                                   .deadlines = {120 * HAUL_MILLISECOND, 120 * HAUL_MILLISECOND + 1, HAUL_NEVER})),
        HAUL_E_DRAINED);
    assert_script(stage, "a begins, b begins, a ends, 0=1, late at 120, late at 120, b ends, 1=2");
    assert_int_equal(stage_time(stage), 150);
}

/* What has ended is given behind the deadline, too; and a deadline that is past does not wait. */
static void test_given_behind_the_deadline(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(late_iterator, .stage = stage, .rests = HAUL_SECOND)), HAUL_E_DRAINED);
    assert_script(stage, "late at 0, a begins, b begins, a ends, b ends, 0=1, 1=2");
}

/* It does not outlive the iteration. */
static void test_deadline_left_behind(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(late_iterator, .stage = stage, .deadlines = {HAUL_SECOND})),
                     HAUL_E_DRAINED);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_int_equal(stage_time(stage), 150);
    stage_forget(stage);
}

/* CPython: test_as_completed_reverse_wait. The rule of haul: those who ask get the first, the second ... in the order
 * of asking. */
struct asker {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_completed **completed;
    const char *name;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step asker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(asker);
    HAUL_AWAIT_CODE(self->code, haul_completed_next(task, *self->completed, &self->outcome));
    stage_say(self->stage, "%s %d", self->name, self->code);
    if (self->code == 0)
        say_outcome(self->stage, &self->outcome);
    HAUL_FINALLY;
    HAUL_END;
}

struct shared_iteration {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_completed *completed;
    struct haul_group group;
    struct haul_task *victim;
    int code;
};

static struct haul_step shared_iteration(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(shared_iteration);
    struct haul_awaitable awaitables[] = {
        ACTOR(self->stage, "a", .duration = 2 * HAUL_SECOND, .result = 1),
        ACTOR(self->stage, "b", .duration = HAUL_SECOND, .result = 2),
    };
    static const char *const names[] = {"first", "victim", "second", "third", "fourth"};
    assert_int_equal(haul_as_completed(task, awaitables, 2, &self->completed), 0);
    haul_group_init(task, &self->group);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(
            haul_group_spawn(&self->group,
                             HAUL_CALL(asker, .stage = self->stage, .completed = &self->completed, .name = names[i]),
                             i == 1 ? &self->victim : NULL),
            0);
    HAUL_AWAIT(haul_sleep(task, 1));
    haul_task_cancel(self->victim);
    haul_task_unref(self->victim);
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    HAUL_END;
}

static void test_as_completed_reverse_wait(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(shared_iteration, .stage = stage)), 0);
    assert_script(stage,
                  "a begins, b begins, victim 1, b ends, first 0, 1=2, a ends, second 0, 0=1, third 3, fourth 3");
}

/* An outcome that is on its way is given though its taker is cancelled meanwhile. */
static void test_cancel_of_a_taker_that_has_its_outcome(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task = stage_task(stage, HAUL_CALL(iterator, .stage = stage, .count = 1, .takes = 1,
                                                         .awaitables = {haul_future_awaitable(future)}));
    stage_turn(stage, 1);
    haul_future_set_value(future, (union haul_value){.integer = 7}, NULL);
    assert_int_equal(haul_loop_call_soon(stage->loop, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "0=7, stops 0, left 0 at 0");
    haul_future_unref(future);
}

/* A future that was given runs on, and what is done is given at once. */
static void test_futures(void **state)
{
    struct stage *stage = *state;
    struct haul_future *done;
    struct haul_future *pending;
    int destroyed = 0;
    assert_int_equal(haul_future_create(stage->loop, &done), 0);
    assert_int_equal(haul_future_create(stage->loop, &pending), 0);
    haul_future_set_value(done, (union haul_value){.pointer = &destroyed}, count_destroyed);
    assert_int_equal(
        stage_run(stage, HAUL_CALL(iterator, .stage = stage, .count = 3, .takes = 1,
                                   .awaitables = {haul_future_awaitable(pending), haul_future_awaitable(done),
                                                  haul_future_awaitable(pending)})),
        0);
    assert_false(haul_future_done(pending));
    assert_int_equal(destroyed, 0);
    haul_future_unref(pending);
    haul_future_unref(done);
    assert_int_equal(destroyed, 1);
    stage_forget(stage);
}

/* What ended and was not taken is finished; an error among it is reported. */
struct owner {
    struct haul_coroutine coroutine;
    int *counter;
};

static struct haul_step owner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(owner);
    HAUL_RETURN_OWNED(count_destroyed, .pointer = self->counter);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_what_was_not_taken(void **state)
{
    struct stage *stage = *state;
    int destroyed = 0;
    assert_int_equal(stage_run(stage, HAUL_CALL(iterator, .stage = stage, .count = 3, .takes = 1,
                                                .awaitables = {ACTOR(stage, "a", .duration = 1),
                                                               HAUL_CALL(owner, .counter = &destroyed),
                                                               HAUL_CALL(owner, .counter = &destroyed)})),
                     0);
    assert_int_equal(destroyed, 2);
    stage_forget(stage);
    assert_int_equal(stage_run(stage, HAUL_CALL(iterator, .stage = stage, .count = 2, .takes = 1,
                                                .awaitables = {ACTOR(stage, "a"), ACTOR(stage, "b", .failure = -5)})),
                     0);
    assert_script(stage, "a begins, b begins, a ends, b ends, 0=0, stops 0, report -5, left 0 at 0");
}

static void test_cancelled_while_it_leaves(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable slow = ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = 2 * HAUL_SECOND);
    struct haul_task *task = stage_task(
        stage, HAUL_CALL(iterator, .stage = stage, .count = 2, .takes = 1, .awaitables = {slow, ACTOR(stage, "b")}));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, b begins, b ends, 1=0, stops 0, a cancelled, a interrupted, left 1 at 1000");
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop = NULL;
        struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
        struct haul_outcome outcome;
        struct haul_future *future = NULL;
        int code = haul_loop_create(&options, &loop);
        if (code == 0)
            code = haul_future_create(loop, &future);
        if (code == 0)
            code = haul_future_cancel(future) ? 0 : -1;
        if (code == 0)
            code = haul_run_task(
                loop,
                HAUL_CALL(iterator, .stage = stage, .count = 3, .takes = 3,
                          .awaitables = {haul_future_awaitable(future), ACTOR(stage, "a"), ACTOR(stage, "b")}),
                &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_future_unref(future);
        assert_int_equal(haul_loop_destroy(loop), 0);
        if (failing_memory_happened())
            stage_forget(stage);
    }
    assert_script(stage, "a begins, b begins, 0:1, a ends, b ends, 1=0, 2=0, stops 0, left 0 at 0");
}

static void test_deadline_out_of_memory(void **state)
{
    struct stage *stage = *state;
    struct haul_completed *completed;
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a"));
    assert_int_equal(haul_as_completed(task, NULL, 0, &completed), 0);
    FAILING_MEMORY_SWEEP(n)
    {
        int code = haul_completed_set_deadline(completed, HAUL_SECOND);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
    }
    assert_int_equal(haul_completed_leave(task, completed).code, 0);
    assert_int_equal(stage_end(stage, task), 0);
    stage_forget(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_as_completed),
        on_stage(test_empty),
        on_stage(test_leave_early),
        on_stage(test_leave_at_once),
        on_stage(test_as_completed_resume_iterator),
        on_stage(test_timeout_scope),
        on_stage(test_as_completed_with_timeout),
        on_stage(test_given_behind_the_deadline),
        on_stage(test_deadline_left_behind),
        on_stage(test_as_completed_reverse_wait),
        on_stage(test_cancel_of_a_taker_that_has_its_outcome),
        on_stage(test_futures),
        on_stage(test_what_was_not_taken),
        on_stage(test_cancelled_while_it_leaves),
        on_stage(test_out_of_memory),
        on_stage(test_deadline_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
