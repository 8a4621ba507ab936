/* haul_loop_finish, which ends all that a loop has, whatever it takes. */
#include "stage.h"

#include "core/loop.h"

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

static void say_done(struct haul_future *future, void *data)
{
    (void)future;
    stage_say(data, "done");
}

static struct haul_loop *open_loop(struct stage *stage)
{
    struct haul_loop *loop;
    struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    return loop;
}

static void test_finish(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_loop(stage);
    struct haul_task *task;
    assert_int_equal(
        haul_task_create(loop, ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = HAUL_SECOND), &task), 0);
    assert_int_equal(haul_future_add_done_callback(haul_task_future(task), say_done, stage), 0);
    assert_int_equal(haul_task_create(loop, ACTOR(stage, "b"), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    haul_task_unref(task);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "a begins, b begins, a cancelled, b cancelled, a cleaned, done");
    assert_int_equal(stage->clock.now, HAUL_SECOND);
}

/* Stops the loop in its `finally`, and sleeps there. */
struct stopper {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int code;
};

static struct haul_step stopper(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(stopper);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    haul_loop_stop(haul_task_loop(task));
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "finally %d", self->code);
    HAUL_END;
}

/* It is at its end already: to stop it changes nothing. */
static void test_stopped_meanwhile(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_loop(stage);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(stopper, .stage = stage), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    haul_loop_stop(loop);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "finally 0");
    assert_int_equal(stage->clock.now, HAUL_SECOND);
}

/* One that waits in its `finally` for what never comes, and does not give up before it was cancelled so often. */
struct stuck {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_future *future;
    int cancels;
    int code;
};

static struct haul_step stuck(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(stuck);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    while (self->cancels-- > 0) {
        HAUL_AWAIT_CODE(self->code, haul_shield(task, self->future));
        stage_say(self->stage, "finally %d", self->code);
    }
    haul_future_unref(self->future);
    HAUL_END;
}

/* Holds a group whose task is stuck. */
struct stuck_group {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_awaitable call;
    struct haul_group group;
    int code;
};

static struct haul_step stuck_group(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(stuck_group);
    haul_group_init(task, &self->group);
    assert_int_equal(haul_group_spawn(&self->group, self->call, NULL), 0);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    stage_say(self->stage, "group %d", self->code);
    HAUL_END;
}

/* Where nothing else can happen, all that is left is cancelled again, what a group holds too. */
static void test_finish_stalled(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_loop(stage);
    struct haul_future *future;
    assert_int_equal(haul_future_create(loop, &future), 0);
    struct haul_awaitable call = HAUL_CALL(stuck, .stage = stage, .future = future, .cancels = 2);
    assert_int_equal(haul_task_create(loop, call, NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(stuck_group, .stage = stage, .call = call), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    haul_future_ref(future);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "finally 1, finally 1, finally 1, finally 1, group 1");
}

/* One that never gives up stays, and with it the loop. */
static void test_finish_in_vain(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_loop(stage);
    struct haul_future *future;
    assert_int_equal(haul_future_create(loop, &future), 0);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(stuck, .stage = stage, .future = future, .cancels = 150), NULL),
                     0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul_loop_finish(loop), HAUL_E_STALLED);
    assert_int_equal(haul_loop_finish(loop), 0);
    stage_forget(stage);
}

/* Makes another like itself in its `finally`, in all so many, and says when it was cancelled. */
struct maker {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int number;
    int last;
    int code;
};

static struct haul_step maker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(maker);
    HAUL_AWAIT(haul_sleep(task, HAUL_NEVER));
    HAUL_FINALLY;
    if (self->number <= 3)
        stage_say(self->stage, "%d ends with %d", self->number, coroutine->code);
    if (self->number < self->last)
        assert_int_equal(
            haul_task_create(haul_task_loop(task),
                             HAUL_CALL(maker, .stage = self->stage, .number = self->number + 1, .last = self->last),
                             NULL),
            0);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    HAUL_END;
}

/* What is made while the loop finishes runs on as long as one of those before does, and is cancelled then. */
static void test_finish_tasks_made_in_finally(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_loop(stage);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(maker, .stage = stage, .number = 1, .last = 3), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "1 ends with 1, 2 ends with 1, 3 ends with 1");
    assert_int_equal(stage->clock.now, 3 * HAUL_SECOND);
}

static void test_finish_tasks_without_end(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_loop(stage);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(maker, .stage = stage, .number = 1, .last = 150), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul_loop_finish(loop), HAUL_E_BUSY);
    assert_int_equal(haul_loop_finish(loop), 0);
    stage_forget(stage);
}

/* The cleaning up awaits what it makes: that may end by itself. */
struct delegator {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_task *helper;
    int code;
};

static struct haul_step delegator(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(delegator);
    HAUL_AWAIT(haul_sleep(task, HAUL_NEVER));
    HAUL_FINALLY;
    assert_int_equal(
        haul_task_create(haul_task_loop(task), ACTOR(self->stage, "helper", .duration = HAUL_SECOND), &self->helper),
        0);
    HAUL_AWAIT_CODE(self->code, haul_task_wait(task, self->helper));
    stage_say(self->stage, "helped %d", self->code);
    haul_task_unref(self->helper);
    HAUL_END;
}

static void test_finish_awaits_a_helper(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop = open_loop(stage);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(delegator, .stage = stage), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "helper begins, helper ends, helped 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_finish),
        on_stage(test_stopped_meanwhile),
        on_stage(test_finish_stalled),
        on_stage(test_finish_in_vain),
        on_stage(test_finish_tasks_made_in_finally),
        on_stage(test_finish_tasks_without_end),
        on_stage(test_finish_awaits_a_helper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
