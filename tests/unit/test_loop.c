#include "failing_memory.h"
#include "stage.h"

#include "core/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* A callback that says its name, and does one thing more. */
struct call {
    struct stage *stage;
    const char *name;
    struct haul_handle **cancels;
    struct call *calls_soon;
    bool stops;
};

static void call(void *data)
{
    struct call *call_data = data;
    stage_say(call_data->stage, "%s", call_data->name);
    if (call_data->cancels)
        haul_handle_cancel(*call_data->cancels);
    if (call_data->calls_soon)
        assert_int_equal(haul_loop_call_soon(call_data->stage->loop, call, call_data->calls_soon, NULL), 0);
    if (call_data->stops)
        haul_loop_stop(call_data->stage->loop);
}

static void soon(struct call *calls, struct haul_handle **ret_handle)
{
    assert_int_equal(haul_loop_call_soon(calls->stage->loop, call, calls, ret_handle), 0);
}

static void at(struct call *calls, int64_t deadline, struct haul_handle **ret_handle)
{
    assert_int_equal(haul_loop_call_at(calls->stage->loop, deadline, call, calls, ret_handle), 0);
}

static void test_call_soon_in_order(void **state)
{
    struct stage *stage = *state;
    struct call a = {stage, "a", NULL, NULL, false};
    struct call b = {stage, "b", NULL, NULL, false};
    struct call c = {stage, "c", NULL, NULL, false};
    soon(&a, NULL);
    soon(&b, NULL);
    soon(&c, NULL);
    assert_script(stage, "");
    stage_turn(stage, 1);
    assert_script(stage, "a, b, c");
}

/* CPython: test__run_once_schedule_handle */
static void test_run_once_schedule_handle(void **state)
{
    struct stage *stage = *state;
    struct call c = {stage, "c", NULL, NULL, false};
    struct call a = {stage, "a", NULL, &c, false};
    struct call b = {stage, "b", NULL, NULL, false};
    soon(&a, NULL);
    soon(&b, NULL);
    stage_turn(stage, 1);
    assert_script(stage, "a, b");
    stage_turn(stage, 1);
    assert_script(stage, "c");
}

static void test_equal_deadlines_in_order_of_setting(void **state)
{
    struct stage *stage = *state;
    struct call calls[9];
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8"};
    for (size_t i = 0; i < 9; i++)
        calls[i] = (struct call){.stage = stage, .name = names[i]};
    for (size_t i = 0; i < 8; i++)
        at(&calls[i], HAUL_SECOND, NULL);
    at(&calls[8], HAUL_SECOND - 1, NULL);
    stage_turn(stage, 2);
    assert_script(stage, "8, 0, 1, 2, 3, 4, 5, 6, 7");
}

/* CPython: test_call_later_negative_delays */
static void test_call_later_negative_delays(void **state)
{
    struct stage *stage = *state;
    struct call a = {stage, "a", NULL, NULL, false};
    struct call b = {stage, "b", NULL, NULL, false};
    struct call c = {stage, "c", NULL, NULL, false};
    assert_int_equal(haul_loop_call_later(stage->loop, -HAUL_SECOND, call, &a, NULL), 0);
    assert_int_equal(haul_loop_call_later(stage->loop, -2 * HAUL_SECOND, call, &b, NULL), 0);
    assert_int_equal(haul_loop_call_later(stage->loop, INT64_MIN, call, &c, NULL), 0);
    stage_turn(stage, 1);
    assert_script(stage, "c, b, a");
    assert_int_equal(stage_time(stage), 0);
}

static void test_call_at_never(void **state)
{
    struct stage *stage = *state;
    struct call a = {stage, "a", NULL, NULL, false};
    struct haul_handle *handle;
    at(&a, HAUL_NEVER, &handle);
    assert_int_equal(haul_loop_call_later(stage->loop, INT64_MAX - 1, call, &a, NULL), 0);
    stage_turn(stage, 1);
    assert_script(stage, "a");
    assert_int_equal(haul__loop_run_once(stage->loop), HAUL_E_STALLED);
    haul_handle_cancel(handle);
}

static void test_cancel_in_the_snapshot(void **state)
{
    struct stage *stage = *state;
    struct haul_handle *handles[3];
    struct call victim = {stage, "victim", NULL, NULL, false};
    struct call last = {stage, "last", NULL, NULL, false};
    struct call killers[] = {{stage, "one", &handles[0], NULL, false},
                             {stage, "two", &handles[1], NULL, false},
                             {stage, "three", &handles[2], NULL, false}};
    soon(&killers[0], NULL);
    soon(&victim, &handles[0]);
    soon(&killers[1], NULL);
    soon(&killers[2], NULL);
    soon(&last, NULL);
    soon(&victim, &handles[1]);
    at(&victim, HAUL_SECOND, &handles[2]);
    stage_turn(stage, 1);
    assert_script(stage, "one, two, three, last");
    assert_int_equal(haul__loop_run_once(stage->loop), HAUL_E_STALLED);
}

/* CPython: test__run_once_cancelled_event_cleanup. A timer that is cancelled takes no place any more. */
static void test_run_once_cancelled_event_cleanup(void **state)
{
    struct stage *stage = *state;
    struct haul_handle *handles[1000];
    struct call a = {stage, "a", NULL, NULL, false};
    for (size_t i = 0; i < 1000; i++)
        at(&a, (int64_t)(i * 7919 % 1000), &handles[i]);
    for (size_t i = 0; i < 1000; i++)
        haul_handle_cancel(handles[i]);
    assert_int_equal(stage->loop->timers.count, 0);
    assert_int_equal(haul__loop_run_once(stage->loop), HAUL_E_STALLED);
}

static void test_due_timers_come_after_what_is_ready(void **state)
{
    struct stage *stage = *state;
    struct call timer = {stage, "timer", NULL, NULL, false};
    struct call ready = {stage, "ready", NULL, NULL, false};
    at(&timer, 0, NULL);
    soon(&ready, NULL);
    stage_turn(stage, 1);
    assert_script(stage, "ready, timer");
}

struct spoken_hook {
    struct haul__hook hook;
    struct stage *stage;
    int64_t deadline;
    struct call *calls;
};

static int64_t before_poll(struct haul__hook *hook)
{
    struct spoken_hook *spoken = haul__container(hook, struct spoken_hook, hook);
    stage_say(spoken->stage, "before");
    if (spoken->calls)
        soon(spoken->calls, NULL);
    spoken->calls = NULL;
    return spoken->deadline;
}

static void after_poll(struct haul__hook *hook)
{
    struct spoken_hook *spoken = haul__container(hook, struct spoken_hook, hook);
    stage_say(spoken->stage, "after %d", (int)stage_time(spoken->stage));
}

struct spoken_timer {
    struct haul_timer timer;
    struct stage *stage;
};

static void say_due(struct haul_timer *timer)
{
    stage_say(haul__container(timer, struct spoken_timer, timer)->stage, "due");
}

static void test_hooks(void **state)
{
    struct stage *stage = *state;
    struct call a = {stage, "a", NULL, NULL, false};
    struct spoken_hook hook = {{.before_poll = before_poll, .after_poll = after_poll}, stage, HAUL_NEVER, &a};
    struct spoken_timer timer = {{.fire = say_due}, stage};
    haul__loop_add_hook(stage->loop, &hook.hook);
    assert_int_equal(haul__loop_set_timer(stage->loop, &timer.timer, 2 * HAUL_MILLISECOND), 0);
    /* What a hook has made ready does not wait for the timer. */
    stage_turn(stage, 1);
    assert_script(stage, "before, after 0, a");
    /* The wait ends at the earliest of all. What has arrived comes before what is due. */
    hook.deadline = HAUL_MILLISECOND;
    stage_turn(stage, 1);
    assert_script(stage, "before, after 1");
    hook.deadline = HAUL_NEVER;
    stage_turn(stage, 1);
    assert_script(stage, "before, after 2, due");
    hook.hook.after_poll = NULL;
    hook.deadline = 5 * HAUL_MILLISECOND;
    stage_turn(stage, 1);
    assert_script(stage, "before");
    haul__loop_remove_hook(stage->loop, &hook.hook);
    assert_int_equal(haul__loop_run_once(stage->loop), HAUL_E_STALLED);
}

static void test_run_forever_and_stop(void **state)
{
    struct stage *stage = *state;
    struct call b = {stage, "b", NULL, NULL, false};
    struct call stop = {stage, "stop", NULL, &b, true};
    struct call a = {stage, "a", NULL, NULL, false};
    soon(&stop, NULL);
    soon(&a, NULL);
    assert_int_equal(haul_loop_run_forever(stage->loop), 0);
    assert_script(stage, "stop, a");
    /* Stopped before it runs, it does one iteration. */
    haul_loop_stop(stage->loop);
    assert_int_equal(haul_loop_run_forever(stage->loop), 0);
    assert_script(stage, "b");
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
}

/* The one iteration of a loop that was stopped before its run waits for nothing. */
static void test_stopped_before_it_waits(void **state)
{
    struct stage *stage = *state;
    haul_loop_stop(stage->loop);
    assert_int_equal(haul_loop_run_forever(stage->loop), 0);
    struct call late = {stage, "late", NULL, NULL, false};
    at(&late, HAUL_SECOND, NULL);
    haul_loop_stop(stage->loop);
    assert_int_equal(haul_loop_run_forever(stage->loop), 0);
    assert_script(stage, "");
    assert_int_equal(stage_time(stage), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "late");
}

static void test_destroy_with_tasks_alive(void **state)
{
    struct stage *stage = *state;
    struct call b = {stage, "b", NULL, NULL, false};
    soon(&b, NULL);
    struct haul_task *task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND));
    assert_int_equal(haul_loop_destroy(stage->loop), HAUL_E_BUSY);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "b, a begins, a ends");
    assert_int_equal(haul_loop_destroy(NULL), 0);
}

static void never_called(struct haul_future *future, void *data)
{
    (void)future;
    stage_say(data, "never called");
}

/* Whatever is left is freed, and nobody is called. */
static void test_destroy_with_calls_left(void **state)
{
    struct stage *stage = *state;
    struct call a = {stage, "a", NULL, NULL, false};
    struct haul_loop *loop;
    struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    assert_int_equal(haul_loop_call_soon(loop, call, &a, NULL), 0);
    assert_int_equal(haul_loop_call_at(loop, 5, call, &a, NULL), 0);
    assert_int_equal(haul_loop_call_at(loop, HAUL_NEVER, call, &a, NULL), 0);
    assert_int_equal(haul_loop_add_signal_handler(loop, SIGUSR1, call, &a), 0);
    struct haul_future *future;
    int destroyed = 0;
    assert_int_equal(haul_future_create(loop, &future), 0);
    assert_int_equal(haul_future_add_done_callback(future, never_called, stage), 0);
    assert_int_equal(haul_future_set_value(future, (union haul_value){.pointer = &destroyed}, count_destroyed), 0);
    assert_int_equal(haul_future_add_done_callback(future, never_called, stage), 0);
    haul_future_unref(future);
    assert_int_equal(destroyed, 0);
    assert_int_equal(haul_loop_destroy(loop), 0);
    assert_int_equal(destroyed, 1);
    assert_script(stage, "");
}

static void test_now(void **state)
{
    struct stage *stage = *state;
    assert_true(haul_loop_is_virtual(stage->loop));
    stage->clock.now = HAUL_SECOND;
    assert_int_equal(haul_loop_now(stage->loop), 0);
    assert_int_equal(haul_loop_update_now(stage->loop), HAUL_SECOND);
    assert_int_equal(haul_loop_now(stage->loop), HAUL_SECOND);
}

static void test_real_clock(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_false(haul_loop_is_virtual(loop));
    int64_t begin = haul_loop_now(loop);
    struct haul_loop *virtual_loop = stage->loop;
    stage->loop = loop;
    struct call late = {stage, "late", NULL, NULL, true};
    struct call early = {stage, "early", NULL, NULL, false};
    at(&late, begin + 2 * HAUL_MILLISECOND, NULL);
    at(&early, begin + HAUL_MILLISECOND, NULL);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_script(stage, "early, late");
    assert_true(haul_loop_now(loop) >= begin + 2 * HAUL_MILLISECOND);
    assert_int_equal(haul_loop_destroy(loop), 0);
    stage->loop = virtual_loop;
}

struct remover {
    struct stage *stage;
    struct haul_loop *loop;
    int calls;
};

static void on_signal(void *data)
{
    struct remover *remover = data;
    stage_say(remover->stage, "signal");
    if (++remover->calls == 2)
        haul_loop_remove_signal_handler(remover->loop, SIGUSR1);
    haul_loop_stop(remover->loop);
}

static void test_signals(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    struct remover remover = {stage, loop, 0};
    assert_int_equal(haul_loop_add_signal_handler(loop, SIGUSR1, on_signal, &remover), 0);
    assert_int_equal(haul_loop_add_signal_handler(loop, SIGUSR1, on_signal, &remover), HAUL_E_BUSY);
    assert_int_equal(haul_loop_add_signal_handler(loop, SIGUSR2, on_signal, &remover), 0);
    assert_script(stage, "");
    raise(SIGUSR1);
    assert_script(stage, "");
    assert_int_equal(haul_loop_run_forever(loop), 0);
    raise(SIGUSR1);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_script(stage, "signal, signal");
    struct sigaction action;
    assert_int_equal(sigaction(SIGUSR1, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, SIG_DFL);
    haul_loop_remove_signal_handler(loop, SIGUSR1);
    raise(SIGUSR2);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_script(stage, "signal");
    assert_int_equal(haul_loop_destroy(loop), 0);
}

struct raiser {
    struct haul_coroutine coroutine;
    struct stage *stage;
};

static struct haul_step raiser(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(raiser);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    raise(SIGUSR1);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "slept");
    HAUL_FINALLY;
    HAUL_END;
}

static void say_signal(void *data)
{
    struct stage *stage = data;
    stage_say(stage, "signal at %d", (int)stage_time(stage));
}

static void test_signals_on_a_virtual_clock(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(haul_loop_add_signal_handler(stage->loop, SIGUSR1, say_signal, stage), 0);
    assert_int_equal(stage_run(stage, HAUL_CALL(raiser, .stage = stage)), 0);
    assert_script(stage, "signal at 1000, slept");
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    struct call a = {stage, "a", NULL, NULL, false};
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop = NULL;
        struct haul_handle *handle = NULL;
        struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
        int code = haul_loop_create(&options, &loop);
        if (code == 0)
            code = haul_loop_call_soon(loop, call, &a, &handle);
        if (code == 0)
            code = haul_loop_call_later(loop, HAUL_SECOND, call, &a, &handle);
        if (code == 0)
            code = haul_loop_add_signal_handler(loop, SIGUSR1, call, &a);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_loop_destroy(loop), 0);
    }
    assert_script(stage, "");
}

struct iterations {
    struct haul__hook hook;
    int count;
};

static int64_t count_iteration(struct haul__hook *hook)
{
    haul__container(hook, struct iterations, hook)->count++;
    return HAUL_NEVER;
}

static void do_nothing(void *data)
{
    (void)data;
}

static void stop_it(void *data)
{
    haul_loop_stop(data);
}

/* A thousand deadlines within 10 ms take a wait for each 0.1 ms, however fast the machine, and not one each. */
static void test_close_deadlines_share_a_wait(void **state)
{
    (void)state;
    struct haul_loop *loop;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    struct iterations iterations = {.hook = {.before_poll = count_iteration}};
    haul__loop_add_hook(loop, &iterations.hook);
    int64_t begin = haul_loop_update_now(loop) + HAUL_MILLISECOND;
    for (int64_t i = 0; i < 999; i++)
        assert_int_equal(haul_loop_call_at(loop, begin + i * HAUL_MILLISECOND / 100, do_nothing, NULL, NULL), 0);
    assert_int_equal(haul_loop_call_at(loop, begin + 10 * HAUL_MILLISECOND, stop_it, loop, NULL), 0);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_true(iterations.count <= 105);
    haul__loop_remove_hook(loop, &iterations.hook);
    assert_int_equal(haul_loop_destroy(loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_call_soon_in_order),
        on_stage(test_run_once_schedule_handle),
        on_stage(test_equal_deadlines_in_order_of_setting),
        on_stage(test_call_later_negative_delays),
        on_stage(test_call_at_never),
        on_stage(test_cancel_in_the_snapshot),
        on_stage(test_run_once_cancelled_event_cleanup),
        on_stage(test_due_timers_come_after_what_is_ready),
        on_stage(test_hooks),
        on_stage(test_run_forever_and_stop),
        on_stage(test_stopped_before_it_waits),
        on_stage(test_destroy_with_tasks_alive),
        on_stage(test_destroy_with_calls_left),
        on_stage(test_now),
        on_stage(test_real_clock),
        on_stage(test_signals),
        on_stage(test_signals_on_a_virtual_clock),
        on_stage(test_out_of_memory),
        cmocka_unit_test(test_close_deadlines_share_a_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
