#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* Opens a group, spawns up to three actors, sleeps or fails in its body, and waits in `finally`. */
struct opener {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_awaitable tasks[3];
    size_t count;
    int64_t sleeps;
    int failure;
    bool waits_in_body;
    bool cancels_group;
    int body_code;
    int code;
    struct haul_group group;
};

static struct haul_step opener(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(opener);
    haul_group_init(task, &self->group);
    for (size_t i = 0; i < self->count; i++) {
        self->code = haul_group_spawn(&self->group, self->tasks[i], NULL);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    if (self->cancels_group) {
        haul_group_cancel(&self->group);
        assert_int_equal(haul_group_spawn(&self->group, self->tasks[0], NULL), HAUL_E_CANCELLED);
    }
    if (self->sleeps > 0) {
        HAUL_AWAIT_CODE(self->body_code, haul_sleep(task, self->sleeps));
        stage_say(self->stage, "body %d", self->body_code);
        if (self->body_code != 0)
            HAUL_FAIL(self->body_code);
    }
    if (self->waits_in_body) {
        HAUL_AWAIT_CODE(self->body_code, haul_group_wait(task, &self->group));
        stage_say(self->stage, "waited %d, cancelling %u", self->body_code, haul_task_cancelling(task));
        HAUL_AWAIT_CODE(self->body_code, haul_sleep(task, HAUL_SECOND));
        stage_say(self->stage, "body %d", self->body_code);
    }
    if (self->failure != 0)
        HAUL_FAIL(self->failure);
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    stage_say(self->stage, "group %d, cancelling %u", self->code, haul_task_cancelling(task));
    HAUL_END;
}

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

static void test_waits_for_all(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 2,
                                                .tasks = {ACTOR(stage, "a", .duration = 2 * HAUL_SECOND),
                                                          ACTOR(stage, "b", .duration = HAUL_SECOND)})),
                     0);
    assert_script(stage, "a begins, b begins, b ends, a ends, group 0, cancelling 0");
    assert_int_equal(stage_time(stage), 2000);
}

static void test_empty(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(opener, .stage = stage)), 0);
    assert_script(stage, "group 0, cancelling 0");
}

/* CPython: test_cancel_children_on_child_error */
static void test_cancel_children_on_child_error(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 3, .waits_in_body = true,
                                   .tasks = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = HAUL_SECOND),
                                             ACTOR(stage, "b", .duration = HAUL_SECOND, .failure = -EIO),
                                             ACTOR(stage, "c", .duration = 9 * HAUL_SECOND)})),
        0);
    assert_script(stage, "a begins, b begins, c begins, b ends, a cancelled, c cancelled, a cleaned, "
                         "waited -5, cancelling 0, body 0, group 0, cancelling 0");
    assert_int_equal(stage_time(stage), 3000);
}

/* CPython: test_taskgroup_04. The owner's body is cancelled, and it ends with the task's error. */
static void test_taskgroup_04(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 2, .sleeps = 9 * HAUL_SECOND,
                                                .tasks = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND),
                                                          ACTOR(stage, "b", .failure = -EIO)})),
                     -EIO);
    assert_script(stage, "a begins, b begins, b ends, a cancelled, body 1, group -5, cancelling 0");
    assert_int_equal(stage_time(stage), 0);
}

/* A child that ends cancelled unasked is no error of a group. */
static void test_cancelled_child(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 2, .sleeps = HAUL_SECOND,
                                                .tasks = {ACTOR(stage, "a", .failure = HAUL_E_CANCELLED),
                                                          ACTOR(stage, "b", .duration = 2 * HAUL_SECOND)})),
                     0);
    assert_script(stage, "a begins, b begins, a ends, body 0, b ends, group 0, cancelling 0");
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

static void test_owner_cancelled_in_its_body(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(opener, .stage = stage, .count = 1, .sleeps = 5 * HAUL_SECOND,
                                    .tasks = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = HAUL_SECOND)}));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a begins, body 1, a cancelled, a cleaned, group 0, cancelling 1");
    assert_int_equal(stage_time(stage), 2000);
}

static void test_owner_cancelled_while_it_waits(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(
        stage, HAUL_CALL(opener, .stage = stage, .count = 1, .waits_in_body = true,
                         .tasks = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = 3 * HAUL_SECOND)}));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    /* What cleans up is not disturbed by the second. */
    assert_int_equal(haul_loop_call_at(stage->loop, 2 * HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a begins, a cancelled, a cleaned, waited 1, cancelling 2, body 0, group 0, cancelling 2");
}

/* CPython: test_error_and_cancel. The error comes first, and the cancel from outside is not swallowed. */
static void test_error_and_cancel(void **state)
{
    struct stage *stage = *state;
    for (int in_body = 0; in_body < 2; in_body++) {
        stage->clock.now = 0;
        haul_loop_update_now(stage->loop);
        struct haul_task *task =
            stage_task(stage, HAUL_CALL(opener, .stage = stage, .count = 1, .waits_in_body = true,
                                        .sleeps = in_body ? 2 * HAUL_SECOND : 0,
                                        .tasks = {ACTOR(stage, "a", .duration = HAUL_SECOND, .failure = -EIO)}));
        assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
        int code = stage_end(stage, task);
        if (in_body) {
            /* The body has ended: the error is the outcome. */
            assert_script(stage, "a begins, a ends, body 1, group -5, cancelling 1");
            assert_int_equal(code, -EIO);
        } else {
            assert_script(stage, "a begins, a ends, waited -5, cancelling 1, body 1, group 0, cancelling 1");
            assert_int_equal(code, 0);
        }
    }
}

/* CPython: test_taskgroup_08: cancelled from outside, and a task fails as it cleans up. */
struct failing_cleaner {
    struct haul_coroutine coroutine;
    int code;
};

static struct haul_step failing_cleaner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(failing_cleaner);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 9 * HAUL_SECOND));
    HAUL_FAIL(-EIO);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_taskgroup_08(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(opener, .stage = stage, .count = 1, .sleeps = 5 * HAUL_SECOND,
                                                         .tasks = {HAUL_CALL(failing_cleaner)}));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), -EIO);
    assert_script(stage, "body 1, group -5, cancelling 1");
}

static void test_body_fails(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 1, .sleeps = HAUL_SECOND, .failure = -EPIPE,
                                   .tasks = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND)})),
        -EPIPE);
    assert_script(stage, "a begins, body 0, a cancelled, group 0, cancelling 0");
    assert_int_equal(stage_time(stage), 1000);
}

/* Its own request goes with the group, also where no await has given it. */
static void test_request_that_came_too_late(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 1, .sleeps = HAUL_SECOND, .waits_in_body = true,
                                   .tasks = {ACTOR(stage, "a", .duration = HAUL_SECOND, .failure = -EIO)})),
        0);
    assert_script(stage, "a begins, body 0, a ends, waited -5, cancelling 0, body 0, group 0, cancelling 0");
}

/* Would have another in its place when it is cancelled. */
struct replaced {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_group *group;
    int code;
};

static struct haul_step replaced(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(replaced);
    HAUL_AWAIT(haul_sleep(task, 9 * HAUL_SECOND));
    HAUL_FINALLY;
    self->code = haul_group_spawn(self->group, ACTOR(self->stage, "another"), NULL);
    stage_say(self->stage, "spawned %d", self->code);
    HAUL_END;
}

struct replaced_owner {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_group group;
    int code;
};

static struct haul_step replaced_owner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(replaced_owner);
    haul_group_init(task, &self->group);
    assert_int_equal(
        haul_group_spawn(&self->group, HAUL_CALL(replaced, .stage = self->stage, .group = &self->group), NULL), 0);
    assert_int_equal(
        haul_group_spawn(&self->group, ACTOR(self->stage, "a", .duration = HAUL_SECOND, .failure = -EIO), NULL), 0);
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    HAUL_END;
}

/* CPython: test_taskgroup_no_create_task_after_failure */
static void test_taskgroup_no_create_task_after_failure(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(replaced_owner, .stage = stage)), -EIO);
    assert_script(stage, "a begins, a ends, spawned 1");
}

/* By its owner. It takes no more then. */
static void test_cancelled_early(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 2, .cancels_group = true,
                                                .tasks = {ACTOR(stage, "a", .duration = HAUL_SECOND),
                                                          ACTOR(stage, "b", .duration = HAUL_SECOND)})),
                     0);
    assert_script(stage, "group 0, cancelling 0");
}

/* Cancels the group that it is in, having found what was looked for. */
struct finder {
    struct haul_coroutine coroutine;
    struct haul_group *group;
};

static struct haul_step finder(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(finder);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    haul_group_cancel(self->group);
    HAUL_FINALLY;
    HAUL_END;
}

struct seeker {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_group group;
    int code;
};

static struct haul_step seeker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(seeker);
    haul_group_init(task, &self->group);
    assert_int_equal(haul_group_spawn(&self->group, ACTOR(self->stage, "a", .duration = 9 * HAUL_SECOND), NULL), 0);
    assert_int_equal(haul_group_spawn(&self->group, HAUL_CALL(finder, .group = &self->group), NULL), 0);
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    stage_say(self->stage, "found, cancelling %u", haul_task_cancelling(task));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    HAUL_END;
}

/* A group that is left early, from inside: no error of anybody. */
static void test_cancelled_by_a_child(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(seeker, .stage = stage)), 0);
    assert_script(stage, "a begins, a cancelled, found, cancelling 0");
    assert_int_equal(stage_time(stage), 1000);
}

struct reuser {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_group group;
    struct haul_task *kept;
    int code;
};

static struct haul_step reuser(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reuser);
    haul_group_init(task, &self->group);
    assert_int_equal(haul_group_spawn(&self->group, ACTOR(self->stage, "a", .failure = -EIO), NULL), 0);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    assert_int_equal(self->code, -EIO);
    assert_int_equal(haul_group_spawn(&self->group, ACTOR(self->stage, "b", .result = 7), &self->kept), 0);
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    HAUL_RETURN(.integer = haul_future_value(haul_task_future(self->kept)).integer);
    HAUL_FINALLY;
    haul_task_unref(self->kept);
    HAUL_END;
}

static void test_used_again(void **state)
{
    struct stage *stage = *state;
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stage->loop, HAUL_CALL(reuser, .stage = stage), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.value.integer, 7);
    assert_script(stage, "a begins, a ends, b begins, b ends");
}

struct failing {
    struct haul_coroutine coroutine;
};

static struct haul_step failing(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(failing);
    HAUL_FAIL(-EIO);
    HAUL_FINALLY;
    HAUL_END;
}

/* Is cancelled, before it opens a group or while it has one that is used a second time; a task of the group fails, and
 * the body ends. Then it awaits once more. */
struct reopener {
    struct haul_coroutine coroutine;
    struct stage *stage;
    bool cancelled_before;
    int sleep_code;
    int group_code;
    int last_code;
    struct haul_group group;
};

static struct haul_step reopener(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reopener);
    if (self->cancelled_before)
        haul_task_cancel(task);
    haul_group_init(task, &self->group);
    if (!self->cancelled_before) {
        haul_task_cancel(task);
        HAUL_AWAIT_CODE(self->sleep_code, haul_sleep(task, HAUL_SECOND));
        HAUL_AWAIT_CODE(self->group_code, haul_group_wait(task, &self->group));
    }
    haul_group_spawn(&self->group, HAUL_CALL(failing, .coroutine.code = 0), NULL);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->group_code, haul_group_wait(task, &self->group));
    HAUL_AWAIT_CODE(self->last_code, haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "group %d, then %d", self->group_code, self->last_code);
    HAUL_END;
}

/* A cancel of before, which the body's await gives, is no doing of the group, and comes again behind its error. */
static void test_request_from_before(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(reopener, .stage = stage, .cancelled_before = true)), -EIO);
    assert_script(stage, "group -5, then 1");
}

/* A cancel that the owner had, and has seen, before the group was used again does not come a second time. */
static void test_used_again_after_a_cancel(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(reopener, .stage = stage)), -EIO);
    assert_script(stage, "group -5, then 0");
}

static void test_groups_in_groups(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable failing = HAUL_CALL(opener, .stage = stage, .count = 2,
                                              .tasks = {ACTOR(stage, "a", .duration = HAUL_SECOND, .failure = -EIO),
                                                        ACTOR(stage, "b", .duration = 9 * HAUL_SECOND)});
    struct haul_awaitable cancelled =
        HAUL_CALL(opener, .stage = stage, .count = 1, .tasks = {ACTOR(stage, "c", .duration = 9 * HAUL_SECOND)});
    struct haul_awaitable rethrower = failing;
    assert_int_equal(stage_run(stage, HAUL_CALL(opener, .stage = stage, .count = 2, .sleeps = 5 * HAUL_SECOND,
                                                .tasks = {rethrower, cancelled})),
                     0);
    /* A group's error is its wait's answer: whoever does not pass it on has dealt with it. */
    assert_script(stage, "a begins, b begins, c begins, a ends, b cancelled, group -5, cancelling 0, body 0, c ends, "
                         "group 0, cancelling 0, group 0, cancelling 0");
}

static void test_no_hidden_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(opener, .stage = stage, .count = 3, .sleeps = HAUL_SECOND,
                                    .tasks = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND),
                                              ACTOR(stage, "b", .duration = 9 * HAUL_SECOND),
                                              ACTOR(stage, "c", .duration = 2 * HAUL_SECOND, .failure = -EIO)}));
    stage_turn(stage, 2);
    size_t before = failing_memory_count();
    assert_int_equal(stage_end(stage, task), 0);
    assert_int_equal(failing_memory_count(), before);
    stage_forget(stage);
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop = NULL;
        struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
        struct haul_outcome outcome;
        int code = haul_loop_create(&options, &loop);
        if (code == 0)
            code = haul_run_task(loop,
                                 HAUL_CALL(opener, .stage = stage, .count = 2, .sleeps = HAUL_SECOND,
                                           .tasks = {ACTOR(stage, "a", .duration = HAUL_SECOND),
                                                     ACTOR(stage, "b", .duration = HAUL_SECOND)}),
                                 &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal(haul_loop_destroy(loop), 0);
    }
    stage_forget(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_waits_for_all),
        on_stage(test_empty),
        on_stage(test_cancel_children_on_child_error),
        on_stage(test_taskgroup_04),
        on_stage(test_cancelled_child),
        on_stage(test_owner_cancelled_in_its_body),
        on_stage(test_owner_cancelled_while_it_waits),
        on_stage(test_error_and_cancel),
        on_stage(test_taskgroup_08),
        on_stage(test_body_fails),
        on_stage(test_request_that_came_too_late),
        on_stage(test_taskgroup_no_create_task_after_failure),
        on_stage(test_cancelled_by_a_child),
        on_stage(test_cancelled_early),
        on_stage(test_used_again),
        on_stage(test_request_from_before),
        on_stage(test_used_again_after_a_cancel),
        on_stage(test_groups_in_groups),
        on_stage(test_no_hidden_allocation),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
