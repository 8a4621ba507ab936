#include "failing_memory.h"
#include "failing_thread.h"
#include "gate.h"
#include "stage.h"

#include "core/loop.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

/* Until the job has ended and its end waits for the loop. */
static void await_mail(struct haul_loop *loop)
{
    while (!haul__mailbox_has_mail(&loop->mailbox))
        sched_yield();
}

/* CPython: test_run_in_executor */
static void test_run_in_executor(void **state)
{
    struct stage *stage = *state;
    struct gate gate;
    gate_init(&gate);
    sem_post(&gate.open);
    assert_int_equal(stage_run(stage, VISITOR(stage, NULL, &gate, "a")), 0);
    assert_script(stage, "a: a value");
    assert_false(pthread_equal(gate.ran_on, pthread_self()));
    assert_true(pthread_equal(gate.data_destroyed_on, gate.ran_on));
    assert_int_equal(semaphore_count(&gate.data_destroyed), 1);
    assert_int_equal(semaphore_count(&gate.value_destroyed), 0);
}

static void test_error(void **state)
{
    struct stage *stage = *state;
    struct gate gate;
    gate_init(&gate);
    gate.code = -EIO;
    sem_post(&gate.open);
    assert_int_equal(stage_run(stage, VISITOR(stage, NULL, &gate, "a")), 0);
    assert_script(stage, "a: EIO");
    assert_int_equal(semaphore_count(&gate.data_destroyed), 1);
    assert_int_equal(semaphore_count(&gate.value_destroyed), 0);
}

/* CPython: test_run_in_executor_cancel. The job ends when the loop is gone, and nobody of it is called. */
static void test_run_in_executor_cancel(void **state)
{
    (void)state;
    struct stage *stage;
    struct gate gate;
    gate_init(&gate);
    assert_int_equal(stage_open((void **)&stage), 0);
    struct haul_executor *executor = make_executor(stage, 0);
    struct haul_task *task = stage_task(stage, VISITOR(stage, executor, &gate, "a"));
    stage_turn(stage, 1);
    sem_wait(&gate.begun);
    assert_true(haul_task_cancel(task));
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a: HAUL_E_CANCELLED");
    assert_int_equal(semaphore_count(&gate.data_destroyed), 0);
    haul_executor_set_join_timeout(executor, 0);
    assert_int_equal(haul_executor_destroy(executor), HAUL_E_TIMEOUT);
    stage_close((void **)&stage);
    sem_post(&gate.open);
    sem_wait(&gate.data_destroyed);
    sem_wait(&gate.value_destroyed);
    assert_true(pthread_equal(gate.value_destroyed_on, gate.ran_on));
}

static void test_a_job_in_line_never_runs_when_cancelled(void **state)
{
    struct stage *stage = *state;
    struct gate first;
    struct gate second;
    gate_init(&first);
    gate_init(&second);
    struct haul_executor *executor = make_executor(stage, 1);
    struct haul_task *a = stage_task(stage, VISITOR(stage, executor, &first, "a"));
    struct haul_task *b = stage_task(stage, VISITOR(stage, executor, &second, "b"));
    stage_turn(stage, 1);
    sem_wait(&first.begun);
    assert_true(haul_task_cancel(b));
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "b: HAUL_E_CANCELLED");
    assert_true(pthread_equal(second.data_destroyed_on, pthread_self()));
    sem_post(&first.open);
    assert_int_equal(stage_end(stage, a), 0);
    assert_script(stage, "a: a value");
    assert_int_equal(haul_executor_destroy(executor), 0);
    assert_int_equal(second.runs, 0);
    assert_int_equal(semaphore_count(&second.data_destroyed), 1);
}

static void test_a_cancelled_task_has_no_job_run(void **state)
{
    struct stage *stage = *state;
    struct gate gate;
    gate_init(&gate);
    struct haul_executor *executor = make_executor(stage, 1);
    size_t threads = failing_thread_count();
    assert_int_equal(stage_run(stage, VISITOR(stage, executor, &gate, "a", .cancels_itself = true)), 0);
    assert_script(stage, "a: HAUL_E_CANCELLED");
    assert_int_equal(haul_executor_destroy(executor), 0);
    assert_int_equal(failing_thread_count(), threads);
    assert_int_equal(gate.runs, 0);
    assert_int_equal(semaphore_count(&gate.data_destroyed), 1);
}

/* A value that is there already is not lost, nor is the cancel; also where the executor has been destroyed meanwhile.
 */
static void ended_before_the_cancel(struct stage *stage, bool destroys_before, bool destroys_between)
{
    struct gate gate;
    gate_init(&gate);
    struct haul_executor *executor = make_executor(stage, 1);
    struct haul_task *task = stage_task(stage, VISITOR(stage, executor, &gate, "a"));
    stage_turn(stage, 1);
    sem_post(&gate.open);
    await_mail(stage->loop);
    if (destroys_before)
        assert_int_equal(haul_executor_destroy(executor), 0);
    assert_true(haul_task_cancel(task));
    if (destroys_between)
        assert_int_equal(haul_executor_destroy(executor), 0);
    assert_true(haul_task_cancel(task));
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a: a value, a then: HAUL_E_CANCELLED");
    assert_int_equal(semaphore_count(&gate.value_destroyed), 0);
    if (!destroys_before && !destroys_between)
        assert_int_equal(haul_executor_destroy(executor), 0);
}

static void test_a_cancel_that_comes_late(void **state)
{
    ended_before_the_cancel(*state, false, false);
    ended_before_the_cancel(*state, true, false);
    ended_before_the_cancel(*state, false, true);
}

static void *open_later(void *data)
{
    usleep(20000);
    sem_post(&((struct gate *)data)->open);
    return NULL;
}

/* What runs and ends in time gives its value, and what is in line has no turn. */
static void test_destroy_while_tasks_wait(void **state)
{
    struct stage *stage = *state;
    struct gate running;
    struct gate queued;
    pthread_t thread;
    gate_init(&running);
    gate_init(&queued);
    struct haul_executor *executor = make_executor(stage, 1);
    haul_executor_set_join_timeout(executor, HAUL_NEVER);
    struct haul_task *a = stage_task(stage, VISITOR(stage, executor, &running, "a"));
    struct haul_task *b = stage_task(stage, VISITOR(stage, executor, &queued, "b"));
    stage_turn(stage, 1);
    sem_wait(&running.begun);
    assert_int_equal(pthread_create(&thread, NULL, open_later, &running), 0);
    assert_int_equal(haul_executor_destroy(executor), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    /* b was woken before a's end came. */
    assert_script(stage, "b: HAUL_E_SHUTDOWN, a: a value");
    assert_int_equal(queued.runs, 0);
    assert_int_equal(semaphore_count(&queued.data_destroyed), 1);
    assert_int_equal(semaphore_count(&running.value_destroyed), 0);
}

/* What does not end within the bound is left to itself, and whoever awaits it is told. */
static void test_destroy_is_bounded(void **state)
{
    struct stage *stage = *state;
    struct gate gate;
    gate_init(&gate);
    struct haul_executor *executor = make_executor(stage, 2);
    haul_executor_set_join_timeout(executor, HAUL_MILLISECOND);
    struct haul_task *task = stage_task(stage, VISITOR(stage, executor, &gate, "a"));
    stage_turn(stage, 1);
    sem_wait(&gate.begun);
    assert_int_equal(haul_executor_destroy(executor), HAUL_E_TIMEOUT);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a: HAUL_E_SHUTDOWN");
    assert_int_equal(gate.runs, 1);
    sem_post(&gate.open);
    sem_wait(&gate.value_destroyed);
}

static void test_the_end_waits_for_jobs(void **state)
{
    struct stage *stage = *state;
    struct gate gate;
    gate_init(&gate);
    struct haul_executor *executor = make_executor(stage, 2);
    haul_executor_set_join_timeout(executor, HAUL_NEVER);
    struct haul_task *task = stage_task(stage, VISITOR(stage, executor, &gate, "a"));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    sem_post(&gate.open);
    assert_int_equal(haul_executor_destroy(executor), 0);
    assert_int_equal(semaphore_count(&gate.data_destroyed), 1);
    assert_int_equal(stage_end(stage, task), 0);
    assert_int_equal(haul_executor_destroy(NULL), 0);
}

static void test_the_default_goes_with_the_loop(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop;
    struct haul_executor *executor;
    struct haul_executor *again;
    struct gate gate;
    gate_init(&gate);
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(haul_executor_default(loop, &executor), 0);
    assert_int_equal(haul_executor_default(loop, &again), 0);
    assert_ptr_equal(executor, again);
    haul_executor_set_join_timeout(executor, HAUL_NEVER);
    assert_int_equal(haul_task_create(loop, VISITOR(stage, NULL, &gate, "a"), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    sem_wait(&gate.begun);
    sem_post(&gate.open);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_int_equal(semaphore_count(&gate.data_destroyed), 1);
    stage_forget(stage);
}

/* While a job is awaited; one that nobody awaits holds up nothing. */
static void test_a_virtual_clock_stands_still(void **state)
{
    struct stage *stage = *state;
    struct gate gate;
    pthread_t thread;
    gate_init(&gate);
    struct haul_executor *executor = make_executor(stage, 1);
    struct haul_task *sleeper = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "s", .duration = 9));
    struct haul_task *task = stage_task(stage, VISITOR(stage, executor, &gate, "a"));
    assert_int_equal(pthread_create(&thread, NULL, open_later, &gate), 0);
    assert_int_equal(stage_end(stage, sleeper), 0);
    assert_int_equal(stage_end(stage, task), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_script(stage, "s begins, a: a value, s ends");
    task = stage_task(stage, VISITOR(stage, executor, &gate, "b"));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), 0);
    assert_int_equal(stage_run(stage, HAUL_CALL(actor, .stage = stage, .name = "s", .duration = 9)), 0);
    assert_script(stage, "b: HAUL_E_CANCELLED, s begins, s ends");
    sem_post(&gate.open);
    assert_int_equal(haul_executor_destroy(executor), 0);
}

static void run_on_another_loop(void *data)
{
    struct stage *stage = data;
    struct haul_loop *other;
    struct haul_executor *executor;
    struct gate gate;
    gate_init(&gate);
    if (haul_loop_create(NULL, &other) == 0 && haul_executor_create(other, 1, &executor) == 0)
        stage_run(stage, VISITOR(stage, executor, &gate, "a"));
}

/* Its bound is the loop's, and jobs that go beyond are told of. */
static void test_the_end_of_the_loop_is_bounded(void **state)
{
    (void)state;
    struct stage *stage;
    struct gate gate;
    struct haul_executor *executor;
    gate_init(&gate);
    assert_int_equal(stage_open((void **)&stage), 0);
    assert_int_equal(haul_executor_default(stage->loop, &executor), 0);
    haul_executor_set_join_timeout(executor, HAUL_MILLISECOND);
    assert_int_equal(haul_task_create(stage->loop, VISITOR(stage, NULL, &gate, "a"), NULL), 0);
    stage_turn(stage, 1);
    sem_wait(&gate.begun);
    assert_int_equal(haul_loop_finish(stage->loop), 0);
    assert_script(stage, "a: HAUL_E_CANCELLED, report 2");
    free(stage);
    sem_post(&gate.open);
    sem_wait(&gate.value_destroyed);
}

static int answer_cancelled(void *data, union haul_value *ret_value)
{
    (void)data;
    (void)ret_value;
    return HAUL_E_CANCELLED;
}

struct canceller {
    struct haul_coroutine coroutine;
};

static struct haul_step canceller(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(canceller);
    HAUL_AWAIT(haul_run_in_executor(task, NULL, (struct haul_job){.fn = answer_cancelled}));
    HAUL_FINALLY;
    HAUL_END;
}

static void run_canceller(void *data)
{
    stage_run(data, HAUL_CALL(canceller));
}

static void test_misuse(void **state)
{
    struct stage *stage = *state;
    assert_true(meets_assert(run_on_another_loop, stage));
    assert_true(meets_assert(run_canceller, stage));
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    struct gate gate;
    gate_init(&gate);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_executor *executor = NULL;
        int code = haul_executor_create(stage->loop, 1, &executor);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_executor_destroy(executor), 0);
    }
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop;
        struct haul_outcome outcome = {0};
        int runs = gate.runs;
        sem_post(&gate.open);
        if (haul_loop_create(NULL, &loop) == 0) {
            if (haul_run_task(loop, VISITOR(stage, NULL, &gate, "a"), &outcome) == 0) {
                assert_int_equal(semaphore_count(&gate.data_destroyed), 1);
                sem_wait(&gate.data_destroyed);
                assert_script(stage, failing_memory_happened() ? "a: ENOMEM" : "a: a value");
            }
            assert_int_equal(haul_loop_finish(loop), 0);
        }
        assert_int_equal(gate.runs, failing_memory_happened() ? runs : runs + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_run_in_executor),
        on_stage(test_error),
        cmocka_unit_test(test_run_in_executor_cancel),
        on_stage(test_a_job_in_line_never_runs_when_cancelled),
        on_stage(test_a_cancelled_task_has_no_job_run),
        on_stage(test_a_cancel_that_comes_late),
        on_stage(test_destroy_while_tasks_wait),
        on_stage(test_destroy_is_bounded),
        on_stage(test_the_end_waits_for_jobs),
        on_stage(test_the_default_goes_with_the_loop),
        cmocka_unit_test(test_the_end_of_the_loop_is_bounded),
        on_stage(test_a_virtual_clock_stands_still),
        on_stage(test_misuse),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
