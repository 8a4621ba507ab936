/* What the loop does with an error that nobody takes. A callback in C has nothing to fail with; what fails is a task.
 */
#include "stage.h"

#include "core/loop.h"

#include <errno.h>

struct failing {
    struct haul_coroutine coroutine;
    int failure;
};

static struct haul_step failing(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(failing);
    HAUL_FAIL(self->failure);
    HAUL_FINALLY;
    HAUL_END;
}

/* CPython: test_default_exc_handler_callback. The rule of haul: the library prints nothing, so without a handler the
 * error is dropped. The loop goes on as with one. */
static void test_default_exc_handler_callback(void **state)
{
    struct stage *stage = *state;
    struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
    struct haul_loop *loop;
    struct haul_outcome outcome;
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(failing, .failure = -EIO), NULL), 0);
    struct haul_awaitable other = HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND);
    assert_int_equal(haul_run_task(loop, other, &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_script(stage, "a begins, a ends");
    assert_int_equal(haul_loop_finish(loop), 0);
}

struct broken {
    struct stage *stage;
    bool is_inside;
};

/* Makes what it is told about happen again, twice. */
static void broken_handler(void *data, struct haul_loop *loop, const char *message, int code)
{
    struct broken *broken = data;
    (void)message;
    assert_false(broken->is_inside);
    broken->is_inside = true;
    stage_say(broken->stage, "report %d", code);
    if (code > -3)
        assert_int_equal(haul_task_create(loop, HAUL_CALL(failing, .failure = code - 1), NULL), 0);
    broken->is_inside = false;
}

/* CPython: test_set_exc_handler_broken. A handler that fails is itself the cause of an error that nobody takes: it is
 * told of that one, too, in its turn and not inside of itself, and the loop goes on. */
static void test_set_exc_handler_broken(void **state)
{
    struct stage *stage = *state;
    struct broken broken = {stage, false};
    struct haul_loop_options options = {
        .clock = haul_virtual_clock(&stage->clock), .exception_handler = broken_handler, .exception_data = &broken};
    struct haul_loop *loop;
    struct haul_outcome outcome;
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    assert_int_equal(haul_task_create(loop, HAUL_CALL(failing, .failure = -1), NULL), 0);
    assert_int_equal(haul__loop_run_once(loop), 0);
    assert_script(stage, "report -1");
    struct haul_awaitable other = HAUL_CALL(actor, .stage = stage, .name = "a", .duration = HAUL_SECOND);
    assert_int_equal(haul_run_task(loop, other, &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_script(stage, "report -2, a begins, report -3, a ends");
    assert_int_equal(haul_loop_finish(loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_default_exc_handler_callback),
        on_stage(test_set_exc_handler_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
