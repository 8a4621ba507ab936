#include "stage.h"

#include <haul/coroutine.h>

#include <errno.h>

static void test_sizes(void **state)
{
    (void)state;
    assert_true(sizeof(struct haul_coroutine) <= 40);
    assert_int_equal(sizeof(struct haul_awaitable), 24);
}

/* Does what MODE says, and counts how often each part was run. */
struct walker {
    struct haul_coroutine coroutine;
    enum { FALLS, RETURNS, FAILS, AWAITS, LOOPS } mode;
    int *body;
    int *finally;
    int *code;
    int i;
};

static struct haul_step walker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(walker);
    ++*self->body;
    if (self->mode == RETURNS)
        HAUL_RETURN(.integer = 1);
    if (self->mode == FAILS)
        HAUL_FAIL(-EIO);
    if (self->mode == AWAITS)
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    for (self->i = 0; self->mode == LOOPS && self->i < 5; self->i++) {
        HAUL_AWAIT(haul_sleep(task, 0));
        ++*self->body;
    }
    HAUL_FINALLY;
    ++*self->finally;
    *self->code = coroutine->code;
    HAUL_END;
}

static void test_finally_runs_once(void **state)
{
    struct stage *stage = *state;
    static const struct {
        int mode;
        int body;
        int code;
        bool cancelled;
    } cases[] = {{FALLS, 1, 0, false},  {RETURNS, 1, 0, false}, {FAILS, 1, -EIO, false},
                 {AWAITS, 1, 0, false}, {LOOPS, 6, 0, false},   {AWAITS, 1, HAUL_E_CANCELLED, true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int body = 0;
        int finally = 0;
        int code = -1;
        struct haul_task *task = stage_task(
            stage, HAUL_CALL(walker, .mode = cases[i].mode, .body = &body, .finally = &finally, .code = &code));
        stage_turn(stage, 1);
        if (cases[i].cancelled)
            haul_task_cancel(task);
        assert_int_equal(stage_end(stage, task), cases[i].code);
        assert_int_equal(body, cases[i].body);
        assert_int_equal(finally, 1);
        assert_int_equal(code, cases[i].code);
    }
}

/* Awaits in nested blocks and loops, with code before and behind each on lines of their own. */
struct nester {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int i;
    int j;
    int code;
};

static struct haul_step nester(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nester);
    for (self->i = 0; self->i < 2; self->i++) {
        if (self->i == 1) {
            for (self->j = 0; self->j < 2; self->j++) {
                HAUL_AWAIT_CODE(self->code, haul_sleep(task, 1));
                stage_say(self->stage, "%d.%d", self->i, self->j);
            }
        } else {
            HAUL_AWAIT(haul_sleep(task, 1));
            stage_say(self->stage, "%d", self->i);
        }
    }
    HAUL_FINALLY;
    for (self->i = 0; self->i < 2; self->i++) {
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, 1));
        stage_say(self->stage, "finally %d", self->i);
    }
    HAUL_END;
}

static void test_awaits_in_blocks(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(nester, .stage = stage)), 0);
    assert_script(stage, "0, 1.0, 1.1, finally 0, finally 1");
}

/* A value survives what `finally` awaits. */
struct returner {
    struct haul_coroutine coroutine;
    int code;
};

static struct haul_step returner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(returner);
    HAUL_RETURN(.number = 2.5);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, 1));
    HAUL_END;
}

static void test_value_survives_finally(void **state)
{
    struct stage *stage = *state;
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stage->loop, HAUL_CALL(returner), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_true(outcome.value.number == 2.5);
}

struct spent_child {
    struct haul_coroutine coroutine;
    struct returner child;
};

static struct haul_step spent_child(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(spent_child);
    self->child = HAUL_FRAME(returner);
    HAUL_AWAIT(haul_call(task, &self->child.coroutine));
    HAUL_AWAIT(haul_call(task, &self->child.coroutine));
    HAUL_FINALLY;
    HAUL_END;
}

static void run_spent_child(void *data)
{
    stage_run(data, HAUL_CALL(spent_child));
}

struct fails_with_0 {
    struct haul_coroutine coroutine;
};

static struct haul_step fails_with_0(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(fails_with_0);
    HAUL_FAIL(0);
    HAUL_FINALLY;
    HAUL_END;
}

static void run_fails_with_0(void *data)
{
    stage_run(data, HAUL_CALL(fails_with_0));
}

static void step_after_the_end(void *data)
{
    (void)data;
    struct fails_with_0 frame = HAUL_FRAME(fails_with_0);
    frame.coroutine.point = HAUL__ENDED;
    fails_with_0(NULL, &frame.coroutine);
}

struct forgetter {
    struct haul_coroutine coroutine;
};

static struct haul_step forgetter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(forgetter);
    struct haul_await forgotten = haul_sleep(task, HAUL_SECOND);
    (void)forgotten;
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    HAUL_END;
}

static void run_forgetter(void *data)
{
    stage_run(data, HAUL_CALL(forgetter));
}

static void test_mistakes_that_meet_an_assert(void **state)
{
    assert_true(meets_assert(run_spent_child, *state));
    assert_true(meets_assert(run_fails_with_0, *state));
    assert_true(meets_assert(step_after_the_end, *state));
    assert_true(meets_assert(run_forgetter, *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),          on_stage(test_finally_runs_once),
        on_stage(test_awaits_in_blocks),       on_stage(test_value_survives_finally),
        on_stage(test_value_survives_finally), on_stage(test_mistakes_that_meet_an_assert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
