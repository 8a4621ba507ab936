#include "failing_memory.h"
#include "stage.h"

/* Takes a place, ROUNDS times, sleeps with it, and gives it back. */
struct worker {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_semaphore *semaphore;
    const char *name;
    int64_t duration;
    int rounds;
    int code;
};

static struct haul_step worker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(worker);
    while (self->rounds-- > 0) {
        HAUL_AWAIT_CODE(self->code, haul_semaphore_acquire(task, self->semaphore));
        stage_say(self->stage, self->code == 0 ? "%s" : "%s cancelled", self->name);
        if (self->code != 0)
            HAUL_FAIL(self->code);
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->duration));
        haul_semaphore_release(self->semaphore);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    HAUL_FINALLY;
    HAUL_END;
}

#define WORKER(stage_, semaphore_, name_, ...)                                                                         \
    HAUL_CALL(worker, .stage = (stage_), .semaphore = (semaphore_), .name = (name_), .rounds = __VA_ARGS__)

/* CPython: test_acquire_fifo_order */
static void test_acquire_fifo_order(void **state)
{
    struct stage *stage = *state;
    static const char *const names[] = {"c1", "c2", "c3"};
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(haul_task_create(stage->loop, WORKER(stage, &semaphore, names[i], 2, .duration = 1), NULL), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "c1, c2, c3, c1, c2, c3");
    assert_int_equal(haul_semaphore_free(&semaphore), 1);
    haul_semaphore_finish(&semaphore);
}

static void test_try(void **state)
{
    (void)state;
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 2);
    assert_true(haul_semaphore_try_acquire(&semaphore));
    assert_true(haul_semaphore_try_acquire(&semaphore));
    assert_false(haul_semaphore_try_acquire(&semaphore));
    assert_int_equal(haul_semaphore_free(&semaphore), 0);
    haul_semaphore_release(&semaphore);
    assert_int_equal(haul_semaphore_free(&semaphore), 1);
    haul_semaphore_finish(&semaphore);
}

/* A place that was given to one who waits is not to be had by others, though he has not had his turn. */
static void test_nobody_pushes_in(void **state)
{
    struct stage *stage = *state;
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 0);
    struct haul_task *task = stage_task(stage, WORKER(stage, &semaphore, "a", 1));
    stage_turn(stage, 1);
    haul_semaphore_release(&semaphore);
    assert_false(haul_semaphore_try_acquire(&semaphore));
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a");
    assert_true(haul_semaphore_try_acquire(&semaphore));
    haul_semaphore_finish(&semaphore);
}

/* CPython: test_acquire_hang, test_acquire_no_hang: places go on to the others though one who waits is cancelled. */
static void test_acquire_no_hang(void **state)
{
    struct stage *stage = *state;
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 1);
    struct haul_task *a = stage_task(stage, WORKER(stage, &semaphore, "a", 1, .duration = HAUL_SECOND));
    struct haul_task *b = stage_task(stage, WORKER(stage, &semaphore, "b", 1));
    struct haul_task *c = stage_task(stage, WORKER(stage, &semaphore, "c", 1));
    stage_turn(stage, 1);
    haul_task_cancel(b);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, c), 0);
    assert_int_equal(stage_end(stage, b), HAUL_E_CANCELLED);
    assert_script(stage, "a, b cancelled, c");
    assert_int_equal(haul_semaphore_free(&semaphore), 1);
    haul_semaphore_finish(&semaphore);
}

/* CPython: test_acquire_cancel_before_awoken */
static void test_acquire_cancel_before_awoken(void **state)
{
    struct stage *stage = *state;
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 0);
    static const char *const names[] = {"t1", "t2", "t3", "t4"};
    struct haul_task *tasks[4];
    for (int i = 0; i < 4; i++)
        tasks[i] = stage_task(stage, WORKER(stage, &semaphore, names[i], 1));
    stage_turn(stage, 1);
    haul_task_cancel(tasks[0]);
    haul_task_cancel(tasks[1]);
    haul_semaphore_release(&semaphore);
    for (int i = 0; i < 4; i++)
        assert_int_equal(stage_end(stage, tasks[i]), i < 2 ? HAUL_E_CANCELLED : 0);
    assert_script(stage, "t1 cancelled, t2 cancelled, t3, t4");
    haul_semaphore_finish(&semaphore);
}

/* It has the place when the cancel comes: it keeps it, gives it back, and is cancelled at its next await. */
static void test_cancel_after_the_hand_over(void **state)
{
    struct stage *stage = *state;
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 0);
    struct haul_task *task = stage_task(stage, WORKER(stage, &semaphore, "a", 1, .duration = HAUL_SECOND));
    stage_turn(stage, 1);
    haul_semaphore_release(&semaphore);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a");
    assert_int_equal(stage_time(stage), 0);
    assert_int_equal(haul_semaphore_free(&semaphore), 1);
    haul_semaphore_finish(&semaphore);
}

static void test_locked(void **state)
{
    (void)state;
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 1);
    assert_false(haul_semaphore_locked(&semaphore));
    assert_true(haul_semaphore_try_acquire(&semaphore));
    assert_true(haul_semaphore_locked(&semaphore));
    haul_semaphore_release(&semaphore);
    haul_semaphore_release(&semaphore); /* one more than there were is right where it is not bounded */
    assert_int_equal(haul_semaphore_free(&semaphore), 2);
    haul_semaphore_finish(&semaphore);
}

static void release(void *semaphore)
{
    haul_semaphore_release(semaphore);
}

/* CPython: BoundedSemaphore, test_release_not_acquired */
static void test_bounded(void **state)
{
    struct stage *stage = *state;
    struct haul_semaphore semaphore;
    haul_semaphore_init_bounded(&semaphore, 2);
    assert_true(meets_assert(release, &semaphore));
    struct haul_task *tasks[3];
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        tasks[i] = stage_task(stage, WORKER(stage, &semaphore, names[i], 2, .duration = HAUL_SECOND));
    for (int i = 0; i < 3; i++)
        assert_int_equal(stage_end(stage, tasks[i]), 0);
    assert_script(stage, "a, b, c, a, b, c");
    assert_int_equal(stage_time(stage), 3000);
    assert_int_equal(haul_semaphore_free(&semaphore), 2);
    assert_true(meets_assert(release, &semaphore));
    haul_semaphore_finish(&semaphore);
}

static void test_no_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_semaphore semaphore;
    haul_semaphore_init(&semaphore, 1);
    struct haul_task *a = stage_task(stage, WORKER(stage, &semaphore, "a", 3));
    struct haul_task *b = stage_task(stage, WORKER(stage, &semaphore, "b", 3));
    size_t before = failing_memory_count();
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(failing_memory_count(), before);
    assert_script(stage, "a, b, a, b, a, b");
    haul_semaphore_finish(&semaphore);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_acquire_fifo_order),
        cmocka_unit_test(test_try),
        on_stage(test_nobody_pushes_in),
        on_stage(test_acquire_no_hang),
        on_stage(test_acquire_cancel_before_awoken),
        on_stage(test_cancel_after_the_hand_over),
        cmocka_unit_test(test_locked),
        on_stage(test_bounded),
        on_stage(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
