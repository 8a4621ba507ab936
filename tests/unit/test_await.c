#include "failing_memory.h"
#include "stage.h"

#include "core/task.h"

#include <errno.h>
#include <stdlib.h>

/* Calls itself until DEPTH is 0, on frames of the heap, then sleeps; returns how deep it was, or says how it was
 * unwound. */
struct digger {
    struct haul_coroutine coroutine;
    int depth;
    int *unwound;
    int failure;
    struct digger *child;
};

static struct haul_step digger(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(digger);
    if (self->depth == 0) {
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
        if (self->failure != 0)
            HAUL_FAIL(self->failure);
        HAUL_RETURN(.integer = 0);
    }
    self->child = malloc(sizeof(*self->child));
    *self->child = HAUL_FRAME(digger, .depth = self->depth - 1, .unwound = self->unwound, .failure = self->failure);
    HAUL_AWAIT(haul_call(task, &self->child->coroutine));
    HAUL_RETURN(.integer = haul_awaited(task).integer + 1);
    HAUL_FINALLY;
    free(self->child);
    ++*self->unwound;
    HAUL_END;
}

enum { deep = 100000 };

static void test_depth_costs_no_stack(void **state)
{
    struct stage *stage = *state;
    int unwound = 0;
    struct haul_outcome outcome;
    size_t before = failing_memory_count();
    assert_int_equal(haul_run_task(stage->loop, HAUL_CALL(digger, .depth = deep, .unwound = &unwound), &outcome), 0);
    assert_int_equal(outcome.value.integer, deep);
    assert_int_equal(unwound, deep + 1);
    /* The task and the timers: an await of a child allocates nothing. */
    assert_int_equal(failing_memory_count() - before, 2);
}

static void test_error_goes_up(void **state)
{
    struct stage *stage = *state;
    int unwound = 0;
    assert_int_equal(stage_run(stage, HAUL_CALL(digger, .depth = 10, .unwound = &unwound, .failure = -EIO)), -EIO);
    assert_int_equal(unwound, 11);
}

static void test_cancel_goes_up(void **state)
{
    struct stage *stage = *state;
    int unwound = 0;
    struct haul_task *task = stage_task(stage, HAUL_CALL(digger, .depth = deep, .unwound = &unwound));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_int_equal(unwound, deep + 1);
    assert_int_equal(stage_time(stage), 0);
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

/* Neither where an await in `finally` gives the cancel, nor where it comes too late for any. */
static void test_cancel_replaces_no_error(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .failure = -EIO, .cleanup = HAUL_SECOND));
    stage_turn(stage, 2);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), -EIO);
    assert_script(stage, "a begins, a ends, a interrupted");
    assert_int_equal(stage_time(stage), 0);

    task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "b", .duration = HAUL_SECOND, .failure = -EIO));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), -EIO);
    assert_script(stage, "b begins, b ends");
}

/* Cancels another, and gives it two seconds to end. */
struct ender {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_task *other;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step ender(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(ender);
    haul_task_cancel(self->other);
    HAUL_AWAIT_CODE(self->code, haul_wait_for(task, haul_task_awaitable(self->other), 2 * HAUL_SECOND, &self->outcome));
    stage_say(self->stage, "%s at %d", haul_error_name(self->code), (int)stage_time(self->stage));
    HAUL_FINALLY;
    haul_task_unref(self->other);
    HAUL_END;
}

static void test_must_end_by(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(
        stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = 9 * HAUL_SECOND, .cleanup = 9 * HAUL_SECOND));
    stage_turn(stage, 1);
    assert_int_equal(stage_run(stage, HAUL_CALL(ender, .stage = stage, .other = task)), 0);
    assert_script(stage, "a begins, a cancelled, a interrupted, HAUL_E_TIMEOUT at 2000");
}

/* Waits for the task before it. */
struct chain_link {
    struct haul_coroutine coroutine;
    struct haul_task *before;
};

static struct haul_step chain_link(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(chain_link);
    if (self->before)
        HAUL_AWAIT(haul_task_wait(task, self->before));
    else
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    haul_task_unref(self->before);
    HAUL_END;
}

/* A chain of tasks, each waiting for the next: the last of them, with a reference. */
static struct haul_task *make_chain(struct stage *stage, int length)
{
    struct haul_task *task = NULL;
    for (int i = 0; i < length; i++)
        task = stage_task(stage, HAUL_CALL(chain_link, .before = task));
    return task;
}

static void test_chain_of_tasks(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_end(stage, make_chain(stage, 1000)), 0);
    struct haul_task *last = make_chain(stage, deep);
    stage_turn(stage, 1);
    haul_task_cancel(last);
    assert_int_equal(stage_end(stage, last), HAUL_E_CANCELLED);
}

struct teller {
    struct haul_coroutine coroutine;
    struct stage *stage;
    const char *name;
    struct haul_future *future;
    int code;
};

static struct haul_step teller(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(teller);
    HAUL_AWAIT_CODE(self->code, haul_future_wait(task, self->future));
    stage_say(self->stage, "%s %d %d", self->name, self->code, (int)haul_awaited(task).integer);
    HAUL_FINALLY;
    HAUL_END;
}

static void say_callback(struct haul_future *future, void *data)
{
    (void)future;
    stage_say(data, "callback");
}

/* Tasks and callbacks are told in the order of asking. A waiter that was cancelled cancels the future for all. */
static void test_several_waiters(void **state)
{
    struct stage *stage = *state;
    for (int cancels = 0; cancels < 2; cancels++) {
        struct haul_future *future;
        assert_int_equal(haul_future_create(stage->loop, &future), 0);
        struct haul_task *a = stage_task(stage, HAUL_CALL(teller, .stage = stage, .name = "a", .future = future));
        stage_turn(stage, 1);
        assert_int_equal(haul_future_add_done_callback(future, say_callback, stage), 0);
        struct haul_task *b = stage_task(stage, HAUL_CALL(teller, .stage = stage, .name = "b", .future = future));
        stage_turn(stage, 1);
        size_t before = failing_memory_count();
        if (cancels)
            haul_task_cancel(b);
        else
            haul_future_set_value(future, (union haul_value){.integer = 7}, NULL);
        haul_future_unref(future);
        assert_script(stage, "");
        assert_int_equal(stage_end(stage, a), 0);
        assert_int_equal(stage_end(stage, b), 0);
        assert_int_equal(failing_memory_count(), before);
        if (cancels)
            assert_script(stage, "a 1 0, callback, b 1 0");
        else
            assert_script(stage, "a 0 7, callback, b 0 7");
    }
}

/* Awaiting what is done does not wait. */
static void test_done_already(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    haul_future_set_error(future, -EIO);
    struct haul_task *task = stage_task(stage, HAUL_CALL(teller, .stage = stage, .name = "a", .future = future));
    stage_turn(stage, 1);
    assert_script(stage, "a -5 0");
    assert_int_equal(stage_end(stage, task), 0);
    haul_future_unref(future);
    assert_script(stage, "");
}

/* CPython: test_yield_future_passes_cancel: the inner cleans up first, then the outer. */
struct outer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_task *inner;
    int code;
};

static struct haul_step outer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(outer);
    self->inner = stage_task(self->stage, HAUL_CALL(actor, .stage = self->stage, .name = "inner",
                                                    .duration = 9 * HAUL_SECOND, .cleanup = HAUL_SECOND));
    HAUL_AWAIT_CODE(self->code, haul_task_wait(task, self->inner));
    stage_say(self->stage, "outer %d", self->code);
    HAUL_FINALLY;
    haul_task_unref(self->inner);
    HAUL_END;
}

static void test_yield_future_passes_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(outer, .stage = stage));
    stage_turn(stage, 2);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "inner begins, inner cancelled, inner cleaned, outer 1");
    assert_int_equal(stage_time(stage), 1000);
}

/* Awaits a task that fails, from some time on and perhaps being cancelled by itself, and then sleeps. */
struct awaiter {
    struct haul_coroutine coroutine;
    struct haul_task *other;
    int64_t begin;
    bool cancels_itself;
    int code;
    int next_code;
};

static struct haul_step awaiter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(awaiter);
    HAUL_AWAIT(haul_sleep_until(task, self->begin));
    if (self->cancels_itself)
        haul_task_cancel(task);
    HAUL_AWAIT_CODE(self->code, haul_task_wait(task, self->other));
    assert_int_equal(self->code, -EIO);
    HAUL_AWAIT_CODE(self->next_code, haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN(.integer = self->next_code);
    HAUL_FINALLY;
    HAUL_END;
}

static int64_t next_code(struct stage *stage, struct haul_task *task)
{
    haul_task_ref(task);
    assert_int_equal(stage_end(stage, task), 0);
    int64_t code = haul_future_value(haul_task_future(task)).integer;
    haul_task_unref(task);
    return code;
}

/* A cancel that was passed on to a task which ends before an await of its own has given it comes behind its error. */
static void test_cancel_that_was_passed_on_too_late(void **state)
{
    struct stage *stage = *state;
    struct haul_task *failing =
        stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND, .failure = -EIO));
    struct haul_task *other = stage_task(stage, HAUL_CALL(awaiter, .other = failing, .begin = 1));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, other, NULL), 0);
    assert_int_equal(next_code(stage, other), HAUL_E_CANCELLED);
    haul_task_unref(failing);
}

static void test_own_cancel_that_was_passed_on_too_late(void **state)
{
    struct stage *stage = *state;
    struct haul_task *last = stage_task(stage, HAUL_CALL(awaiter, .begin = HAUL_SECOND, .cancels_itself = true));
    struct haul_task *failing =
        stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND, .failure = -EIO));
    ((struct awaiter *)(void *)haul__task_first(last))->other = failing;
    assert_int_equal(next_code(stage, last), HAUL_E_CANCELLED);
    haul_task_unref(failing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_depth_costs_no_stack),
        on_stage(test_error_goes_up),
        on_stage(test_cancel_goes_up),
        on_stage(test_cancel_replaces_no_error),
        on_stage(test_must_end_by),
        on_stage(test_chain_of_tasks),
        on_stage(test_several_waiters),
        on_stage(test_done_already),
        on_stage(test_yield_future_passes_cancel),
        on_stage(test_cancel_that_was_passed_on_too_late),
        on_stage(test_own_cancel_that_was_passed_on_too_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
