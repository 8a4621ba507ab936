#include "failing_memory.h"
#include "stage.h"

#include "core/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* A thread that calls a loop, and what it calls it with. */
enum { calls_each = 500, threads = 4 };

struct caller {
    struct caller_call {
        struct caller *caller;
        int number;
    } calls[calls_each];
    struct haul_loop *loop;
    pthread_t thread;
    int *running; /* callers whose last call has not been made; of the loop's thread */
    int next;     /* the call that is to be made next; of the loop's thread */
    pthread_t made_on;
};

static void made(void *data)
{
    struct caller_call *call = data;
    struct caller *caller = call->caller;
    assert_int_equal(call->number, caller->next);
    assert_true(pthread_equal(pthread_self(), caller->made_on));
    caller->next++;
    if (caller->next < calls_each)
        return;
    haul_loop_release(caller->loop);
    if (--*caller->running == 0)
        haul_loop_stop(caller->loop);
}

static void *call_often(void *data)
{
    struct caller *caller = data;
    for (int i = 0; i < calls_each; i++) {
        caller->calls[i] = (struct caller_call){caller, i};
        if (haul_loop_call_soon_threadsafe(caller->loop, made, &caller->calls[i]) != 0)
            abort();
    }
    return NULL;
}

/* All calls of several threads are made, on the loop's thread, in the order of each. */
static void test_calls_are_made_in_order(void **state)
{
    (void)state;
    static struct caller callers[threads];
    struct haul_loop *loop;
    int running = threads;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    for (int i = 0; i < threads; i++) {
        callers[i] = (struct caller){.loop = loop, .running = &running, .made_on = pthread_self()};
        haul_loop_hold(loop);
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]), 0);
    }
    assert_int_equal(haul_loop_run_forever(loop), 0);
    for (int i = 0; i < threads; i++) {
        assert_int_equal(callers[i].next, calls_each);
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
    }
    assert_int_equal(haul_loop_destroy(loop), 0);
}

static void stop_held(void *data)
{
    haul_loop_release(data);
    haul_loop_stop(data);
}

/* By when the loop surely waits. */
static void *stop_later(void *data)
{
    usleep(20000);
    if (haul_loop_call_soon_threadsafe(data, stop_held, data) != 0)
        abort();
    return NULL;
}

static void wakes(const struct haul_loop_options *options, int64_t deadline)
{
    struct haul_loop *loop;
    pthread_t thread;
    struct haul_handle *handle = NULL;
    assert_int_equal(haul_loop_create(options, &loop), 0);
    if (deadline != HAUL_NEVER)
        assert_int_equal(haul_loop_call_later(loop, deadline, stop_held, NULL, &handle), 0);
    haul_loop_hold(loop);
    assert_int_equal(pthread_create(&thread, NULL, stop_later, loop), 0);
    assert_int_equal(haul_loop_run_forever(loop), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(haul_loop_destroy(loop), 0);
}

static void test_a_waiting_loop_is_woken(void **state)
{
    (void)state;
    wakes(NULL, HAUL_NEVER);
    wakes(NULL, 3600 * HAUL_SECOND);
}

/* While it is held: its timers do not come before the call. */
static void test_a_virtual_clock_stands_still(void **state)
{
    (void)state;
    struct haul_virtual_clock clock = {0};
    struct haul_loop_options options = {.clock = haul_virtual_clock(&clock)};
    wakes(&options, HAUL_NEVER);
    wakes(&options, HAUL_SECOND);
    assert_int_equal(clock.now, 0);
}

static void say_called(void *data)
{
    stage_say(data, "called");
}

static void test_a_loop_that_is_not_held_is_stalled(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    haul_loop_hold(stage->loop);
    haul_loop_hold(stage->loop);
    haul_loop_release(stage->loop);
    haul_loop_release(stage->loop);
    assert_int_equal(haul_loop_call_soon_threadsafe(stage->loop, say_called, stage), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "called");
}

/* It comes in the next iteration, behind what was ready. */
static void say_ready(void *data)
{
    stage_say(data, "ready");
}

static void test_a_call_comes_in_the_next_iteration(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(haul_loop_call_soon_threadsafe(stage->loop, say_called, stage), 0);
    assert_int_equal(haul_loop_call_soon(stage->loop, say_ready, stage, NULL), 0);
    stage_turn(stage, 1);
    assert_script(stage, "ready, called");
}

struct watcher {
    struct haul_coroutine coroutine;
    bool *called;
};

/* Never lets the loop wait. */
static struct haul_step watcher(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(watcher);
    while (!*self->called)
        HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

static void set_called(void *data)
{
    *(bool *)data = true;
}

struct late_call {
    struct haul_loop *loop;
    bool called;
};

static void *call_later(void *data)
{
    struct late_call *call = data;
    usleep(20000);
    if (haul_loop_call_soon_threadsafe(call->loop, set_called, &call->called) != 0)
        abort();
    return NULL;
}

static void test_a_loop_that_never_waits_is_reached(void **state)
{
    struct stage *stage = *state;
    struct late_call call = {.loop = stage->loop};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_later, &call), 0);
    assert_int_equal(stage_run(stage, HAUL_CALL(watcher, .called = &call.called)), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_calls_are_dropped_with_the_loop(void **state)
{
    (void)state;
    struct haul_loop *loop;
    bool called = false;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(haul_loop_call_soon_threadsafe(loop, set_called, &called), 0);
    assert_int_equal(haul_loop_destroy(loop), 0);
    assert_false(called);
}

static void test_release_without_hold(void *data)
{
    haul_loop_release(data);
}

static void test_misuse(void **state)
{
    struct stage *stage = *state;
    assert_true(meets_assert(test_release_without_hold, stage->loop));
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        int code = haul_loop_call_soon_threadsafe(stage->loop, say_called, stage);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
    }
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "called");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_are_made_in_order),
        cmocka_unit_test(test_a_waiting_loop_is_woken),
        cmocka_unit_test(test_a_virtual_clock_stands_still),
        on_stage(test_a_loop_that_is_not_held_is_stalled),
        on_stage(test_a_call_comes_in_the_next_iteration),
        on_stage(test_a_loop_that_never_waits_is_reached),
        cmocka_unit_test(test_calls_are_dropped_with_the_loop),
        on_stage(test_misuse),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
