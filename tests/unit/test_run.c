#include "failing_memory.h"
#include "stage.h"

#include "core/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

static void test_run_task(void **state)
{
    struct stage *stage = *state;
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stage->loop, ACTOR(stage, "a", .result = 7), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.value.integer, 7);
    assert_int_equal(haul_run_task(stage->loop, ACTOR(stage, "b", .failure = -EIO), &outcome), 0);
    assert_int_equal(outcome.code, -EIO);
    assert_script(stage, "a begins, a ends, b begins, b ends");
}

static void say_done(struct haul_future *future, void *data)
{
    (void)future;
    stage_say(data, "done");
}

/* Who asked to be told of the end before is told before run_until_complete is over. */
static void test_done_callbacks_are_called(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a"));
    assert_int_equal(haul_future_add_done_callback(haul_task_future(task), say_done, stage), 0);
    assert_int_equal(stage_end(stage, haul_task_ref(task)), 0);
    assert_script(stage, "a begins, a ends, done");
    assert_int_equal(haul_future_add_done_callback(haul_task_future(task), say_done, stage), 0);
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
    assert_script(stage, "done");
    haul_task_unref(task);
}

static void stop(void *data)
{
    haul_loop_stop(data);
}

/* CPython: test_stop_while_run_in_complete */
static void test_stop_while_run_in_complete(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a", .duration = 2 * HAUL_SECOND));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, stop, stage->loop, NULL), 0);
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), HAUL_E_STOPPED);
    assert_int_equal(stage_time(stage), 1000);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, a ends");
}

/* Stopped before it runs, it leaves after one iteration. */
static void test_stop_before(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a"));
    haul_loop_stop(stage->loop);
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), HAUL_E_STOPPED);
    assert_script(stage, "a begins");
    assert_int_equal(stage_end(stage, task), 0);
}

static void test_stalled(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    assert_int_equal(haul_run_until_complete(stage->loop, future), HAUL_E_STALLED);
    haul_future_cancel(future);
    assert_int_equal(haul_run_until_complete(stage->loop, future), 0);
    haul_future_unref(future);
}

/* A main task that waits for what never comes: its `finally` is run, and the loop freed. */
struct waits_for_ever {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *future;
};

static struct haul_step waits_for_ever(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(waits_for_ever);
    if (haul_future_create(haul_task_loop(task), &self->future) != 0)
        HAUL_FAIL(-ENOMEM);
    HAUL_AWAIT(haul_future_wait(task, self->future));
    HAUL_FINALLY;
    haul_future_unref(self->future);
    stage_say(self->stage, "finally %d", coroutine->code);
    HAUL_END;
}

static void test_run_stalled(void **state)
{
    struct stage *stage = *state;
    /* Without the handler of SIGINT, which might end the wait. */
    signal(SIGINT, SIG_IGN);
    assert_int_equal(haul_run(HAUL_CALL(waits_for_ever, .stage = stage), NULL), HAUL_E_STALLED);
    signal(SIGINT, SIG_DFL);
    assert_script(stage, "finally 1");
}

/* The task stays the loop's. */
static void test_run_task_stalled(void **state)
{
    struct stage *stage = *state;
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stage->loop, HAUL_CALL(waits_for_ever, .stage = stage), &outcome), HAUL_E_STALLED);
    assert_script(stage, "");
    assert_int_equal(haul_loop_destroy(stage->loop), HAUL_E_BUSY);
}

struct program {
    struct haul_coroutine coroutine;
    int *counter;
    int failure;
    int raises;
    int code;
};

/* Returns an owned value, or sleeps for ever after it has sent itself a signal so many times. */
static struct haul_step program(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(program);
    if (self->raises > 0) {
        raise(SIGINT);
        HAUL_AWAIT(haul_sleep(task, HAUL_NEVER));
    }
    if (self->failure != 0)
        HAUL_FAIL(self->failure);
    HAUL_RETURN_OWNED(count_destroyed, .pointer = self->counter);
    HAUL_FINALLY;
    if (self->raises > 1) {
        raise(SIGINT);
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, 60 * HAUL_SECOND));
    }
    HAUL_END;
}

static void test_run(void **state)
{
    (void)state;
    int destroyed = 0;
    union haul_value value = {0};
    assert_int_equal(haul_run(HAUL_CALL(program, .counter = &destroyed), &value), 0);
    assert_ptr_equal(value.pointer, &destroyed);
    assert_int_equal(destroyed, 0);
    assert_int_equal(haul_run(HAUL_CALL(program, .counter = &destroyed), NULL), 0);
    assert_int_equal(destroyed, 1);
    assert_int_equal(haul_run(HAUL_CALL(program, .failure = -EIO), &value), -EIO);
    assert_ptr_equal(value.pointer, &destroyed);
}

/* CPython: test_asyncio_run_cancels_hanging_tasks */
struct leaver {
    struct haul_coroutine coroutine;
    struct stage *stage;
};

static struct haul_step leaver(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(leaver);
    assert_int_equal(haul_task_create(haul_task_loop(task), ACTOR(self->stage, "hangs", .duration = HAUL_NEVER), NULL),
                     0);
    HAUL_AWAIT(haul_sleep(task, 0));
    stage_say(self->stage, "main ends");
    HAUL_FINALLY;
    HAUL_END;
}

static void test_asyncio_run_cancels_hanging_tasks(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(haul_run(HAUL_CALL(leaver, .stage = stage), NULL), 0);
    assert_script(stage, "hangs begins, main ends, hangs cancelled");
}

/* CPython: test_asyncio_run_reports_hanging_tasks_errors */
struct failing_cleaner {
    struct haul_coroutine coroutine;
    int code;
};

static struct haul_step failing_cleaner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(failing_cleaner);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    HAUL_FAIL(-EIO);
    HAUL_FINALLY;
    HAUL_END;
}

static void report(void *data, struct haul_loop *loop, const char *message, int code)
{
    (void)loop;
    (void)message;
    stage_say(data, "report %d", code);
}

static void test_asyncio_run_reports_hanging_tasks_errors(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop;
    struct haul_loop_options options = {
        .clock = haul_virtual_clock(&stage->clock), .exception_handler = report, .exception_data = stage};
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(failing_cleaner), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "report -5");
}

struct forgetful {
    struct haul_coroutine coroutine;
    struct stage *stage;
};

static struct haul_step forgetful(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(forgetful);
    haul_loop_set_exception_handler(haul_task_loop(task), report, self->stage);
    assert_int_equal(haul_task_create(haul_task_loop(task), HAUL_CALL(failing_cleaner), NULL), 0);
    HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_asyncio_run_reports_hanging_tasks_errors, of a program that does not make its loop itself. */
static void test_a_whole_program_is_told_of_errors(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(haul_run(HAUL_CALL(forgetful, .stage = stage), NULL), 0);
    assert_script(stage, "report -5");
}

/* Runs a program that interrupts itself in a process of its own: its wait status. */
static int interrupted(int raises)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int destroyed = 0;
        signal(SIGINT, SIG_DFL);
        _exit(haul_run(HAUL_CALL(program, .counter = &destroyed, .raises = raises), NULL));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_first_interrupt_cancels(void **state)
{
    (void)state;
    int status = interrupted(1);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), HAUL_E_CANCELLED);
}

static void test_second_interrupt_ends_the_process(void **state)
{
    (void)state;
    int status = interrupted(2);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
}

struct blocked {
    struct haul_coroutine coroutine;
    int told;
};

/* Has had the first signal when it tells, and never comes back to the loop. */
static struct haul_step blocked(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(blocked);
    raise(SIGINT);
    if (write(self->told, "!", 1) == 1)
        for (;;)
            pause();
    HAUL_FINALLY;
    HAUL_END;
}

static void test_second_interrupt_ends_a_blocked_step(void **state)
{
    (void)state;
    int told[2];
    assert_int_equal(pipe(told), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        alarm(20);
        _exit(haul_run(HAUL_CALL(blocked, .told = told[1]), NULL));
    }
    char byte;
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_int_equal(kill(child, SIGINT), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
    close(told[0]);
    close(told[1]);
}

struct disposition {
    struct haul_coroutine coroutine;
    bool ignored;
};

static struct haul_step disposition(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(disposition);
    struct sigaction action;
    assert_int_equal(sigaction(SIGINT, NULL, &action), 0);
    assert_int_equal(action.sa_handler == SIG_IGN, self->ignored);
    assert_ptr_not_equal(action.sa_handler, SIG_DFL);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_ignored_interrupt_stays_ignored(void **state)
{
    (void)state;
    struct sigaction action;
    signal(SIGINT, SIG_IGN);
    assert_int_equal(haul_run(HAUL_CALL(disposition, .ignored = true), NULL), 0);
    assert_int_equal(sigaction(SIGINT, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, SIG_IGN);
    signal(SIGINT, SIG_DFL);
    assert_int_equal(haul_run(HAUL_CALL(disposition), NULL), 0);
    assert_int_equal(sigaction(SIGINT, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, SIG_DFL);
}

struct elsewhere {
    struct haul_coroutine coroutine;
};

static struct haul_step elsewhere(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(elsewhere);
    struct sigaction action;
    HAUL_RETURN(.integer = sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
    HAUL_FINALLY;
    HAUL_END;
}

static void *run_elsewhere(void *data)
{
    union haul_value *value = data;
    if (haul_run(HAUL_CALL(elsewhere), value) != 0)
        value->integer = -1;
    return NULL;
}

/* Several threads may run a program at the same time, and a signal has one handler. */
static void test_an_interrupt_is_for_the_main_thread(void **state)
{
    (void)state;
    pthread_t thread;
    union haul_value value = {0};
    assert_int_equal(pthread_create(&thread, NULL, run_elsewhere, &value), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(value.integer, 1);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        int destroyed = 0;
        union haul_value value = {0};
        int code = haul_run(HAUL_CALL(program, .counter = &destroyed), &value);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_ptr_equal(value.pointer, code == 0 ? &destroyed : NULL);
        assert_int_equal(destroyed, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_run_task),
        on_stage(test_done_callbacks_are_called),
        on_stage(test_stop_while_run_in_complete),
        on_stage(test_stop_before),
        on_stage(test_stalled),
        on_stage(test_run_stalled),
        on_stage(test_run_task_stalled),
        cmocka_unit_test(test_run),
        on_stage(test_asyncio_run_cancels_hanging_tasks),
        on_stage(test_asyncio_run_reports_hanging_tasks_errors),
        on_stage(test_a_whole_program_is_told_of_errors),
        cmocka_unit_test(test_first_interrupt_cancels),
        cmocka_unit_test(test_second_interrupt_ends_the_process),
        cmocka_unit_test(test_second_interrupt_ends_a_blocked_step),
        cmocka_unit_test(test_ignored_interrupt_stays_ignored),
        cmocka_unit_test(test_an_interrupt_is_for_the_main_thread),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
