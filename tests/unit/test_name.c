#include "failing_memory.h"
#include "stage.h"

#include "core/loop.h"

#include <errno.h>
#include <stdio.h>

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

static void test_default(void **state)
{
    struct stage *stage = *state;
    char room[HAUL_TASK_NAME_SIZE];
    for (int i = 1; i <= 2; i++) {
        struct haul_task *task = stage_task(stage, ACTOR(stage, "a"));
        char expected[HAUL_TASK_NAME_SIZE];
        sprintf(expected, "Task-%d", i);
        assert_string_equal(haul_task_name(task, room), expected);
        haul_task_ref(task);
        assert_int_equal(stage_end(stage, task), 0);
        assert_int_equal(haul_task_set_name(task, "after the end"), 0);
        assert_string_equal(haul_task_name(task, room), "after the end");
        haul_task_unref(task);
        assert_null(stage->loop->names);
    }
    stage_forget(stage);
}

/* It is a copy, gone with the task, and a task can be renamed. */
static void test_set(void **state)
{
    struct stage *stage = *state;
    struct haul_task *tasks[40];
    char room[HAUL_TASK_NAME_SIZE];
    char name[64];
    for (int i = 0; i < 40; i++) {
        tasks[i] = stage_task(stage, ACTOR(stage, "a", .duration = HAUL_SECOND));
        sprintf(name, "a task with a name that is longer than any number: %d", i);
        assert_int_equal(haul_task_set_name(tasks[i], name), 0);
    }
    assert_int_equal(haul_task_set_name(tasks[7], ""), 0);
    assert_int_equal(haul_task_set_name(tasks[7], "seven"), 0);
    for (int i = 39; i >= 0; i--) {
        sprintf(name, "a task with a name that is longer than any number: %d", i);
        assert_string_equal(haul_task_name(tasks[i], room), i == 7 ? "seven" : name);
        assert_int_equal(stage_end(stage, tasks[i]), 0);
    }
    assert_null(stage->loop->names);
    stage_forget(stage);
}

/* The name of a task that nobody refers to goes with its end. */
static void test_forgotten_at_the_end(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a", .duration = HAUL_SECOND));
    assert_int_equal(haul_task_set_name(task, "a"), 0);
    haul_task_unref(task);
    assert_non_null(stage->loop->names);
    assert_int_equal(stage_run(stage, ACTOR(stage, "b", .duration = 2 * HAUL_SECOND)), 0);
    assert_null(stage->loop->names);
    stage_forget(stage);
}

static void say_message(void *data, struct haul_loop *loop, const char *message, int code)
{
    (void)loop;
    stage_say(data, "%s (%d)", message, code);
}

/* A report of an error that nobody took names the task. */
static void test_in_reports(void **state)
{
    struct stage *stage = *state;
    struct haul_loop *loop;
    struct haul_loop_options options = {
        .clock = haul_virtual_clock(&stage->clock), .exception_handler = say_message, .exception_data = stage};
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    struct haul_task *task;
    assert_int_equal(haul_task_create(loop, ACTOR(stage, "a", .failure = -EIO), &task), 0);
    assert_int_equal(haul_task_set_name(task, "mail"), 0);
    haul_task_unref(task);
    assert_int_equal(haul_task_create(loop, ACTOR(stage, "b", .failure = -EPIPE), NULL), 0);
    struct haul_future *future;
    assert_int_equal(haul_future_create(loop, &future), 0);
    assert_int_equal(haul_future_set_error(future, HAUL_E_URL), 0);
    haul_future_unref(future);
    for (int i = 0; i < 2; i++)
        assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_script(stage, "a future died with an error that nobody took (8), a begins, b begins, "
                         "a ends, mail ended with an error that nobody took (-5), "
                         "b ends, Task-2 ended with an error that nobody took (-32)");
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    char room[HAUL_TASK_NAME_SIZE];
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a"));
    FAILING_MEMORY_SWEEP(n)
    {
        int code = haul_task_set_name(task, "a");
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_string_equal(haul_task_name(task, room), code == 0 ? "a" : "Task-1");
    }
    FAILING_MEMORY_SWEEP(n)
    {
        int code = haul_task_set_name(task, "b");
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_string_equal(haul_task_name(task, room), code == 0 ? "b" : "a");
    }
    assert_int_equal(stage_end(stage, task), 0);
    stage_forget(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_default),    on_stage(test_set),           on_stage(test_forgotten_at_the_end),
        on_stage(test_in_reports), on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
