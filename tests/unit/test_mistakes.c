/* Mistakes that every call that waits for a future has to notice: a future of another loop, and the task itself. */
#include "stage.h"

enum call { WAIT, TASK_WAIT, SHIELD, GATHER, COMPLETED, WAIT_ALL, WAIT_FOR, CALLS };

struct confused {
    struct haul_coroutine coroutine;
    enum call call;
    struct haul_task *other; /* NULL: itself */
    struct haul_task *awaited;
    struct haul_awaitable awaitable;
    struct haul_future *future;
    struct haul_completed *completed;
    struct haul_outcome outcome;
};

static struct haul_step confused(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(confused);
    self->awaited = self->other ? self->other : task;
    self->future = haul_task_future(self->awaited);
    self->awaitable = haul_task_awaitable(self->awaited);
    if (self->call == WAIT)
        HAUL_AWAIT(haul_future_wait(task, self->future));
    if (self->call == TASK_WAIT)
        HAUL_AWAIT(haul_task_wait(task, self->awaited));
    if (self->call == SHIELD)
        HAUL_AWAIT(haul_shield(task, self->future));
    if (self->call == GATHER)
        HAUL_AWAIT(haul_gather(task, &self->awaitable, 1, HAUL_GATHER_FAIL_FAST, &self->outcome));
    if (self->call == COMPLETED) {
        haul_as_completed(task, &self->awaitable, 1, &self->completed);
        HAUL_AWAIT(haul_completed_next(task, self->completed, &self->outcome));
    }
    if (self->call == WAIT_ALL)
        HAUL_AWAIT(haul_wait(task, &self->future, 1, HAUL_WAIT_ALL_COMPLETED, HAUL_NEVER));
    if (self->call == WAIT_FOR)
        HAUL_AWAIT(haul_wait_for(task, self->awaitable, HAUL_NEVER, &self->outcome));
    HAUL_FINALLY;
    HAUL_END;
}

struct scene {
    struct stage *stage;
    enum call call;
};

static void await_another_loops(void *data)
{
    struct scene *scene = data;
    struct haul_virtual_clock clock = {0};
    struct haul_loop_options options = {.clock = haul_virtual_clock(&clock)};
    struct haul_loop *loop;
    struct haul_task *other;
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(actor, .stage = scene->stage, .name = "other"), &other), 0);
    stage_run(scene->stage, HAUL_CALL(confused, .call = scene->call, .other = other));
}

static void await_itself(void *data)
{
    struct scene *scene = data;
    stage_run(scene->stage, HAUL_CALL(confused, .call = scene->call));
}

/* Whatever else is done with it, a task of the same loop can be awaited. */
static void await_another(void *data)
{
    struct scene *scene = data;
    struct haul_task *other = stage_task(scene->stage, HAUL_CALL(actor, .stage = scene->stage, .name = "other"));
    stage_run(scene->stage, HAUL_CALL(confused, .call = scene->call, .other = other));
}

static void test_awaited(void **state)
{
    for (enum call call = 0; call < CALLS; call++) {
        struct scene scene = {*state, call};
        assert_true(meets_assert(await_another_loops, &scene));
        assert_true(meets_assert(await_itself, &scene));
        assert_false(meets_assert(await_another, &scene));
    }
}

/* A group is awaited by the task that opened it. */
struct thief {
    struct haul_coroutine coroutine;
    struct haul_group *group;
};

static struct haul_step thief(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(thief);
    HAUL_AWAIT(haul_group_wait(task, self->group));
    HAUL_FINALLY;
    HAUL_END;
}

static void wait_for_anothers_group(void *data)
{
    struct stage *stage = data;
    struct haul_group group;
    struct haul_task *owner = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "owner"));
    haul_group_init(owner, &group);
    stage_run(stage, HAUL_CALL(thief, .group = &group));
}

/* A loop is not run from inside a task. */
struct nester {
    struct haul_coroutine coroutine;
};

static struct haul_step nester(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nester);
    if (haul_task_create(haul_task_loop(task), HAUL_CALL(nester), NULL) == 0)
        haul_loop_run_forever(haul_task_loop(task));
    HAUL_FINALLY;
    HAUL_END;
}

static void run_the_loop_from_a_task(void *data)
{
    stage_run(data, HAUL_CALL(nester));
}

static void run_until_another_loops_is_complete(void *data)
{
    struct stage *stage = data;
    struct haul_loop *loop;
    struct haul_future *future;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(haul_future_create(loop, &future), 0);
    haul_future_cancel(future);
    haul_run_until_complete(stage->loop, future);
}

static void settle_a_task(void *data)
{
    struct stage *stage = data;
    struct haul_task *task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a"));
    haul_future_set_value(haul_task_future(task), (union haul_value){0}, NULL);
}

static void test_others(void **state)
{
    assert_true(meets_assert(wait_for_anothers_group, *state));
    assert_true(meets_assert(run_the_loop_from_a_task, *state));
    assert_true(meets_assert(run_until_another_loops_is_complete, *state));
    assert_true(meets_assert(settle_a_task, *state));
}

static void do_nothing(void *data)
{
    (void)data;
}

/* What is no mistake but an answer. */
static void test_answers(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    assert_int_equal(haul_future_set_error(future, HAUL_E_URL), 0);
    assert_int_equal(haul_future_set_value(future, (union haul_value){0}, NULL), HAUL_E_SETTLED);
    assert_int_equal(haul_future_set_error(future, HAUL_E_URL), HAUL_E_SETTLED);
    assert_false(haul_future_cancel(future));
    assert_int_equal(haul_future_code(future), HAUL_E_URL);
    haul_future_unref(future);

    /* Stopping a loop that does not run: the next run leaves after one iteration. */
    haul_loop_stop(stage->loop);
    haul_loop_stop(stage->loop);
    assert_int_equal(haul_loop_call_soon(stage->loop, do_nothing, NULL, NULL), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);

    struct haul_task *task = stage_task(stage, HAUL_CALL(actor, .stage = stage, .name = "a"));
    assert_int_equal(haul_loop_destroy(stage->loop), HAUL_E_BUSY);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, a ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_awaited),
        on_stage(test_others),
        on_stage(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
