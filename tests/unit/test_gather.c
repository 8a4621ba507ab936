#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* Gathers what it was given, and says the outcomes: a value, or an error's code. */
struct gatherer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_awaitable awaitables[4];
    size_t count;
    enum haul_gather_flags flags;
    bool cancels_itself;
    struct haul_outcome outcomes[4];
    int code;
};

static struct haul_step gatherer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(gatherer);
    if (self->cancels_itself)
        haul_task_cancel(task);
    HAUL_AWAIT_CODE(self->code, haul_gather(task, self->awaitables, self->count, self->flags, self->outcomes));
    stage_say(self->stage, "gathered %d:", self->code);
    for (size_t i = 0; i < self->count; i++) {
        assert_int_equal(self->outcomes[i].index, i);
        stage_say(self->stage, "%d",
                  self->outcomes[i].code ? self->outcomes[i].code : (int)self->outcomes[i].value.integer);
        haul_outcome_finish(&self->outcomes[i]);
    }
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    HAUL_END;
}

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

/* CPython: GatherTestsBase.test_success. In the order of the arguments, whatever the order of their ends. */
static void test_success(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 3,
                                                .awaitables = {ACTOR(stage, "a", .duration = 2, .result = 10),
                                                               ACTOR(stage, "b", .duration = 1, .result = 20),
                                                               ACTOR(stage, "c", .duration = 3, .result = 30)})),
                     0);
    assert_script(stage, "a begins, b begins, c begins, b ends, a ends, c ends, gathered 0:, 10, 20, 30");
}

static void test_empty(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .stage = stage)), 0);
    assert_script(stage, "gathered 0:");
}

/* CPython: test_one_exception. The rule of haul: the first error cancels the rest, and the gather ends when they have,
 * with the outcome of each. */
static void test_one_exception(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 4,
                                                .awaitables = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND,
                                                                     .cleanup = HAUL_SECOND),
                                                               ACTOR(stage, "b", .result = 20),
                                                               ACTOR(stage, "c", .duration = 1, .failure = -EIO),
                                                               ACTOR(stage, "d", .duration = 9 * HAUL_SECOND)})),
                     -EIO);
    assert_script(stage, "a begins, b begins, c begins, d begins, b ends, c ends, a cancelled, d cancelled, a cleaned, "
                         "gathered -5:, 1, 20, -5, 1");
    assert_int_equal(stage_time(stage), 1000);
}

/* CPython: test_return_exceptions */
static void test_return_exceptions(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 4, .flags = HAUL_GATHER_RETURN_ERRORS,
                                   .awaitables = {ACTOR(stage, "a", .result = 3), ACTOR(stage, "b", .result = 1),
                                                  ACTOR(stage, "c", .failure = -EIO),
                                                  ACTOR(stage, "d", .duration = HAUL_SECOND, .failure = -EPIPE)})),
        0);
    assert_script(stage, "a begins, b begins, c begins, d begins, a ends, b ends, c ends, d ends, "
                         "gathered 0:, 3, 1, -5, -32");
}

/* CPython: FutureGatherTests.test_one_cancellation, and a child that cancels itself: an error of the gather, which
 * ends when all have. */
static void test_one_cancellation(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 2,
                                                .awaitables = {ACTOR(stage, "a", .failure = HAUL_E_CANCELLED),
                                                               ACTOR(stage, "b", .duration = HAUL_SECOND)})),
                     HAUL_E_CANCELLED);
    assert_script(stage, "a begins, b begins, a ends, b cancelled, gathered 1:, 1, 1");

    assert_int_equal(
        stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 2, .flags = HAUL_GATHER_RETURN_ERRORS,
                                   .awaitables = {ACTOR(stage, "a", .failure = HAUL_E_CANCELLED),
                                                  ACTOR(stage, "b", .result = 2)})),
        0);
    assert_script(stage, "a begins, b begins, a ends, b ends, gathered 0:, 1, 2");
}

/* CPython: CoroutineGatherTests.test_duplicate_coroutines. In haul an awaitable given twice is two tasks where it is a
 * call, and the same future where it is one. */
static void test_duplicates(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_awaitable twice = ACTOR(stage, "a", .result = 1);
    struct haul_awaitable same = haul_future_awaitable(future);
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(gatherer, .stage = stage, .count = 4, .awaitables = {same, twice, same, twice}));
    stage_turn(stage, 2);
    haul_future_set_value(future, (union haul_value){.integer = 7}, NULL);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, a begins, a ends, a ends, gathered 0:, 7, 1, 7, 1");
    haul_future_unref(future);
}

static void test_futures_and_tasks(void **state)
{
    struct stage *stage = *state;
    struct haul_future *done;
    struct haul_future *pending;
    int destroyed = 0;
    assert_int_equal(haul_future_create(stage->loop, &done), 0);
    assert_int_equal(haul_future_create(stage->loop, &pending), 0);
    haul_future_set_value(done, (union haul_value){.pointer = &destroyed}, count_destroyed);
    struct haul_task *other = stage_task(stage, ACTOR(stage, "other", .duration = 9 * HAUL_SECOND));
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(gatherer, .stage = stage, .count = 4,
                                    .awaitables = {haul_future_awaitable(done), haul_future_awaitable(pending),
                                                   haul_task_awaitable(other), ACTOR(stage, "own", .duration = 1)}));
    stage_turn(stage, 3);
    haul_future_set_error(pending, -EIO);
    assert_int_equal(stage_end(stage, task), -EIO);
    /* What was given is cancelled with the rest; what was done keeps its value. */
    assert_int_equal(haul_future_code(haul_task_future(other)), HAUL_E_CANCELLED);
    haul_task_unref(other);
    haul_future_unref(pending);
    assert_int_equal(destroyed, 0);
    haul_future_unref(done);
    assert_int_equal(destroyed, 1);
    stage_forget(stage);
}

/* Nothing to wait for: it still goes by way of the loop. */
static void test_all_done_already(void **state)
{
    struct stage *stage = *state;
    struct haul_future *done;
    assert_int_equal(haul_future_create(stage->loop, &done), 0);
    haul_future_set_value(done, (union haul_value){.integer = 3}, NULL);
    assert_int_equal(
        stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 1, .awaitables = {haul_future_awaitable(done)})),
        0);
    assert_script(stage, "gathered 0:, 3");
    haul_future_unref(done);
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

/* CPython: test_cancellation_broadcast, test_cancel_gather_2: a cancel passes down, and through return_exceptions. */
static void test_cancellation_broadcast(void **state)
{
    struct stage *stage = *state;
    for (int flags = 0; flags < 2; flags++) {
        struct haul_task *task = stage_task(
            stage, HAUL_CALL(gatherer, .stage = stage, .count = 2, .flags = (enum haul_gather_flags)flags,
                             .awaitables = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = HAUL_SECOND),
                                            ACTOR(stage, "b", .duration = 9 * HAUL_SECOND)}));
        stage_turn(stage, 2);
        haul_task_cancel(task);
        assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
        assert_script(stage, "a begins, b begins, a cancelled, b cancelled, a cleaned, gathered 1:, 1, 1");
    }
}

/* A gather whose only future has its value is cancelled, also before it was told of that. */
static void cancel_too_late(struct stage *stage, bool is_told)
{
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    struct haul_task *task = stage_task(
        stage, HAUL_CALL(gatherer, .stage = stage, .count = 1, .awaitables = {haul_future_awaitable(future)}));
    stage_turn(stage, 1);
    if (!is_told)
        assert_int_equal(haul_loop_call_soon(stage->loop, cancel_it, task, NULL), 0);
    haul_future_set_value(future, (union haul_value){.integer = 7}, NULL);
    if (is_told)
        assert_int_equal(haul_loop_call_soon(stage->loop, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "gathered 0:, 7");
    haul_future_unref(future);
}

/* CPython: test_cancel_gather_1: too late, since all have ended. The outcomes stand, and the request finds no await. */
static void test_cancel_gather_1(void **state)
{
    cancel_too_late(*state, true);
    cancel_too_late(*state, false);
}

static void test_cancelled_before_it_begins(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 1, .cancels_itself = true,
                                                .awaitables = {ACTOR(stage, "a")})),
                     HAUL_E_CANCELLED);
    /* Its tasks were cancelled before their first step. */
    assert_script(stage, "gathered 1:, 1");
}

static void test_nested(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable inner = HAUL_CALL(
        gatherer, .stage = stage, .count = 2,
        .awaitables = {ACTOR(stage, "a", .result = 1), ACTOR(stage, "b", .duration = HAUL_SECOND, .result = 2)});
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 2,
                                                .awaitables = {inner, ACTOR(stage, "c", .result = 3)})),
                     0);
    assert_script(stage, "c begins, a begins, b begins, c ends, a ends, b ends, gathered 0:, 1, 2, gathered 0:, 42, 3");
    /* And an error goes all the way up and down. */
    assert_int_equal(
        stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 2,
                                   .awaitables = {inner, ACTOR(stage, "c", .duration = 1, .failure = -EIO)})),
        -EIO);
    assert_script(stage, "c begins, a begins, b begins, a ends, c ends, b cancelled, gathered 1:, 1, 1, "
                         "gathered -5:, 1, -5");
}

/* Fails with another error when it is cancelled. */
struct failing_cleaner {
    struct haul_coroutine coroutine;
    int code;
};

static struct haul_step failing_cleaner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(failing_cleaner);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    HAUL_FAIL(-EPIPE);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_exception_marking. Nothing is left to report: every error is in the outcomes. */
static void test_exception_marking(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage,
                  HAUL_CALL(gatherer, .stage = stage, .count = 4,
                            .awaitables = {HAUL_CALL(failing_cleaner), ACTOR(stage, "a", .failure = -EIO),
                                           HAUL_CALL(failing_cleaner), ACTOR(stage, "c", .duration = HAUL_SECOND)})),
        -EIO);
    assert_script(stage, "a begins, c begins, a ends, c cancelled, gathered -5:, -32, -5, -32, 1");
    assert_int_equal(
        stage_run(stage, HAUL_CALL(gatherer, .stage = stage, .count = 2,
                                   .awaitables = {ACTOR(stage, "a", .failure = -EIO), HAUL_CALL(failing_cleaner)})),
        -EIO);
    assert_script(stage, "a begins, a ends, gathered -5:, -5, -32");
}

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

struct value_gatherer {
    struct haul_coroutine coroutine;
    int *counter;
    struct haul_outcome outcomes[2];
    int code;
};

static struct haul_step value_gatherer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(value_gatherer);
    struct haul_awaitable awaitables[] = {HAUL_CALL(owner, .counter = self->counter), HAUL_CALL(owner)};
    HAUL_AWAIT(haul_gather(task, awaitables, 2, HAUL_GATHER_FAIL_FAST, self->outcomes));
    assert_int_equal(*self->counter, 0);
    assert_ptr_equal(self->outcomes[0].destroy, count_destroyed);
    haul_outcome_finish(&self->outcomes[0]);
    assert_int_equal(*self->counter, 1);
    haul_outcome_finish(&self->outcomes[0]);
    assert_int_equal(*self->counter, 1);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_values_are_the_callers(void **state)
{
    struct stage *stage = *state;
    int destroyed = 0;
    assert_int_equal(stage_run(stage, HAUL_CALL(value_gatherer, .counter = &destroyed)), 0);
    assert_int_equal(destroyed, 1);
}

static void test_no_hidden_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(gatherer, .stage = stage, .count = 3,
                                    .awaitables = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND),
                                                   ACTOR(stage, "b", .duration = 9 * HAUL_SECOND),
                                                   ACTOR(stage, "c", .duration = HAUL_SECOND, .failure = -EIO)}));
    size_t before = failing_memory_count();
    stage_turn(stage, 2);
    /* One for each task, one for the gather, one for the timers. */
    assert_true(failing_memory_count() - before <= 5);
    before = failing_memory_count();
    assert_int_equal(stage_end(stage, task), -EIO);
    assert_int_equal(failing_memory_count(), before);
    stage_forget(stage);
}

/* Sleeps, then gathers what has been put in its frame by way of a pointer. */
struct ring_member {
    struct haul_coroutine coroutine;
    struct stage *stage;
    const char *name;
    struct haul_task **other;
    struct haul_awaitable call;
    enum haul_gather_flags flags;
    struct haul_awaitable awaitables[2];
    struct haul_outcome outcomes[2];
    int code;
};

static struct haul_step ring_member(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(ring_member);
    self->awaitables[0] = haul_task_awaitable(*self->other);
    self->awaitables[1] = self->call;
    HAUL_AWAIT_CODE(self->code,
                    haul_gather(task, self->awaitables, self->call.frame ? 2 : 1, self->flags, self->outcomes));
    stage_say(self->stage, "%s gathered %d (%d)", self->name, self->code, self->outcomes[0].code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static struct haul_step ring_waiter(struct haul_task *task, struct haul_coroutine *coroutine);
struct ring_waiter {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_task **other;
    int code;
};

static struct haul_step ring_waiter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(ring_waiter);
    HAUL_AWAIT_CODE(self->code, haul_task_wait(task, *self->other));
    stage_say(self->stage, "waited %d", self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* None of them could ever end; cancelled, they wait no longer for each other, with all flags. */
static void test_ring_of_gathers(void **state)
{
    struct stage *stage = *state;
    for (int flags = HAUL_GATHER_FAIL_FAST; flags <= HAUL_GATHER_RETURN_ERRORS; flags++) {
        struct haul_task *tasks[3];
        for (int i = 0; i < 3; i++)
            tasks[i] = stage_task(stage, HAUL_CALL(ring_member, .stage = stage,
                                                   .name = i == 0   ? "a"
                                                           : i == 1 ? "b"
                                                                    : "c",
                                                   .flags = flags, .other = &tasks[(i + 1) % 3]));
        stage_turn(stage, 1);
        assert_true(haul_task_cancel(tasks[1]));
        for (int i = 0; i < 3; i++)
            assert_int_equal(stage_end(stage, tasks[i]), HAUL_E_CANCELLED);
        assert_script(stage, "a gathered 1 (1), c gathered 1 (1), b gathered 1 (1)");
    }
}

static void test_ring_of_a_gather_and_a_wait(void **state)
{
    struct stage *stage = *state;
    for (int first = 0; first < 2; first++) {
        struct haul_task *tasks[2];
        tasks[0] = stage_task(stage, HAUL_CALL(ring_member, .stage = stage, .name = "a", .other = &tasks[1]));
        tasks[1] = stage_task(stage, HAUL_CALL(ring_waiter, .stage = stage, .other = &tasks[0]));
        stage_turn(stage, 1);
        assert_true(haul_task_cancel(tasks[first]));
        assert_int_equal(stage_end(stage, tasks[0]), HAUL_E_CANCELLED);
        assert_int_equal(stage_end(stage, tasks[1]), HAUL_E_CANCELLED);
        stage_forget(stage);
    }
}

/* Another of what is gathered fails, and its gather asks the ring to end. */
static void test_ring_of_gathers_and_an_error(void **state)
{
    struct stage *stage = *state;
    struct haul_task *tasks[2];
    tasks[0] = stage_task(stage, HAUL_CALL(ring_member, .stage = stage, .name = "a", .other = &tasks[1],
                                           .call = ACTOR(stage, "x", .duration = HAUL_SECOND, .failure = -EIO)));
    tasks[1] = stage_task(stage, HAUL_CALL(ring_member, .stage = stage, .name = "b", .other = &tasks[0]));
    assert_int_equal(stage_end(stage, tasks[0]), -EIO);
    assert_int_equal(stage_end(stage, tasks[1]), HAUL_E_CANCELLED);
    assert_script(stage, "x begins, x ends, a gathered -5 (1), b gathered 1 (-5)");
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
        if (code == 0) {
            haul_future_set_value(future, (union haul_value){.integer = 1}, NULL);
            code =
                haul_run_task(loop,
                              HAUL_CALL(gatherer, .stage = stage, .count = 3,
                                        .awaitables = {haul_future_awaitable(future), ACTOR(stage, "a", .duration = 1),
                                                       ACTOR(stage, "b", .duration = 1)}),
                              &outcome);
        }
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_future_unref(future);
        assert_int_equal(haul_loop_destroy(loop), 0);
        if (failing_memory_happened())
            stage_forget(stage);
    }
    assert_script(stage, "a begins, b begins, a ends, b ends, gathered 0:, 1, 0, 0");
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct haul_outcome), 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_success),
        on_stage(test_empty),
        on_stage(test_one_exception),
        on_stage(test_return_exceptions),
        on_stage(test_one_cancellation),
        on_stage(test_duplicates),
        on_stage(test_futures_and_tasks),
        on_stage(test_all_done_already),
        on_stage(test_cancellation_broadcast),
        on_stage(test_cancel_gather_1),
        on_stage(test_cancelled_before_it_begins),
        on_stage(test_nested),
        on_stage(test_exception_marking),
        on_stage(test_values_are_the_callers),
        on_stage(test_no_hidden_allocation),
        on_stage(test_ring_of_gathers),
        on_stage(test_ring_of_a_gather_and_a_wait),
        on_stage(test_ring_of_gathers_and_an_error),
        on_stage(test_out_of_memory),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
