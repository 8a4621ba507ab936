#include "failing_memory.h"
#include "stage.h"

/* Takes the lock, ROUNDS times, sleeps with it, and gives it back. */
struct holder {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_lock *lock;
    const char *name;
    int64_t duration;
    int rounds;
    int code;
};

static struct haul_step holder(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(holder);
    while (self->rounds-- > 0) {
        HAUL_AWAIT_CODE(self->code, haul_lock_acquire(task, self->lock));
        stage_say(self->stage, self->code == 0 ? "%s" : "%s cancelled", self->name);
        if (self->code != 0)
            HAUL_FAIL(self->code);
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->duration));
        haul_lock_release(self->lock);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    HAUL_FINALLY;
    HAUL_END;
}

#define HOLDER(stage_, lock_, name_, ...)                                                                              \
    HAUL_CALL(holder, .stage = (stage_), .lock = (lock_), .name = (name_), .rounds = __VA_ARGS__)

/* CPython: LockTests.test_acquire */
static void test_acquire(void **state)
{
    struct stage *stage = *state;
    static const char *const names[] = {"a", "b", "c"};
    struct haul_lock lock;
    haul_lock_init(&lock);
    for (int i = 0; i < 3; i++)
        assert_int_equal(haul_task_create(stage->loop, HOLDER(stage, &lock, names[i], 2, .duration = 1), NULL), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "a, b, c, a, b, c");
    assert_false(haul_lock_locked(&lock));
    haul_lock_finish(&lock);
}

static void test_try(void **state)
{
    (void)state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_false(haul_lock_locked(&lock));
    assert_true(haul_lock_try_acquire(&lock));
    assert_true(haul_lock_locked(&lock));
    assert_false(haul_lock_try_acquire(&lock));
    haul_lock_release(&lock);
    assert_false(haul_lock_locked(&lock));
    haul_lock_finish(&lock);
}

/* What was given to one who waits is not to be had by others, though he has not had his turn. */
static void test_nobody_pushes_in(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(haul_lock_try_acquire(&lock));
    struct haul_task *task = stage_task(stage, HOLDER(stage, &lock, "a", 1));
    stage_turn(stage, 1);
    haul_lock_release(&lock);
    assert_true(haul_lock_locked(&lock));
    assert_false(haul_lock_try_acquire(&lock));
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a");
    haul_lock_finish(&lock);
}

/* CPython: LockTests.test_acquire_cancel */
static void test_acquire_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(haul_lock_try_acquire(&lock));
    struct haul_task *task = stage_task(stage, HOLDER(stage, &lock, "a", 1));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a cancelled");
    assert_true(haul_lock_locked(&lock));
    haul_lock_release(&lock);
    assert_false(haul_lock_locked(&lock));
    haul_lock_finish(&lock);
}

/* CPython: LockTests.test_cancel_race, test_finished_waiter_cancelled. It has the lock when the cancel comes: it keeps
 * it, is cancelled at its next await, and gives it back. */
static void test_cancel_race(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(haul_lock_try_acquire(&lock));
    struct haul_task *a = stage_task(stage, HOLDER(stage, &lock, "a", 1, .duration = HAUL_SECOND));
    struct haul_task *b = stage_task(stage, HOLDER(stage, &lock, "b", 1));
    stage_turn(stage, 1);
    haul_lock_release(&lock);
    haul_task_cancel(a);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_script(stage, "a, b");
    assert_int_equal(stage_time(stage), 0);
    assert_false(haul_lock_locked(&lock));
    haul_lock_finish(&lock);
}

/* CPython: LockTests.test_cancel_release_race */
static void test_cancel_release_race(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(haul_lock_try_acquire(&lock));
    struct haul_task *a = stage_task(stage, HOLDER(stage, &lock, "a", 1));
    struct haul_task *b = stage_task(stage, HOLDER(stage, &lock, "b", 1));
    stage_turn(stage, 1);
    haul_task_cancel(a);
    haul_lock_release(&lock);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_script(stage, "a cancelled, b");
    haul_lock_finish(&lock);
}

/* Sleeps until it is cancelled, and then takes the lock to clean up. */
struct cleaner {
    struct haul_coroutine coroutine;
    struct haul_lock *lock;
    int code;
};

static struct haul_step cleaner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(cleaner);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    assert_int_equal(coroutine->code, HAUL_E_CANCELLED);
    HAUL_AWAIT_CODE(self->code, haul_lock_acquire(task, self->lock));
    assert_int_equal(self->code, 0);
    haul_lock_release(self->lock);
    HAUL_END;
}

static void test_acquire_after_a_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(haul_lock_try_acquire(&lock));
    struct haul_task *task = stage_task(stage, HAUL_CALL(cleaner, .lock = &lock));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    stage_turn(stage, 1);
    haul_lock_release(&lock);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_false(haul_lock_locked(&lock));
    haul_lock_finish(&lock);
}

/* Waits for the lock for a second. */
struct impatient {
    struct haul_coroutine coroutine;
    struct haul_lock *lock;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step impatient(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(impatient);
    self->code =
        haul_timeout_enter(task, &self->timeout, haul_deadline(haul_loop_now(haul_task_loop(task)), HAUL_SECOND));
    assert_int_equal(self->code, 0);
    HAUL_AWAIT_CODE(self->code, haul_lock_acquire(task, self->lock));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    haul_lock_release(self->lock);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_timeout(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    struct haul_task *a = stage_task(stage, HOLDER(stage, &lock, "a", 1, .duration = 2 * HAUL_SECOND));
    assert_int_equal(stage_run(stage, HAUL_CALL(impatient, .lock = &lock)), HAUL_E_TIMEOUT);
    assert_int_equal(stage_time(stage), 1000);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_run(stage, HAUL_CALL(impatient, .lock = &lock)), 0);
    assert_false(haul_lock_locked(&lock));
    haul_lock_finish(&lock);
}

/* The time is over when the lock has been given already: it is kept. */
static void test_lock_before_the_timeout(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(haul_lock_try_acquire(&lock));
    struct haul_task *task = stage_task(stage, HAUL_CALL(impatient, .lock = &lock));
    stage_turn(stage, 1);
    haul_lock_release(&lock);
    stage->clock.now += 5 * HAUL_SECOND;
    assert_int_equal(stage_end(stage, task), 0);
    assert_false(haul_lock_locked(&lock));
    haul_lock_finish(&lock);
}

static void release(void *lock)
{
    haul_lock_release(lock);
}

/* CPython: LockTests.test_release_not_acquired */
static void test_release_not_acquired(void **state)
{
    (void)state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(meets_assert(release, &lock));
    assert_true(haul_lock_try_acquire(&lock));
    assert_false(meets_assert(release, &lock));
}

static void finish(void *lock)
{
    haul_lock_finish(lock);
}

static void test_finish_while_waited_for(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    assert_true(haul_lock_try_acquire(&lock));
    struct haul_task *task = stage_task(stage, HOLDER(stage, &lock, "a", 1));
    stage_turn(stage, 1);
    assert_true(meets_assert(finish, &lock));
    haul_lock_release(&lock);
    assert_int_equal(stage_end(stage, task), 0);
    haul_lock_finish(&lock);
}

static void test_no_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_lock lock;
    haul_lock_init(&lock);
    struct haul_task *a = stage_task(stage, HOLDER(stage, &lock, "a", 3));
    struct haul_task *b = stage_task(stage, HOLDER(stage, &lock, "b", 3));
    size_t before = failing_memory_count();
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(failing_memory_count(), before);
    assert_script(stage, "a, b, a, b, a, b");
    haul_lock_finish(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_acquire),
        cmocka_unit_test(test_try),
        on_stage(test_nobody_pushes_in),
        on_stage(test_acquire_cancel),
        on_stage(test_cancel_race),
        on_stage(test_cancel_release_race),
        on_stage(test_acquire_after_a_cancel),
        on_stage(test_timeout),
        on_stage(test_lock_before_the_timeout),
        cmocka_unit_test(test_release_not_acquired),
        on_stage(test_finish_while_waited_for),
        on_stage(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
