/* How many iterations a loop needs: none to be lucky, and none that somebody else waits behind. */
#include "running.h"
#include "stage.h"

#include "core/loop.h"

#include <unistd.h>

/* Runs the loop until the task has ended, and drops the reference: the iterations that it took. */
static int turns_to_end(struct haul_loop *loop, struct haul_task *task)
{
    int turns = 0;
    for (; !haul_future_done(haul_task_future(task)); turns++)
        assert_int_equal(haul__loop_run_once(loop), 0);
    haul_task_unref(task);
    return turns;
}

struct tiny_sleeps {
    struct haul_coroutine coroutine;
    size_t next;
};

static struct haul_step tiny_sleeps(struct haul_task *task, struct haul_coroutine *coroutine)
{
    static const int64_t durations[] = {10 * HAUL_MILLISECOND, 100 * HAUL_MICROSECOND, HAUL_MICROSECOND, 10, 0};
    HAUL_BEGIN(tiny_sleeps);
    for (; self->next < sizeof(durations) / sizeof(durations[0]); self->next++)
        HAUL_AWAIT(haul_sleep(task, durations[self->next]));
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_timeout_rounding. On the real clock: a wait that ended a little too early would be begun again and
 * again. */
static void test_timeout_rounding(void **state)
{
    struct haul_loop *loop;
    (void)state;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_in_range(turns_to_end(loop, start_task(loop, HAUL_CALL(tiny_sleeps))), 6, 20);
    assert_int_equal(haul_loop_finish(loop), 0);
}

/* A cancel is given once. Who then takes long to clean up sleeps, and nothing is tried again meanwhile. */
static void test_cancel_is_not_tried_again(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(
        stage, HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND, .cleanup = 1000 * HAUL_SECOND));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_in_range(turns_to_end(stage->loop, task), 1, 2);
    assert_script(stage, "a begins, a cancelled, a cleaned");
    assert_int_equal(stage_time(stage), 1000 * 1000);
}

/* Has always something to do. */
struct busy {
    struct haul_coroutine coroutine;
};

static struct haul_step busy(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(busy);
    for (;;)
        HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

struct reader {
    struct haul_coroutine coroutine;
    int descriptor;
};

static struct haul_step reader(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reader);
    HAUL_AWAIT(haul_wait_readable(task, self->descriptor));
    HAUL_AWAIT(haul_sleep_until(task, haul_loop_now(haul_task_loop(task)) + 1));
    HAUL_FINALLY;
    HAUL_END;
}

/* However many have always something to do, a descriptor is looked at and a timer fires in the next iteration. */
static void test_busy_tasks_starve_nobody(void **state)
{
    struct haul_loop *loop;
    int ends[2];
    (void)state;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(haul_task_create(loop, HAUL_CALL(busy), NULL), 0);
    struct haul_task *task = start_task(loop, HAUL_CALL(reader, .descriptor = ends[0]));
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_in_range(turns_to_end(loop, task), 1, 3);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(haul_loop_finish(loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout_rounding),
        on_stage(test_cancel_is_not_tried_again),
        cmocka_unit_test(test_busy_tasks_starve_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
