#include "failing_memory.h"
#include "stage.h"

#include "core/task.h"

#include <errno.h>

/* Returns what it was given, by way of two children. */
struct inner {
    struct haul_coroutine coroutine;
    int64_t number;
};

static struct haul_step inner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(inner);
    HAUL_RETURN(.integer = self->number);
    HAUL_FINALLY;
    HAUL_END;
}

struct outer {
    struct haul_coroutine coroutine;
    struct inner inner;
    int64_t sum;
};

static struct haul_step outer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(outer);
    self->inner = HAUL_FRAME(inner, .number = 1000);
    HAUL_AWAIT(haul_call(task, &self->inner.coroutine));
    self->sum = haul_awaited(task).integer;
    self->inner = HAUL_FRAME(inner, .number = 100);
    HAUL_AWAIT(haul_call(task, &self->inner.coroutine));
    self->sum += haul_awaited(task).integer;
    HAUL_RETURN(.integer = self->sum);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_task_basics */
static void test_task_basics(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(outer));
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
    assert_int_equal(haul_future_code(haul_task_future(task)), 0);
    assert_int_equal(haul_future_value(haul_task_future(task)).integer, 1100);
    haul_task_unref(task);
    haul_task_unref(NULL);
}

static void test_ids_and_loop(void **state)
{
    struct stage *stage = *state;
    struct haul_task *first = stage_task(stage, HAUL_CALL(inner));
    struct haul_task *second = stage_task(stage, HAUL_CALL(inner));
    assert_int_equal(haul_task_id(first), 1);
    assert_int_equal(haul_task_id(second), 2);
    assert_ptr_equal(haul_task_loop(first), stage->loop);
    assert_null(haul_task_current(stage->loop));
    haul_task_unref(haul_task_ref(first));
    assert_int_equal(stage_end(stage, first), 0);
    assert_int_equal(stage_end(stage, second), 0);
}

static void test_starts_in_the_next_iteration_in_order(void **state)
{
    struct stage *stage = *state;
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(haul_task_create(stage->loop, HAUL_CALL(actor, .stage = stage, .name = names[i]), NULL), 0);
    assert_script(stage, "");
    stage_turn(stage, 1);
    assert_script(stage, "a begins, b begins, c begins");
    stage_turn(stage, 1);
    assert_script(stage, "a ends, b ends, c ends");
}

struct watcher {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_task **expected;
};

static struct haul_step watcher(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(watcher);
    assert_ptr_equal(haul_task_current(self->stage->loop), *self->expected);
    HAUL_AWAIT(haul_sleep(task, 1));
    assert_ptr_equal(haul_task_current(self->stage->loop), *self->expected);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_current(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = NULL;
    struct haul_task *other = NULL;
    task = stage_task(stage, HAUL_CALL(watcher, .stage = stage, .expected = &task));
    other = stage_task(stage, HAUL_CALL(watcher, .stage = stage, .expected = &other));
    assert_int_equal(stage_end(stage, task), 0);
    assert_int_equal(stage_end(stage, other), 0);
    assert_null(haul_task_current(stage->loop));
}

static void test_error_that_nobody_took(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable failing = HAUL_CALL(actor, .stage = stage, .name = "a", .failure = -EIO);
    assert_int_equal(haul_task_create(stage->loop, failing, NULL), 0);
    stage_turn(stage, 2);
    assert_script(stage, "a begins, a ends, report -5");
    /* While somebody has a reference it can still be taken. */
    struct haul_task *task = stage_task(stage, failing);
    stage_turn(stage, 2);
    assert_script(stage, "a begins, a ends");
    assert_int_equal(stage_end(stage, task), -EIO);
    assert_script(stage, "");
}

/* A coroutine that owns what it returns, as a task and as a child. */
struct owner {
    struct haul_coroutine coroutine;
    int *counter;
};

static struct haul_step owner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(owner);
    HAUL_RETURN_OWNED(count_destroyed, .pointer = self->counter);
    HAUL_FINALLY;
    HAUL_END;
}

struct owner_parent {
    struct haul_coroutine coroutine;
    struct owner owner;
    int *counter;
};

static struct haul_step owner_parent(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(owner_parent);
    self->owner = HAUL_FRAME(owner, .counter = self->counter);
    HAUL_AWAIT(haul_call(task, &self->owner.coroutine));
    assert_ptr_equal(haul_awaited(task).pointer, self->counter);
    HAUL_RETURN(.integer = 5);
    HAUL_FINALLY;
    HAUL_END;
}

/* Says its own state, waits for a future, and ends as it is told. */
struct self_aware {
    struct haul_coroutine coroutine;
    struct haul_future *future;
    enum haul_task_state state;
    int code;
};

static struct haul_step self_aware(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(self_aware);
    assert_int_equal(haul_task_state(task), HAUL_TASK_RUNNING);
    HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_AWAIT(haul_future_wait(task, self->future));
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_state(void **state)
{
    struct stage *stage = *state;
    const int codes[] = {0, -EIO, HAUL_E_CANCELLED};
    for (int i = 0; i < 3; i++) {
        struct haul_future *future;
        assert_int_equal(haul_future_create(stage->loop, &future), 0);
        struct haul_task *task = stage_task(stage, HAUL_CALL(self_aware, .future = future, .code = codes[i]));
        assert_int_equal(haul_task_state(task), HAUL_TASK_CREATED);
        stage_turn(stage, 1);
        assert_int_equal(haul_task_state(task), HAUL_TASK_READY);
        stage_turn(stage, 1);
        assert_int_equal(haul_task_state(task), HAUL_TASK_WAITING);
        assert_int_equal(haul_future_set_value(future, (union haul_value){0}, NULL), 0);
        assert_int_equal(haul_task_state(task), HAUL_TASK_READY);
        stage_turn(stage, 1);
        assert_int_equal(haul_task_state(task), HAUL_TASK_WAITING);
        if (codes[i] == HAUL_E_CANCELLED) {
            haul_task_cancel(task);
            assert_int_equal(haul_task_state(task), HAUL_TASK_READY);
        }
        stage_turn(stage, 1);
        assert_int_equal(haul_task_state(task),
                         codes[i] == HAUL_E_CANCELLED ? HAUL_TASK_CANCELLED : HAUL_TASK_FINISHED);
        haul_future_unref(future);
        haul_task_unref(task);
        /* To see the state is not to take the error. */
        assert_script(stage, codes[i] == -EIO ? "report -5" : "");
    }
}

static void test_owned_value(void **state)
{
    struct stage *stage = *state;
    int destroyed = 0;
    assert_int_equal(stage_run(stage, HAUL_CALL(owner, .counter = &destroyed)), 0);
    assert_int_equal(destroyed, 1);
    /* The parent has it, and its own value is a number that nobody destroys. */
    assert_int_equal(stage_run(stage, HAUL_CALL(owner_parent, .counter = &destroyed)), 0);
    assert_int_equal(destroyed, 1);
}

struct wide {
    struct haul_coroutine coroutine;
    _Alignas(max_align_t) unsigned char aligned[sizeof(max_align_t)];
};

static struct haul_step wide(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(wide);
    assert_int_equal((uintptr_t)self->aligned % _Alignof(max_align_t), 0);
    HAUL_FINALLY;
    HAUL_END;
}

struct very_wide {
    struct wide wide;
    unsigned char rest[4000];
};

static void test_frames_are_aligned(void **state)
{
    struct stage *stage = *state;
    for (int i = 0; i < 10; i++)
        assert_int_equal(stage_run(stage, HAUL_CALL(wide)), 0);
    struct very_wide frame = {.wide = HAUL_FRAME(wide)};
    struct haul_awaitable awaitable = {.frame = &frame.wide.coroutine, .frame_size = sizeof(frame)};
    assert_int_equal(stage_run(stage, awaitable), 0);
}

static void count_and_cancel(struct haul_task *task, void *data)
{
    uint64_t *sum = data;
    *sum += haul_task_id(task);
    haul_task_cancel(task);
}

struct owner_of_group {
    struct haul_coroutine coroutine;
    struct haul_group group;
    int code;
};

static struct haul_step owner_of_group(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(owner_of_group);
    haul_group_init(task, &self->group);
    assert_int_equal(haul_group_spawn(&self->group, HAUL_CALL(wide), NULL), 0);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    HAUL_END;
}

/* Of all groups, and none that has ended, though there are references to it. CPython: test_all_tasks */
static void test_all_tasks(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(haul_loop_task_count(stage->loop), 0);
    struct haul_task *ended = stage_task(stage, HAUL_CALL(wide));
    struct haul_task *sleeping =
        stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND));
    struct haul_task *owner = stage_task(stage, HAUL_CALL(owner_of_group));
    stage_turn(stage, 1);
    assert_int_equal(haul_loop_task_count(stage->loop), 3);
    uint64_t sum = 0;
    haul_loop_each_task(stage->loop, count_and_cancel, &sum);
    assert_int_equal(sum, haul_task_id(sleeping) + haul_task_id(owner) + 4);
    assert_int_equal(stage_end(stage, ended), 0);
    assert_int_equal(stage_end(stage, sleeping), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, owner), 0);
    sum = 0;
    haul_loop_each_task(stage->loop, count_and_cancel, &sum);
    assert_int_equal(sum, 0);
    assert_int_equal(haul_loop_task_count(stage->loop), 0);
    stage_forget(stage);
}

static void test_memory_of_a_task(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task;
    assert_int_equal(haul_task_create(stage->loop, HAUL_CALL(outer), &task), 0);
    stage_end(stage, task);
    /* A spawn allocates once at most; starting, calling children, settling and dying never. */
    for (int i = 0; i < 1000; i++) {
        size_t before = failing_memory_count();
        assert_int_equal(haul_task_create(stage->loop, HAUL_CALL(outer), &task), 0);
        assert_true(failing_memory_count() - before <= 1);
        before = failing_memory_count();
        stage_end(stage, task);
        assert_int_equal(failing_memory_count(), before);
    }
    task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND));
    stage_turn(stage, 1);
    size_t before = failing_memory_count();
    haul_task_cancel(task);
    stage_end(stage, task);
    assert_int_equal(failing_memory_count(), before);
    stage_forget(stage);
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_task *task = NULL;
        int code = haul_task_create(stage->loop, HAUL_CALL(actor, .stage = stage, .name = "a"), &task);
        if (code == 0)
            code = stage_end(stage, task);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
    }
    assert_script(stage, "a begins, a ends");
}

static void test_size(void **state)
{
    (void)state;
    /* A million of them stand in the bench; a frame behind it is aligned for everything. */
    assert_int_equal(sizeof(struct haul_task), 88);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_task_basics),
        on_stage(test_ids_and_loop),
        on_stage(test_starts_in_the_next_iteration_in_order),
        on_stage(test_current),
        on_stage(test_error_that_nobody_took),
        on_stage(test_state),
        on_stage(test_owned_value),
        on_stage(test_frames_are_aligned),
        on_stage(test_all_tasks),
        on_stage(test_memory_of_a_task),
        on_stage(test_out_of_memory),
        cmocka_unit_test(test_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
