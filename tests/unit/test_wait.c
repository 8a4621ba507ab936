#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

#define MOST 3

/* Waits for what it was given, as often as it is told to, and says "waited CODE at TIME: " and for each whether it is
 * done. */
struct waiting {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *futures[MOST];
    size_t count;
    enum haul_wait_until until;
    int64_t deadline;
    int times;
    bool sleeps; /* after the last */
    char done[MOST + 1];
    int code;
};

static struct haul_step waiting(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(waiting);
    do {
        HAUL_AWAIT_CODE(self->code, haul_wait(task, self->futures, self->count, self->until, self->deadline));
        for (size_t i = 0; i < self->count; i++)
            self->done[i] = haul_future_done(self->futures[i]) ? "abc"[i] : '-';
        stage_say(self->stage, "waited %d at %d: %s", self->code, (int)stage_time(self->stage), self->done);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    } while (--self->times > 0);
    if (self->sleeps)
        HAUL_AWAIT(haul_sleep(task, 1));
    HAUL_FINALLY;
    HAUL_END;
}

/* The cast of most tests: up to three tasks of the loop. */
struct cast {
    struct stage *stage;
    struct haul_task *tasks[MOST];
    struct haul_future *futures[MOST];
    size_t count;
};

static void cast_add(struct cast *cast, struct haul_awaitable awaitable)
{
    cast->tasks[cast->count] = stage_task(cast->stage, awaitable);
    cast->futures[cast->count] = haul_task_future(cast->tasks[cast->count]);
    cast->count++;
}

#define PLAY(cast_, ...) cast_add((cast_), HAUL_CALL(actor, .stage = (cast_)->stage, .name = __VA_ARGS__))

#define WAITING(cast_, ...)                                                                                            \
    HAUL_CALL(waiting, .stage = (cast_)->stage,                                                                        \
              .futures = {(cast_)->futures[0], (cast_)->futures[1], (cast_)->futures[2]}, .count = (cast_)->count,     \
              __VA_ARGS__)

/* Takes what the tasks ended with, once all have: their codes, as "CODE CODE ...". */
static void cast_say_codes(struct cast *cast)
{
    for (size_t i = 0; i < cast->count; i++)
        stage_say(cast->stage, "%d", stage_end(cast->stage, cast->tasks[i]));
}

/* CPython: test_wait; the second takes no time. */
static void test_wait(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 100 * HAUL_MILLISECOND);
    PLAY(&cast, "b", .duration = 150 * HAUL_MILLISECOND);
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .deadline = HAUL_NEVER, .times = 2)), 0);
    assert_script(cast.stage, "a begins, b begins, a ends, b ends, waited 0 at 150: ab, waited 0 at 150: ab");
    cast_say_codes(&cast);
    assert_script(cast.stage, "0, 0");
}

/* CPython: test_wait_first_completed */
static void test_wait_first_completed(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 10 * HAUL_SECOND);
    PLAY(&cast, "b", .duration = 100 * HAUL_MILLISECOND);
    assert_int_equal(
        stage_run(cast.stage, WAITING(&cast, .until = HAUL_WAIT_FIRST_COMPLETED, .deadline = HAUL_NEVER, .times = 2)),
        0);
    assert_script(cast.stage, "a begins, b begins, b ends, waited 0 at 100: -b, waited 0 at 100: -b");
    cast_say_codes(&cast);
    assert_script(cast.stage, "a ends, 0, 0");
}

/* CPython: test_wait_really_done: one that ends while the waiting task is on its way is done, too. */
struct yielder {
    struct haul_coroutine coroutine;
    int times;
};

static struct haul_step yielder(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(yielder);
    while (self->times-- > 0)
        HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_wait_really_done(void **state)
{
    struct cast cast = {.stage = *state};
    cast_add(&cast, HAUL_CALL(yielder, .times = 1));
    cast_add(&cast, HAUL_CALL(yielder, .times = 2));
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .until = HAUL_WAIT_FIRST_COMPLETED, .deadline = HAUL_NEVER)),
                     0);
    assert_script(cast.stage, "waited 0 at 0: ab");
    cast_say_codes(&cast);
    stage_forget(cast.stage);
}

/* CPython: test_wait_first_exception, test_wait_first_exception_in_wait; an error that was there before as well. */
static void test_wait_first_exception(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 10 * HAUL_SECOND);
    PLAY(&cast, "b", .duration = 10 * HAUL_MILLISECOND);
    PLAY(&cast, "c", .duration = 20 * HAUL_MILLISECOND, .failure = -EIO);
    assert_int_equal(
        stage_run(cast.stage, WAITING(&cast, .until = HAUL_WAIT_FIRST_EXCEPTION, .deadline = HAUL_NEVER, .times = 2)),
        0);
    assert_script(cast.stage, "a begins, b begins, c begins, b ends, c ends, waited 0 at 20: -bc, waited 0 at 20: -bc");
    cast_say_codes(&cast);
    assert_script(cast.stage, "a ends, 0, 0, -5");
}

/* One that was cancelled is no error; without one it is as ALL_COMPLETED. */
static void test_wait_first_exception_without_one(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = HAUL_SECOND);
    PLAY(&cast, "b", .duration = 9 * HAUL_SECOND);
    stage_turn(cast.stage, 1);
    haul_task_cancel(cast.tasks[1]);
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .until = HAUL_WAIT_FIRST_EXCEPTION, .deadline = HAUL_NEVER)),
                     0);
    assert_script(cast.stage, "a begins, b begins, b cancelled, a ends, waited 0 at 1000: ab");
    cast_say_codes(&cast);
    assert_script(cast.stage, "0, 1");
}

/* CPython: test_wait_with_exception: ALL_COMPLETED does not mind. The errors stay untaken, and are reported. */
static void test_wait_with_exception(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 100 * HAUL_MILLISECOND);
    PLAY(&cast, "b", .duration = 50 * HAUL_MILLISECOND, .failure = -EIO);
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .deadline = HAUL_NEVER)), 0);
    assert_script(cast.stage, "a begins, b begins, b ends, a ends, waited 0 at 100: ab");
    haul_task_unref(cast.tasks[0]);
    haul_task_unref(cast.tasks[1]);
    assert_script(cast.stage, "report -5");
}

/* CPython: test_wait_with_timeout: what is pending runs on. */
static void test_wait_with_timeout(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 100 * HAUL_MILLISECOND);
    PLAY(&cast, "b", .duration = 150 * HAUL_MILLISECOND);
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .deadline = 110 * HAUL_MILLISECOND)), 0);
    assert_script(cast.stage, "a begins, b begins, a ends, waited 0 at 110: a-");
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .deadline = HAUL_SECOND)), 0);
    assert_script(cast.stage, "b ends, waited 0 at 150: ab");
    /* Its deadline is not left behind. */
    assert_int_equal(haul_loop_run_forever(cast.stage->loop), HAUL_E_STALLED);
    assert_int_equal(stage_time(cast.stage), 150);
    cast_say_codes(&cast);
    stage_forget(cast.stage);
}

/* CPython: test_wait_concurrent_complete: what ends at the very deadline is done. */
static void test_wait_concurrent_complete(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 100 * HAUL_MILLISECOND);
    PLAY(&cast, "b", .duration = 150 * HAUL_MILLISECOND);
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .deadline = 100 * HAUL_MILLISECOND)), 0);
    assert_script(cast.stage, "a begins, b begins, a ends, waited 0 at 100: a-");
    cast_say_codes(&cast);
    stage_forget(cast.stage);
}

/* A deadline that is past still lets the others run once, so that who waits in a loop starves nobody. */
static void test_past_deadline(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a");
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .deadline = 0)), 0);
    assert_script(cast.stage, "a begins, a ends, waited 0 at 0: a");
    cast_say_codes(&cast);
    stage_forget(cast.stage);
}

static void test_same_twice(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 1);
    cast.futures[cast.count++] = cast.futures[0];
    assert_int_equal(stage_run(cast.stage, WAITING(&cast, .deadline = HAUL_NEVER)), 0);
    assert_script(cast.stage, "a begins, a ends, waited 0 at 0: ab");
    haul_task_unref(cast.tasks[0]);
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

/* CPython: test_yield_wait_does_not_shield_cancel: who waits is cancelled, and what it waits for runs on. */
static void test_yield_wait_does_not_shield_cancel(void **state)
{
    struct cast cast = {.stage = *state};
    PLAY(&cast, "a", .duration = 2 * HAUL_SECOND);
    PLAY(&cast, "b");
    struct haul_task *task = stage_task(cast.stage, WAITING(&cast, .deadline = 9 * HAUL_SECOND));
    assert_int_equal(haul_loop_call_at(cast.stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(cast.stage, task), HAUL_E_CANCELLED);
    assert_script(cast.stage, "a begins, b begins, b ends, waited 1 at 1000: -b");
    cast_say_codes(&cast);
    assert_script(cast.stage, "a ends, 0, 0");
    assert_int_equal(haul_loop_run_forever(cast.stage->loop), HAUL_E_STALLED);
    assert_int_equal(stage_time(cast.stage), 2000);
}

/* Enough are done, and the word of it is on its way: the wait is over, and the request stays for the next await. */
static void test_cancel_with_the_last(void **state)
{
    struct cast cast = {.stage = *state};
    struct haul_future *future;
    assert_int_equal(haul_future_create(cast.stage->loop, &future), 0);
    cast.futures[cast.count++] = future;
    struct haul_task *task = stage_task(cast.stage, WAITING(&cast, .deadline = HAUL_NEVER, .sleeps = true));
    stage_turn(cast.stage, 1);
    assert_int_equal(haul_future_set_value(future, (union haul_value){0}, NULL), 0);
    haul_task_cancel(task);
    assert_int_equal(stage_end(cast.stage, task), HAUL_E_CANCELLED);
    assert_script(cast.stage, "waited 0 at 0: a");
    haul_future_unref(future);
}

static void wait_for_nothing(void *data)
{
    struct cast *cast = data;
    stage_run(cast->stage, HAUL_CALL(waiting, .stage = cast->stage));
}

struct self_waiter {
    struct haul_coroutine coroutine;
};

static struct haul_step self_waiter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(self_waiter);
    struct haul_future *future = haul_task_future(task);
    HAUL_AWAIT(haul_wait(task, &future, 1, HAUL_WAIT_ALL_COMPLETED, HAUL_NEVER));
    HAUL_FINALLY;
    HAUL_END;
}

static void wait_for_itself(void *data)
{
    struct cast *cast = data;
    stage_run(cast->stage, HAUL_CALL(self_waiter));
}

static void test_mistakes(void **state)
{
    struct cast cast = {.stage = *state};
    assert_true(meets_assert(wait_for_nothing, &cast));
    assert_true(meets_assert(wait_for_itself, &cast));
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
            code = haul_run_task(
                loop, HAUL_CALL(waiting, .stage = stage, .futures = {future}, .count = 1, .deadline = 1), &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_future_unref(future);
        assert_int_equal(haul_loop_destroy(loop), 0);
        if (failing_memory_happened())
            stage_forget(stage);
    }
    assert_script(stage, "waited 0 at 0: -");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_wait),
        on_stage(test_wait_first_completed),
        on_stage(test_wait_really_done),
        on_stage(test_wait_first_exception),
        on_stage(test_wait_first_exception_without_one),
        on_stage(test_wait_with_exception),
        on_stage(test_wait_with_timeout),
        on_stage(test_wait_concurrent_complete),
        on_stage(test_past_deadline),
        on_stage(test_same_twice),
        on_stage(test_yield_wait_does_not_shield_cancel),
        on_stage(test_cancel_with_the_last),
        on_stage(test_mistakes),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
