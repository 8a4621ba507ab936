#include "failing_memory.h"
#include "stage.h"

#include "core/loop.h"

#include <errno.h>
#include <stdio.h>

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

static void say_step(void *data, const struct haul_trace_step *step)
{
    static const char *const names[] = {
        [HAUL_TRACE_RUNS] = "runs",           [HAUL_TRACE_YIELDED] = "yielded", [HAUL_TRACE_WAITS] = "waits",
        [HAUL_TRACE_COMPLETED] = "completed", [HAUL_TRACE_FAILED] = "failed",   [HAUL_TRACE_CANCELLED] = "cancelled"};
    char room[HAUL_TASK_NAME_SIZE];
    assert_null(haul_task_current(haul_task_loop(step->task)));
    stage_say(data, "%s %s", haul_task_name(step->task, room), names[step->event]);
    if (step->event == HAUL_TRACE_COMPLETED)
        stage_say(data, "%d", (int)step->value.integer);
    else
        assert_int_equal(step->value.integer, 0);
    if (step->event == HAUL_TRACE_FAILED)
        stage_say(data, "%d", step->code);
    else
        assert_int_equal(step->code, step->event == HAUL_TRACE_CANCELLED ? HAUL_E_CANCELLED : 0);
}

static void test_steps(void **state)
{
    struct stage *stage = *state;
    haul_loop_set_trace(stage->loop, say_step, stage);
    struct haul_task *first = stage_task(stage, ACTOR(stage, "a", .result = 7));
    struct haul_task *second = stage_task(stage, ACTOR(stage, "b", .duration = HAUL_SECOND, .result = 8));
    assert_int_equal(haul_task_set_name(second, "second"), 0);
    assert_int_equal(stage_end(stage, first), 0);
    assert_int_equal(stage_end(stage, second), 0);
    assert_script(stage, "Task-1 runs, a begins, Task-1 yielded, second runs, b begins, second waits, "
                         "Task-1 runs, a ends, Task-1 completed, 7, second runs, b ends, second completed, 8");
}

/* An error that was only looked at is still one that nobody took. */
static void test_ends(void **state)
{
    struct stage *stage = *state;
    haul_loop_set_trace(stage->loop, say_step, stage);
    assert_int_equal(haul_task_create(stage->loop, ACTOR(stage, "a", .failure = -EIO), NULL), 0);
    struct haul_task *cancelled = stage_task(stage, ACTOR(stage, "b", .duration = HAUL_SECOND));
    stage_turn(stage, 2);
    assert_script(stage, "Task-1 runs, a begins, Task-1 yielded, Task-2 runs, b begins, Task-2 waits, "
                         "Task-1 runs, a ends, Task-1 failed, -5, report -5");
    haul_task_cancel(cancelled);
    assert_int_equal(stage_end(stage, cancelled), HAUL_E_CANCELLED);
    assert_script(stage, "Task-2 runs, b cancelled, Task-2 cancelled");
    struct haul_task *unbegun = stage_task(stage, ACTOR(stage, "c"));
    haul_task_cancel(unbegun);
    assert_int_equal(stage_end(stage, unbegun), HAUL_E_CANCELLED);
    assert_script(stage, "Task-3 cancelled");
    haul_loop_set_trace(stage->loop, NULL, NULL);
    assert_int_equal(stage_run(stage, ACTOR(stage, "d")), 0);
    assert_script(stage, "d begins, d ends");
}

/* Holds up the loop: its clock moves within the step. */
struct hog {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int64_t first;
    int64_t second;
};

static struct haul_step hog(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(hog);
    self->stage->clock.now += self->first;
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    self->stage->clock.now += self->second;
    HAUL_FINALLY;
    HAUL_END;
}

static void hog_callback(void *data)
{
    struct stage *stage = data;
    stage->clock.now += 123 * HAUL_MILLISECOND;
}

static void hog_done(struct haul_future *future, void *data)
{
    (void)future;
    hog_callback(data);
}

static void say_message(void *data, struct haul_loop *loop, const char *message, int code)
{
    (void)loop;
    stage_say(data, "%s (%d)", message, code);
}

/* A loop whose handler says the messages, in debug mode. */
static struct haul_loop *open_debugged(struct stage *stage)
{
    struct haul_loop *loop;
    struct haul_loop_options options = {
        .clock = haul_virtual_clock(&stage->clock), .exception_handler = say_message, .exception_data = stage};
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    haul_loop_set_debug(loop, 1);
    return loop;
}

/* CPython: test_log_slow_callbacks, of a step. */
static void test_slow_step(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_debugged(stage);
    struct haul_task *task;
    assert_int_equal(haul_task_create(loop,
                                      HAUL_CALL(hog, .stage = stage, .first = 100 * HAUL_MILLISECOND,
                                                .second = 1500 * HAUL_MILLISECOND),
                                      &task),
                     0);
    assert_int_equal(haul_run_until_complete(loop, haul_task_future(task)), 0);
    haul_task_unref(task);
    assert_script(stage, "Executing <Task name='Task-1'> took 0.100 seconds (0), "
                         "Executing <Task name='Task-1'> took 1.500 seconds (0)");
    assert_int_equal(haul_task_create(loop, HAUL_CALL(hog, .stage = stage, .first = 100 * HAUL_MILLISECOND - 1), NULL),
                     0);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "");
}

static void test_slow_task_with_a_name(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_debugged(stage);
    struct haul_task *task;
    char name[300];
    for (size_t i = 0; i < sizeof(name); i++)
        name[i] = 'x';
    name[sizeof(name) - 1] = '\0';
    haul_loop_set_slow_callback_duration(loop, 2 * HAUL_SECOND);
    struct haul_awaitable call = HAUL_CALL(hog, .stage = stage, .first = HAUL_SECOND, .second = 2 * HAUL_SECOND);
    assert_int_equal(haul_task_create(loop, call, &task), 0);
    assert_int_equal(haul_task_set_name(task, "hog"), 0);
    assert_int_equal(haul_run_until_complete(loop, haul_task_future(task)), 0);
    haul_task_unref(task);
    assert_script(stage, "Executing <Task name='hog'> took 2.000 seconds (0)");
    assert_int_equal(haul_task_create(loop, call, &task), 0);
    assert_int_equal(haul_task_set_name(task, name), 0);
    assert_int_equal(haul_run_until_complete(loop, haul_task_future(task)), 0);
    haul_task_unref(task);
    name[127] = '\0';
    char expected[400];
    sprintf(expected, "Executing <Task name='%s'> took 2.000 seconds (0)", name);
    assert_script(stage, expected);
    assert_int_equal(haul_loop_finish(loop), 0);
}

/* CPython: test_log_slow_callbacks: of a handle and of a done callback, which no task is named for. */
static void test_log_slow_callbacks(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_debugged(stage);
    struct haul_task *task;
    assert_int_equal(haul_task_create(loop, ACTOR(stage, "a"), &task), 0);
    assert_int_equal(haul_loop_call_soon(loop, hog_callback, stage, NULL), 0);
    assert_int_equal(haul_future_add_done_callback(haul_task_future(task), hog_done, stage), 0);
    assert_int_equal(haul_run_until_complete(loop, haul_task_future(task)), 0);
    haul_task_unref(task);
    assert_script(stage, "a begins, Executing <Handle> took 0.123 seconds (0), a ends, "
                         "Executing <Handle> took 0.123 seconds (0)");
    haul_loop_set_debug(loop, 0);
    assert_int_equal(haul_loop_call_soon(loop, hog_callback, stage, NULL), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "");
}

struct slow_hook {
    struct haul__hook hook;
    struct stage *stage;
};

static int64_t before_poll(struct haul__hook *hook)
{
    (void)hook;
    return HAUL_NEVER;
}

static void after_poll(struct haul__hook *hook)
{
    hog_callback(((struct slow_hook *)(void *)hook)->stage);
}

static void test_slow_hook(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_debugged(stage);
    struct slow_hook slow = {{.before_poll = before_poll, .after_poll = after_poll}, stage};
    haul__loop_add_hook(loop, &slow.hook);
    assert_int_equal(haul_task_create(loop, ACTOR(stage, "a"), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_script(stage, "Executing <Hook> took 0.123 seconds (0), a begins");
    haul_loop_set_debug(loop, 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_script(stage, "a ends");
    haul__loop_remove_hook(loop, &slow.hook);
    assert_int_equal(haul_loop_finish(loop), 0);
}

/* Debug mode and trace at once, and the one without the other; the loop's own time is not moved by looking. */
static void test_debug_and_trace(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_debugged(stage);
    haul_loop_set_trace(loop, say_step, stage);
    struct haul_awaitable call = HAUL_CALL(hog, .stage = stage, .first = HAUL_SECOND);
    assert_int_equal(haul_task_create(loop, call, NULL), 0);
    haul_loop_stop(loop);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_int_equal(haul_loop_now(loop), 0);
    assert_script(stage, "Task-1 runs, Task-1 waits, Executing <Task name='Task-1'> took 1.000 seconds (0)");
    haul_loop_set_debug(loop, 0);
    assert_int_equal(haul_task_create(loop, call, NULL), 0);
    haul_loop_stop(loop);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_script(stage, "Task-2 runs, Task-2 waits, Task-1 runs, Task-1 completed, 0");
    haul_loop_set_trace(loop, NULL, NULL);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "");
}

/* Turned on and off from inside of a step. */
struct switcher {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int on;
};

static struct haul_step switcher(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(switcher);
    for (self->on = 1; self->on >= 0; self->on--) {
        haul_loop_set_debug(haul_task_loop(task), self->on);
        haul_loop_set_trace(haul_task_loop(task), self->on ? say_step : NULL, self->stage);
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    HAUL_FINALLY;
    HAUL_END;
}

static void test_switched_within(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(switcher, .stage = stage)), 0);
    assert_script(stage, "Task-1 yielded, Task-1 runs");
}

static void test_no_hidden_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_debugged(stage);
    haul_loop_set_trace(loop, say_step, stage);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(hog, .stage = stage, .first = HAUL_SECOND), NULL), 0);
    haul_loop_stop(loop);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    size_t before = failing_memory_count();
    haul_loop_set_slow_callback_duration(loop, 0);
    haul_loop_stop(loop);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_int_equal(failing_memory_count(), before);
    assert_int_equal(haul_loop_finish(loop), 0);
    stage_forget(stage);
}

static void say_wait(void *data, int64_t begin, int64_t end)
{
    struct stage *stage = data;
    stage_say(stage, "idle %d-%d", (int)(begin / HAUL_SECOND), (int)(end / HAUL_SECOND));
}

/* With something to do at once it does not wait. */
static void test_waits(void **state)
{
    struct stage *stage = *state;
    haul_loop_set_idle(stage->loop, say_wait, stage);
    struct haul_task *first = stage_task(stage, ACTOR(stage, "a", .result = 7));
    struct haul_task *second = stage_task(stage, ACTOR(stage, "b", .duration = HAUL_SECOND, .result = 8));
    assert_int_equal(stage_end(stage, first), 0);
    assert_int_equal(stage_end(stage, second), 0);
    assert_script(stage, "a begins, b begins, a ends, idle 0-1, b ends");
    haul_loop_set_idle(stage->loop, NULL, NULL);
    assert_int_equal(stage_end(stage, stage_task(stage, ACTOR(stage, "c", .duration = HAUL_SECOND))), 0);
    assert_script(stage, "c begins, c ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_steps),
        on_stage(test_waits),
        on_stage(test_ends),
        on_stage(test_slow_step),
        on_stage(test_slow_task_with_a_name),
        on_stage(test_log_slow_callbacks),
        on_stage(test_slow_hook),
        on_stage(test_debug_and_trace),
        on_stage(test_switched_within),
        on_stage(test_no_hidden_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
