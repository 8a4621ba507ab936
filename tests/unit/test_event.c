#include "failing_memory.h"
#include "stage.h"

/* Waits for the event, then sleeps for DURATION. INSISTS: until it is set still. */
struct waiter {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_event *event;
    const char *name;
    int64_t duration;
    bool insists;
    int code;
};

static struct haul_step waiter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(waiter);
    do {
        HAUL_AWAIT_CODE(self->code, haul_event_wait(task, self->event));
        stage_say(self->stage, self->code == 0 ? "%s" : "%s cancelled", self->name);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    } while (self->insists && !haul_event_is_set(self->event));
    HAUL_AWAIT(haul_sleep(task, self->duration));
    HAUL_FINALLY;
    HAUL_END;
}

#define WAITER(stage_, event_, ...) HAUL_CALL(waiter, .stage = (stage_), .event = (event_), .name = __VA_ARGS__)

/* CPython: EventTests.test_wait. All go on in the next iteration, in the order in which they came. */
static void test_wait(void **state)
{
    struct stage *stage = *state;
    static const char *const names[] = {"a", "b", "c"};
    struct haul_event event;
    haul_event_init(&event);
    struct haul_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = stage_task(stage, WAITER(stage, &event, names[i]));
    stage_turn(stage, 1);
    assert_script(stage, "");
    haul_event_set(&event);
    assert_script(stage, "");
    stage_turn(stage, 1);
    assert_script(stage, "a, b, c");
    assert_true(haul_event_is_set(&event));
    for (int i = 0; i < 3; i++)
        assert_int_equal(stage_end(stage, tasks[i]), 0);
    haul_event_finish(&event);
}

/* CPython: EventTests.test_wait_on_set */
static void test_wait_on_set(void **state)
{
    struct stage *stage = *state;
    struct haul_event event;
    haul_event_init(&event);
    haul_event_set(&event);
    struct haul_task *task = stage_task(stage, WAITER(stage, &event, "a"));
    stage_turn(stage, 1);
    assert_script(stage, "a");
    assert_int_equal(stage_end(stage, task), 0);
    haul_event_finish(&event);
}

/* CPython: EventTests.test_wait_cancel */
static void test_wait_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_event event;
    haul_event_init(&event);
    struct haul_task *a = stage_task(stage, WAITER(stage, &event, "a"));
    struct haul_task *b = stage_task(stage, WAITER(stage, &event, "b"));
    stage_turn(stage, 1);
    haul_task_cancel(a);
    haul_event_set(&event);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_script(stage, "a cancelled, b");
    haul_event_finish(&event);
}

/* It was set before the cancel came: the wait gives that, and the cancel stays for the next await. */
static void test_cancel_after_set(void **state)
{
    struct stage *stage = *state;
    struct haul_event event;
    haul_event_init(&event);
    struct haul_task *task = stage_task(stage, WAITER(stage, &event, "a", .duration = HAUL_SECOND));
    stage_turn(stage, 1);
    haul_event_set(&event);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a");
    assert_int_equal(stage_time(stage), 0);
    haul_event_finish(&event);
}

/* CPython: EventTests.test_clear */
static void test_clear(void **state)
{
    (void)state;
    struct haul_event event;
    haul_event_init(&event);
    assert_false(haul_event_is_set(&event));
    haul_event_set(&event);
    haul_event_set(&event);
    assert_true(haul_event_is_set(&event));
    haul_event_clear(&event);
    haul_event_clear(&event);
    assert_false(haul_event_is_set(&event));
    haul_event_finish(&event);
}

/* CPython: EventTests.test_clear_with_waiters. Who waits when it is set goes on, though it is cleared at once; who
 * comes later waits. */
static void test_clear_with_waiters(void **state)
{
    struct stage *stage = *state;
    struct haul_event event;
    haul_event_init(&event);
    struct haul_task *a = stage_task(stage, WAITER(stage, &event, "a"));
    stage_turn(stage, 1);
    haul_event_clear(&event);
    haul_event_set(&event);
    haul_event_clear(&event);
    struct haul_task *b = stage_task(stage, WAITER(stage, &event, "b"));
    assert_int_equal(stage_end(stage, a), 0);
    assert_script(stage, "a");
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    assert_script(stage, "");
    haul_event_set(&event);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "b");
    haul_event_finish(&event);
}

static void test_wait_again_in_a_loop(void **state)
{
    struct stage *stage = *state;
    struct haul_event event;
    haul_event_init(&event);
    struct haul_task *task = stage_task(stage, WAITER(stage, &event, "a", .insists = true));
    stage_turn(stage, 1);
    haul_event_set(&event);
    haul_event_clear(&event);
    stage_turn(stage, 1);
    assert_script(stage, "a");
    haul_event_set(&event);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a");
    haul_event_finish(&event);
}

static void finish(void *event)
{
    haul_event_finish(event);
}

static void test_finish_while_waited_for(void **state)
{
    struct stage *stage = *state;
    struct haul_event event;
    haul_event_init(&event);
    struct haul_task *task = stage_task(stage, WAITER(stage, &event, "a"));
    stage_turn(stage, 1);
    assert_true(meets_assert(finish, &event));
    haul_event_set(&event);
    assert_false(meets_assert(finish, &event));
    assert_int_equal(stage_end(stage, task), 0);
    haul_event_finish(&event);
}

static void test_no_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_event event;
    haul_event_init(&event);
    struct haul_task *a = stage_task(stage, WAITER(stage, &event, "a"));
    struct haul_task *b = stage_task(stage, WAITER(stage, &event, "b"));
    size_t before = failing_memory_count();
    stage_turn(stage, 1);
    haul_task_cancel(b);
    haul_event_set(&event);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), HAUL_E_CANCELLED);
    assert_int_equal(failing_memory_count(), before);
    haul_event_finish(&event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_wait),
        on_stage(test_wait_on_set),
        on_stage(test_wait_cancel),
        on_stage(test_cancel_after_set),
        cmocka_unit_test(test_clear),
        on_stage(test_clear_with_waiters),
        on_stage(test_wait_again_in_a_loop),
        on_stage(test_finish_while_waited_for),
        on_stage(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
