/* How a block takes back the cancel that it asked for itself, and no other: by hand, with what timeouts and groups are
 * made of. */
#include "stage.h"

/* Sleeps in a block with a deadline, and then goes on behind it. */
struct request {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int64_t sleep;
    int64_t timeout;
    struct haul_task *task;
    struct haul_handle *handle;
    bool timed_out;
    int code;
};

static void on_timeout(void *data)
{
    struct request *request = data;
    request->handle = NULL;
    request->timed_out = true;
    haul_task_cancel(request->task);
}

static struct haul_step request(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(request);
    self->task = task;
    assert_int_equal(haul_loop_call_later(self->stage->loop, self->timeout, on_timeout, self, &self->handle), 0);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->sleep));
    stage_say(self->stage, self->code == 0 ? "finished" : "not finished");
    if (self->handle)
        haul_handle_cancel(self->handle);
    if (self->timed_out && haul_task_uncancel(task) == 0 && self->code == HAUL_E_CANCELLED)
        self->code = HAUL_E_TIMEOUT;
    stage_say(self->stage, "%s, cancelling %u", haul_error_name(self->code), haul_task_cancelling(task));
    if (self->code == HAUL_E_CANCELLED)
        HAUL_FAIL(self->code);
    HAUL_AWAIT(haul_sleep(task, 0));
    stage_say(self->stage, "went on");
    HAUL_FINALLY;
    HAUL_END;
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

/* CPython: test_uncancel_structured_blocks. A block that timed out leaves nothing behind; one that was in time neither;
 * a cancel from outside passes through, alone and with the deadline of the block on top of it. */
static void test_uncancel_structured_blocks(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(request, .stage = stage, .sleep = 10 * HAUL_SECOND, .timeout = HAUL_SECOND)), 0);
    assert_script(stage, "not finished, HAUL_E_TIMEOUT, cancelling 0, went on");

    assert_int_equal(stage_run(stage, HAUL_CALL(request, .stage = stage, .timeout = HAUL_SECOND)), 0);
    assert_script(stage, "finished, 0, cancelling 0, went on");

    struct haul_awaitable slow =
        HAUL_CALL(request, .stage = stage, .sleep = 10 * HAUL_SECOND, .timeout = 5 * HAUL_SECOND);
    struct haul_task *task = stage_task(stage, slow);
    assert_int_equal(haul_loop_call_later(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "not finished, HAUL_E_CANCELLED, cancelling 1");

    task = stage_task(stage, slow);
    stage_turn(stage, 1);
    assert_int_equal(haul_loop_call_later(stage->loop, 5 * HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "not finished, HAUL_E_CANCELLED, cancelling 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_uncancel_structured_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
