#include "failing_memory.h"
#include "stage.h"

/* A condition with its lock, on a stage. */
struct scene {
    struct stage *stage;
    struct haul_lock lock;
    struct haul_condition condition;
    int level;
};

static void scene_init(struct scene *scene, struct stage *stage)
{
    *scene = (struct scene){.stage = stage};
    haul_lock_init(&scene->lock);
    haul_condition_init(&scene->condition, &scene->lock);
}

static void scene_finish(struct scene *scene)
{
    assert_false(haul_lock_locked(&scene->lock));
    haul_condition_finish(&scene->condition);
    haul_lock_finish(&scene->lock);
}

/* Takes the lock, waits for the condition, sleeps with the lock for DURATION, and gives the lock back. */
struct waiter {
    struct haul_coroutine coroutine;
    struct scene *scene;
    const char *name;
    int64_t duration;
    int64_t limit; /* how long it waits, or 0: as long as it takes */
    struct haul_timeout timeout;
    int code;
};

static struct haul_step waiter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(waiter);
    HAUL_AWAIT(haul_lock_acquire(task, &self->scene->lock));
    self->code = haul_timeout_enter(task, &self->timeout,
                                    self->limit == 0 ? HAUL_NEVER
                                                     : haul_deadline(haul_loop_now(haul_task_loop(task)), self->limit));
    assert_int_equal(self->code, 0);
    HAUL_AWAIT_CODE(self->code, haul_condition_wait(task, &self->scene->condition));
    assert_true(haul_lock_locked(&self->scene->lock));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    stage_say(self->scene->stage, self->code == 0 ? "%s" : "%s not", self->name);
    if (self->code == 0)
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->duration));
    haul_lock_release(&self->scene->lock);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

#define WAITER(scene_, ...) HAUL_CALL(waiter, .scene = (scene_), .name = __VA_ARGS__)

static void notify(struct scene *scene, size_t count)
{
    assert_true(haul_lock_try_acquire(&scene->lock));
    haul_condition_notify(&scene->condition, count);
    haul_lock_release(&scene->lock);
}

/* Lets the loop go on until all wait. */
static void settle(struct stage *stage)
{
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
}

static void end_all(struct stage *stage, struct haul_task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(stage_end(stage, tasks[i]), 0);
}

static const char *const names[] = {"a", "b", "c", "d"};

/* CPython: ConditionTests.test_wait, test_notify */
static void test_notify(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *tasks[4];
    for (int i = 0; i < 4; i++)
        tasks[i] = stage_task(stage, WAITER(&scene, names[i]));
    settle(stage);
    notify(&scene, 0);
    settle(stage);
    assert_script(stage, "");
    notify(&scene, 1);
    settle(stage);
    assert_script(stage, "a");
    notify(&scene, 2);
    settle(stage);
    assert_script(stage, "b, c");
    notify(&scene, 2048);
    end_all(stage, tasks, 4);
    assert_script(stage, "d");
    notify(&scene, 1);
    scene_finish(&scene);
}

/* CPython: ConditionTests.test_notify_all. They have the lock one after the other. */
static void test_notify_all(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = stage_task(stage, WAITER(&scene, names[i], .duration = HAUL_SECOND));
    settle(stage);
    assert_true(haul_lock_try_acquire(&scene.lock));
    haul_condition_notify_all(&scene.condition);
    settle(stage);
    assert_script(stage, "");
    haul_lock_release(&scene.lock);
    end_all(stage, tasks, 3);
    assert_script(stage, "a, b, c");
    assert_int_equal(stage_time(stage), 3000);
    scene_finish(&scene);
}

/* Takes the lock, says so, and gives it back. */
struct passer {
    struct haul_coroutine coroutine;
    struct scene *scene;
};

static struct haul_step passer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(passer);
    HAUL_AWAIT(haul_lock_acquire(task, &self->scene->lock));
    stage_say(self->scene->stage, "passer");
    haul_lock_release(&self->scene->lock);
    HAUL_FINALLY;
    HAUL_END;
}

/* Who is notified is in line before those who come for the lock later. */
static void test_notified_is_in_line(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *a = stage_task(stage, WAITER(&scene, "a"));
    settle(stage);
    assert_true(haul_lock_try_acquire(&scene.lock));
    haul_condition_notify(&scene.condition, 1);
    struct haul_task *other = stage_task(stage, HAUL_CALL(passer, .scene = &scene));
    settle(stage);
    haul_lock_release(&scene.lock);
    assert_int_equal(stage_end(stage, other), 0);
    assert_int_equal(stage_end(stage, a), 0);
    assert_script(stage, "a, passer");
    scene_finish(&scene);
}

/* CPython: ConditionTests.test_wait_cancel. It has the lock again, and leaves the line: its notification is for the
 * next (test_cancelled_wakeup). */
static void test_wait_cancel(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *a = stage_task(stage, WAITER(&scene, "a"));
    struct haul_task *b = stage_task(stage, WAITER(&scene, "b"));
    settle(stage);
    assert_true(haul_lock_try_acquire(&scene.lock));
    haul_task_cancel(a);
    haul_condition_notify(&scene.condition, 1);
    haul_lock_release(&scene.lock);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "a not, b");
    scene_finish(&scene);
}

static void test_cancel_while_the_lock_is_free(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *a = stage_task(stage, WAITER(&scene, "a"));
    settle(stage);
    haul_task_cancel(a);
    assert_true(haul_lock_locked(&scene.lock));
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_script(stage, "a not");
    scene_finish(&scene);
}

/* Waits for the condition, and goes on though it was cancelled. */
struct stubborn {
    struct haul_coroutine coroutine;
    struct scene *scene;
    int code;
};

static struct haul_step stubborn(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(stubborn);
    HAUL_AWAIT(haul_lock_acquire(task, &self->scene->lock));
    HAUL_AWAIT_CODE(self->code, haul_condition_wait(task, &self->scene->condition));
    stage_say(self->scene->stage, "%s", haul_error_name(self->code));
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 0));
    stage_say(self->scene->stage, "%s", haul_error_name(self->code));
    haul_lock_release(&self->scene->lock);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: ConditionTests.test_wait_cancel_contested. Cancelled once or more often while others have the lock, it waits
 * for the lock, and is cancelled once. */
static void test_wait_cancel_contested(void **state)
{
    struct stage *stage = *state;
    for (int cancels = 1; cancels <= 3; cancels++) {
        struct scene scene;
        scene_init(&scene, stage);
        struct haul_task *task = stage_task(stage, HAUL_CALL(stubborn, .scene = &scene));
        settle(stage);
        assert_true(haul_lock_try_acquire(&scene.lock));
        for (int i = 0; i < cancels; i++)
            assert_true(haul_task_cancel(task));
        settle(stage);
        assert_script(stage, "");
        assert_int_equal(haul_task_cancelling(task), cancels);
        haul_lock_release(&scene.lock);
        assert_int_equal(stage_end(stage, task), 0);
        assert_script(stage, "HAUL_E_CANCELLED, 0");
        scene_finish(&scene);
    }
}

/* CPython: ConditionTests.test_wait_cancel_after_notify. The notification is its own, and the cancel stays for the next
 * await, whether it comes before the lock or behind it. */
static void test_wait_cancel_after_notify(void **state)
{
    struct stage *stage = *state;
    for (int with_lock = 0; with_lock < 2; with_lock++) {
        struct scene scene;
        scene_init(&scene, stage);
        struct haul_task *task = stage_task(stage, HAUL_CALL(stubborn, .scene = &scene));
        settle(stage);
        assert_true(haul_lock_try_acquire(&scene.lock));
        haul_condition_notify(&scene.condition, 1);
        if (with_lock)
            haul_lock_release(&scene.lock);
        haul_task_cancel(task);
        if (!with_lock) {
            settle(stage);
            haul_lock_release(&scene.lock);
        }
        assert_int_equal(stage_end(stage, task), 0);
        assert_script(stage, "0, HAUL_E_CANCELLED");
        scene_finish(&scene);
    }
}

/* A request that is taken back while the task waits for the lock is not delivered any more. */
static void test_uncancel_after_notify(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *task = stage_task(stage, HAUL_CALL(stubborn, .scene = &scene));
    settle(stage);
    assert_true(haul_lock_try_acquire(&scene.lock));
    haul_condition_notify(&scene.condition, 1);
    haul_task_cancel(task);
    assert_int_equal(haul_task_uncancel(task), 0);
    haul_lock_release(&scene.lock);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "0, 0");
    scene_finish(&scene);
}

static void test_timeout(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *a = stage_task(stage, WAITER(&scene, "a", .limit = HAUL_SECOND));
    struct haul_task *b = stage_task(stage, WAITER(&scene, "b"));
    assert_int_equal(stage_end(stage, a), HAUL_E_TIMEOUT);
    assert_int_equal(stage_time(stage), 1000);
    notify(&scene, 1);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "a not, b");
    scene_finish(&scene);
}

static int is_high(void *data)
{
    struct scene *scene = data;
    assert_true(haul_lock_locked(&scene->lock));
    stage_say(scene->stage, "level %d", scene->level);
    return scene->level >= 3;
}

/* Waits until the level is high. */
struct watcher {
    struct haul_coroutine coroutine;
    struct scene *scene;
    struct haul_condition_wait_for wait;
    int code;
};

static struct haul_step watcher(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(watcher);
    HAUL_AWAIT(haul_lock_acquire(task, &self->scene->lock));
    self->wait = HAUL_FRAME(haul_condition_wait_for, .condition = &self->scene->condition, .predicate = is_high,
                            .data = self->scene);
    HAUL_AWAIT_CODE(self->code, haul_call(task, &self->wait.coroutine));
    assert_true(haul_lock_locked(&self->scene->lock));
    haul_lock_release(&self->scene->lock);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: ConditionTests.test_wait_for */
static void test_wait_for(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *task = stage_task(stage, HAUL_CALL(watcher, .scene = &scene));
    settle(stage);
    assert_script(stage, "level 0");
    scene.level = 2;
    notify(&scene, 1);
    settle(stage);
    assert_script(stage, "level 2");
    scene.level = 3;
    notify(&scene, 1);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "level 3");
    assert_int_equal(stage_run(stage, HAUL_CALL(watcher, .scene = &scene)), 0);
    assert_script(stage, "level 3");
    scene_finish(&scene);
}

static void test_wait_for_cancelled(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *task = stage_task(stage, HAUL_CALL(watcher, .scene = &scene));
    settle(stage);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "level 0");
    scene_finish(&scene);
}

/* Waits without the lock. */
struct careless {
    struct haul_coroutine coroutine;
    struct haul_condition *condition;
};

static struct haul_step careless(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(careless);
    HAUL_AWAIT(haul_condition_wait(task, self->condition));
    HAUL_FINALLY;
    HAUL_END;
}

static void wait_unacquired(void *data)
{
    struct scene *scene = data;
    stage_run(scene->stage, HAUL_CALL(careless, .condition = &scene->condition));
}

static void notify_unacquired(void *data)
{
    struct scene *scene = data;
    haul_condition_notify(&scene->condition, 1);
}

static void finish(void *data)
{
    struct scene *scene = data;
    haul_condition_finish(&scene->condition);
}

/* CPython: ConditionTests.test_wait_unacquired, test_notify_unacquired */
static void test_unacquired(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    assert_true(meets_assert(wait_unacquired, &scene));
    assert_true(meets_assert(notify_unacquired, &scene));
    struct haul_task *a = stage_task(stage, WAITER(&scene, "a"));
    settle(stage);
    assert_true(meets_assert(finish, &scene));
    notify(&scene, 1);
    assert_int_equal(stage_end(stage, a), 0);
    scene_finish(&scene);
}

static void test_no_allocation(void **state)
{
    struct stage *stage = *state;
    struct scene scene;
    scene_init(&scene, stage);
    struct haul_task *a = stage_task(stage, WAITER(&scene, "a"));
    struct haul_task *b = stage_task(stage, WAITER(&scene, "b"));
    size_t before = failing_memory_count();
    settle(stage);
    haul_task_cancel(b);
    settle(stage);
    notify(&scene, 1);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), HAUL_E_CANCELLED);
    assert_int_equal(failing_memory_count(), before);
    assert_script(stage, "b not, a");
    scene_finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_notify),
        on_stage(test_notify_all),
        on_stage(test_notified_is_in_line),
        on_stage(test_wait_cancel),
        on_stage(test_cancel_while_the_lock_is_free),
        on_stage(test_wait_cancel_contested),
        on_stage(test_wait_cancel_after_notify),
        on_stage(test_uncancel_after_notify),
        on_stage(test_timeout),
        on_stage(test_wait_for),
        on_stage(test_wait_for_cancelled),
        on_stage(test_unacquired),
        on_stage(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
