/* All errors of a group. */
#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

/* Opens a group whose errors it collects, and says them. */
struct collector {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_awaitable tasks[4];
    size_t count;
    bool ignores; /* collects none */
    bool reads;
    size_t allocations;
    struct haul_task *failed;
    struct haul_group group;
    struct haul_error_group errors;
    int code;
};

static struct haul_step collector(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(collector);
    haul_group_init(task, &self->group);
    if (!self->ignores)
        haul_group_collect(&self->group, &self->errors);
    for (size_t i = 0; i < self->count; i++) {
        self->code = haul_group_spawn(&self->group, self->tasks[i], NULL);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND / 2));
    self->allocations = failing_memory_count();
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    if (coroutine->code != -ENOMEM)
        assert_int_equal(failing_memory_count(), self->allocations);
    if (!self->ignores)
        stage_say(self->stage, "%zu errors", haul_error_group_count(&self->errors));
    if (self->reads)
        while ((self->failed = haul_error_group_next(&self->errors, self->failed)))
            stage_say(self->stage, "task %d: %d", (int)haul_task_id(self->failed),
                      haul_future_code(haul_task_future(self->failed)));
    haul_error_group_finish(&self->errors);
    assert_int_equal(haul_error_group_count(&self->errors), 0);
    HAUL_END;
}

/* Fails as it tidies up. */
struct fails_late {
    struct haul_coroutine coroutine;
    int failure;
    int code;
};

static struct haul_step fails_late(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(fails_late);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 9 * HAUL_SECOND));
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    HAUL_FAIL(self->failure);
    HAUL_FINALLY;
    HAUL_END;
}

/* All errors are given: of those that failed at once, and of those that failed as they tidied up; in the order of their
 * ends. Ends that were asked for are none, nor are those of tasks that cancelled themselves. */
static void test_all_errors(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable call = HAUL_CALL(collector, .stage = stage, .count = 4, .reads = true,
                                           .tasks = {HAUL_CALL(fails_late, .failure = -EPIPE),
                                                     ACTOR(stage, "b", .duration = HAUL_SECOND, .failure = -EIO),
                                                     ACTOR(stage, "c", .duration = 9 * HAUL_SECOND),
                                                     ACTOR(stage, "d", .duration = HAUL_SECOND, .failure = -EPERM)});
    assert_int_equal(stage_run(stage, call), -EIO);
    assert_script(stage, "b begins, c begins, d begins, b ends, d ends, c cancelled, 3 errors, task 3: -5, "
                         "task 5: -1, task 2: -32");
    assert_int_equal(stage_time(stage), 2000);
}

/* Nobody asks for them: all but the one that the wait gives are reported. */
static void test_errors_that_nobody_reads(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable tasks[2] = {ACTOR(stage, "a", .duration = HAUL_SECOND, .failure = -EIO),
                                      HAUL_CALL(fails_late, .failure = -EPIPE)};
    assert_int_equal(stage_run(stage, HAUL_CALL(collector, .stage = stage, .count = 2, .tasks = {tasks[0], tasks[1]})),
                     -EIO);
    assert_script(stage, "a begins, a ends, 2 errors, report -32");
    assert_int_equal(stage_run(stage, HAUL_CALL(collector, .stage = stage, .count = 2, .ignores = true,
                                                .tasks = {tasks[0], tasks[1]})),
                     -EIO);
    assert_script(stage, "a begins, a ends, report -32");
}

static void test_no_errors(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(collector, .stage = stage, .count = 2, .reads = true,
                                                .tasks = {ACTOR(stage, "a", .duration = HAUL_SECOND),
                                                          ACTOR(stage, "b", .failure = HAUL_E_CANCELLED)})),
                     0);
    assert_script(stage, "a begins, b begins, b ends, a ends, 0 errors");
    struct haul_error_group never_begun = {0};
    haul_error_group_finish(&never_begun);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_all_errors),
        on_stage(test_errors_that_nobody_reads),
        on_stage(test_no_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
