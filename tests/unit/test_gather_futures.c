/* What is gathered here are futures, settled by the test one after the other: CPython's FutureGatherTests. */
#include "stage.h"

#include <errno.h>

enum { COUNT = 5 };

struct gatherer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future **futures;
    struct haul_outcome outcomes[COUNT];
    enum haul_gather_flags flags;
    int code;
};

static struct haul_step gatherer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(gatherer);
    struct haul_awaitable awaitables[COUNT];
    for (int i = 0; i < COUNT; i++)
        awaitables[i] = haul_future_awaitable(self->futures[i]);
    HAUL_AWAIT_CODE(self->code, haul_gather(task, awaitables, COUNT, self->flags, self->outcomes));
    stage_say(self->stage, "gathered %d:", self->code);
    for (int i = 0; i < COUNT; i++)
        stage_say(self->stage, "%d",
                  self->outcomes[i].code != 0 ? self->outcomes[i].code : (int)self->outcomes[i].value.integer);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* A task that gathers five futures, and has begun to wait for them. */
struct cast {
    struct haul_future *futures[COUNT];
    struct haul_task *task;
};

static struct cast open_cast(struct stage *stage, struct haul_future **futures, enum haul_gather_flags flags)
{
    struct cast cast;
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(haul_future_create(stage->loop, &futures[i]), 0);
        cast.futures[i] = futures[i];
    }
    cast.task = stage_task(stage, HAUL_CALL(gatherer, .stage = stage, .futures = futures, .flags = flags));
    stage_turn(stage, 1);
    return cast;
}

/* Ends it: the code that the gather gave. */
static int close_cast(struct stage *stage, struct cast *cast)
{
    int code = stage_end(stage, cast->task);
    for (int i = 0; i < COUNT; i++)
        haul_future_unref(cast->futures[i]);
    return code;
}

static int set(struct haul_future *future, int64_t value)
{
    return haul_future_set_value(future, (union haul_value){.integer = value}, NULL);
}

/* What is left after the first error was cancelled, and whoever settles it later is told that it has its outcome. */
static void assert_rest_is_cancelled(struct cast *cast)
{
    assert_int_equal(set(cast->futures[2], 3), HAUL_E_SETTLED);
    assert_false(haul_future_cancel(cast->futures[3]));
    assert_int_equal(haul_future_set_error(cast->futures[4], -EPIPE), HAUL_E_SETTLED);
}

/* CPython: GatherTestsBase.test_one_exception. The first error is the gather's. The rule of haul: the rest is
 * cancelled, so that settling it afterwards is refused, where asyncio ignores it. */
static void test_one_exception(void **state)
{
    struct stage *stage = *state;
    struct haul_future *futures[COUNT];
    struct cast cast = open_cast(stage, futures, HAUL_GATHER_FAIL_FAST);
    assert_int_equal(set(cast.futures[0], 1), 0);
    assert_int_equal(haul_future_set_error(cast.futures[1], -EIO), 0);
    stage_turn(stage, 3);
    assert_script(stage, "gathered -5:, 1, -5, 1, 1, 1");
    assert_rest_is_cancelled(&cast);
    assert_int_equal(close_cast(stage, &cast), -EIO);
    assert_script(stage, "");
}

/* CPython: FutureGatherTests.test_one_cancellation. One that others cancelled is an error of the gather, which was not
 * cancelled itself. The rule of haul: the rest is cancelled, and settling it afterwards is refused. */
static void test_one_cancellation(void **state)
{
    struct stage *stage = *state;
    struct haul_future *futures[COUNT];
    struct cast cast = open_cast(stage, futures, HAUL_GATHER_FAIL_FAST);
    assert_int_equal(set(cast.futures[0], 1), 0);
    assert_true(haul_future_cancel(cast.futures[1]));
    stage_turn(stage, 3);
    assert_script(stage, "gathered 1:, 1, 1, 1, 1, 1");
    assert_int_equal(haul_task_cancelling(cast.task), 0);
    assert_rest_is_cancelled(&cast);
    assert_int_equal(close_cast(stage, &cast), HAUL_E_CANCELLED);
}

/* CPython: FutureGatherTests.test_result_exception_one_cancellation. With return_exceptions each is an outcome, and the
 * gather waits for the last. */
static void test_result_exception_one_cancellation(void **state)
{
    struct stage *stage = *state;
    struct haul_future *futures[COUNT];
    struct cast cast = open_cast(stage, futures, HAUL_GATHER_RETURN_ERRORS);
    assert_int_equal(set(cast.futures[0], 7), 0);
    assert_int_equal(haul_future_set_error(cast.futures[1], -EIO), 0);
    assert_true(haul_future_cancel(cast.futures[2]));
    assert_int_equal(set(cast.futures[3], 9), 0);
    stage_turn(stage, 1);
    assert_script(stage, "");
    assert_int_equal(haul_future_set_error(cast.futures[4], -EPIPE), 0);
    assert_int_equal(close_cast(stage, &cast), 0);
    assert_script(stage, "gathered 0:, 7, -5, 1, 9, -32");
}

struct inner {
    struct haul_coroutine coroutine;
    struct haul_future *future;
};

static struct haul_step inner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(inner);
    HAUL_AWAIT(haul_future_wait(task, self->future));
    HAUL_FAIL(-EIO);
    HAUL_FINALLY;
    HAUL_END;
}

struct outer {
    struct haul_coroutine coroutine;
    struct haul_future *first;
    struct haul_future *second;
    struct haul_outcome outcomes[2];
};

static struct haul_step outer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(outer);
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(inner, .future = self->first),
        HAUL_CALL(inner, .future = self->second),
    };
    HAUL_AWAIT(haul_gather(task, awaitables, 2, HAUL_GATHER_FAIL_FAST, self->outcomes));
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: CoroutineGatherTests.test_exception_marking. The gather has the first error, and nothing is reported. The
 * rule of haul: the second coroutine is cancelled, and with it what it waits for, so that it cannot fail afterwards. */
static void test_exception_marking(void **state)
{
    struct stage *stage = *state;
    struct haul_future *first;
    struct haul_future *second;
    assert_int_equal(haul_future_create(stage->loop, &first), 0);
    assert_int_equal(haul_future_create(stage->loop, &second), 0);
    struct haul_task *task = stage_task(stage, HAUL_CALL(outer, .first = first, .second = second));
    stage_turn(stage, 2);
    assert_int_equal(set(first, 0), 0);
    stage_turn(stage, 1);
    assert_int_equal(set(second, 0), HAUL_E_SETTLED);
    assert_int_equal(stage_end(stage, task), -EIO);
    haul_future_unref(first);
    haul_future_unref(second);
    assert_script(stage, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_one_exception),
        on_stage(test_one_cancellation),
        on_stage(test_result_exception_one_cancellation),
        on_stage(test_exception_marking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
