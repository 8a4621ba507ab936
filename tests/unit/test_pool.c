#include "failing_thread.h"
#include "gate.h"
#include "stage.h"

#include <errno.h>
#include <signal.h>

/* One where one is enough, and never more than the maximum. */
static void test_threads_are_made_on_demand(void **state)
{
    struct stage *stage = *state;
    enum { jobs = 6, max = 2 };
    struct gate gates[jobs];
    struct haul_task *tasks[jobs];
    size_t before = failing_thread_count();
    struct haul_executor *executor = make_executor(stage, max);
    assert_int_equal(failing_thread_count(), before);
    for (int i = 0; i < jobs; i++)
        gate_init(&gates[i]);
    tasks[0] = stage_task(stage, VISITOR(stage, executor, &gates[0], "first"));
    stage_turn(stage, 1);
    sem_wait(&gates[0].begun);
    assert_int_equal(failing_thread_count(), before + 1);
    for (int i = 1; i < jobs; i++)
        tasks[i] = stage_task(stage, VISITOR(stage, executor, &gates[i], "other"));
    stage_turn(stage, 1);
    sem_wait(&gates[1].begun);
    assert_int_equal(failing_thread_count(), before + max);
    for (int i = 2; i < jobs; i++)
        assert_int_equal(gates[i].runs, 0);
    for (int i = 0; i < jobs; i++)
        sem_post(&gates[i].open);
    for (int i = 0; i < jobs; i++)
        assert_int_equal(stage_end(stage, tasks[i]), 0);
    stage_forget(stage);
    assert_int_equal(haul_executor_destroy(executor), 0);
}

static void test_an_idle_thread_is_used_again(void **state)
{
    struct stage *stage = *state;
    struct haul_executor *executor = make_executor(stage, 5);
    size_t before = failing_thread_count();
    for (int i = 0; i < 3; i++) {
        struct gate gate;
        gate_init(&gate);
        sem_post(&gate.open);
        assert_int_equal(stage_run(stage, VISITOR(stage, executor, &gate, "a")), 0);
    }
    assert_int_equal(failing_thread_count(), before + 1);
    stage_forget(stage);
    assert_int_equal(haul_executor_destroy(executor), 0);
}

static int read_mask(void *data, union haul_value *ret_value)
{
    (void)ret_value;
    return -pthread_sigmask(SIG_BLOCK, NULL, data);
}

struct masker {
    struct haul_coroutine coroutine;
    sigset_t *mask;
};

static struct haul_step masker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(masker);
    HAUL_AWAIT(haul_run_in_executor(task, NULL, (struct haul_job){.fn = read_mask, .data = self->mask}));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_signals_are_blocked(void **state)
{
    struct stage *stage = *state;
    sigset_t own;
    sigset_t mask;
    sigemptyset(&mask);
    assert_int_equal(stage_run(stage, HAUL_CALL(masker, .mask = &mask)), 0);
    assert_true(sigismember(&mask, SIGINT));
    assert_true(sigismember(&mask, SIGCHLD));
    assert_false(sigismember(&mask, SIGSEGV));
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &own), 0);
    assert_false(sigismember(&own, SIGINT));
}

/* With a thread it goes on, without one it answers. */
static void test_no_more_threads(void **state)
{
    struct stage *stage = *state;
    struct gate gates[2];
    gate_init(&gates[0]);
    gate_init(&gates[1]);
    struct haul_executor *executor = make_executor(stage, 2);
    failing_thread_set(0);
    assert_int_equal(stage_run(stage, VISITOR(stage, executor, &gates[0], "a")), 0);
    assert_script(stage, "a: EAGAIN");
    assert_int_equal(semaphore_count(&gates[0].data_destroyed), 1);
    failing_thread_set(1);
    struct haul_task *a = stage_task(stage, VISITOR(stage, executor, &gates[0], "a"));
    struct haul_task *b = stage_task(stage, VISITOR(stage, executor, &gates[1], "b"));
    stage_turn(stage, 1);
    failing_thread_set(SIZE_MAX);
    sem_post(&gates[0].open);
    sem_post(&gates[1].open);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "a: a value, b: a value");
    assert_int_equal(haul_executor_destroy(executor), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_threads_are_made_on_demand),
        on_stage(test_an_idle_thread_is_used_again),
        on_stage(test_signals_are_blocked),
        on_stage(test_no_more_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
