#include "stage.h"

#include <haul/generator.h>

#include <errno.h>
#include <stdlib.h>

static union haul_value integer(int64_t number)
{
    return (union haul_value){.integer = number};
}

/* Yields 1, says what it gave, and does what it is told; says how it ended. */
struct inner {
    struct haul_coroutine coroutine;
    struct stage *stage;
    enum { RETURNS, FAILS, DRAINS, YIELDS_AGAIN } mode;
    int code;
};

static struct haul_step inner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(inner);
    HAUL_YIELD_CODE(self->code, .integer = 1);
    stage_say(self->stage, "inner %s %d", haul_error_name(self->code), (int)haul_received(coroutine).integer);
    if (self->mode == FAILS)
        HAUL_FAIL(-EIO);
    if (self->mode == DRAINS)
        HAUL_FAIL(HAUL_E_DRAINED);
    if (self->mode == YIELDS_AGAIN)
        HAUL_YIELD(.integer = 2);
    HAUL_RETURN(.integer = 10);
    HAUL_FINALLY;
    stage_say(self->stage, "inner ends %s", haul_error_name(coroutine->code));
    HAUL_END;
}

/* Delegates to INNER once, or again where CATCHES, and returns what that returned and 1. */
struct outer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int mode;
    bool catches;
    int code;
    struct inner inner;
};

static struct haul_step outer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(outer);
    self->inner = HAUL_FRAME(inner, .stage = self->stage, .mode = self->mode);
    if (!self->catches)
        HAUL_YIELD_FROM(&self->inner.coroutine);
    if (self->catches) {
        HAUL_YIELD_FROM_CODE(self->code, &self->inner.coroutine);
        stage_say(self->stage, "outer %s", haul_error_name(self->code));
        self->inner = HAUL_FRAME(inner, .stage = self->stage);
        HAUL_YIELD_FROM_CODE(self->code, &self->inner.coroutine);
        stage_say(self->stage, "outer %s", haul_error_name(self->code));
    }
    HAUL_RETURN(.integer = haul_received(coroutine).integer + 1);
    HAUL_FINALLY;
    stage_say(self->stage, "outer ends %s", haul_error_name(coroutine->code));
    HAUL_END;
}

/* A generator that delegates, run to its first yield. */
struct tower {
    struct outer frame;
    struct haul_generator generator;
};

static void begin(struct tower *tower, struct stage *stage, int mode, bool catches)
{
    union haul_value value;
    tower->frame = HAUL_FRAME(outer, .stage = stage, .mode = mode, .catches = catches);
    haul_generator_init(&tower->generator, &tower->frame.coroutine);
    assert_int_equal(haul_generator_next(&tower->generator, &value), 0);
    assert_int_equal(value.integer, 1);
    assert_script(stage, "");
}

static void test_values_and_results_pass(void **state)
{
    struct stage *stage = *state;
    struct tower tower;
    union haul_value value;
    begin(&tower, stage, YIELDS_AGAIN, false);
    assert_int_equal(haul_generator_send(&tower.generator, integer(5), &value), 0);
    assert_int_equal(value.integer, 2);
    assert_script(stage, "inner 0 5");
    assert_int_equal(haul_generator_next(&tower.generator, &value), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&tower.generator).integer, 11);
    assert_script(stage, "inner ends 0, outer ends 0");
}

static void test_errors_pass(void **state)
{
    struct stage *stage = *state;
    struct tower tower;
    begin(&tower, stage, FAILS, false);
    assert_int_equal(haul_generator_throw(&tower.generator, -EPIPE, NULL), -EIO);
    assert_script(stage, "inner EPIPE 0, inner ends EIO, outer ends EIO");
}

static void test_errors_are_caught(void **state)
{
    struct stage *stage = *state;
    struct tower tower;
    begin(&tower, stage, FAILS, true);
    assert_int_equal(haul_generator_next(&tower.generator, NULL), 0);
    assert_script(stage, "inner 0 0, inner ends EIO, outer EIO");
    assert_int_equal(haul_generator_next(&tower.generator, NULL), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&tower.generator).integer, 11);
    assert_script(stage, "inner 0 0, inner ends 0, outer 0, outer ends 0");
}

static void test_a_drained_one_has_returned_nothing(void **state)
{
    struct stage *stage = *state;
    struct tower tower;
    begin(&tower, stage, DRAINS, false);
    assert_int_equal(haul_generator_send(&tower.generator, integer(5), NULL), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&tower.generator).integer, 1);
}

/* PEP 380: the inner one is closed first; whatever it returns, its parent meets the close then. */
static void test_close_goes_from_the_inside(void **state)
{
    struct stage *stage = *state;
    struct tower tower;
    begin(&tower, stage, RETURNS, false);
    assert_int_equal(haul_generator_close(&tower.generator), 0);
    assert_script(stage, "inner HAUL_E_CLOSED 0, inner ends 0, outer ends HAUL_E_CLOSED");

    begin(&tower, stage, FAILS, false);
    assert_int_equal(haul_generator_close(&tower.generator), -EIO);
    assert_script(stage, "inner HAUL_E_CLOSED 0, inner ends EIO, outer ends EIO");
}

/* It ends what was there when it began, and not what is entered since. */
static void test_close_of_one_that_delegates_again(void **state)
{
    struct stage *stage = *state;
    struct tower tower;
    begin(&tower, stage, RETURNS, true);
    assert_int_equal(haul_generator_close(&tower.generator), HAUL_E_BUSY);
    assert_script(stage, "inner HAUL_E_CLOSED 0, inner ends 0, outer HAUL_E_CLOSED");
    assert_int_equal(haul_generator_close(&tower.generator), 0);
    assert_script(stage, "inner HAUL_E_CLOSED 0, inner ends 0, outer HAUL_E_CLOSED, outer ends 0");
}

/* Is closed, and delegates meanwhile to one that yields nothing. */
struct mourner {
    struct haul_coroutine coroutine;
    int code;
    struct haul_coroutine child;
};

static struct haul_step nothing(struct haul_task *task, struct haul_coroutine *coroutine)
{
    (void)task;
    coroutine->value = integer(5);
    return (struct haul_step){HAUL__STEP_ENDED};
}

static struct haul_step mourner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(mourner);
    HAUL_YIELD_CODE(self->code, 0);
    self->child = (struct haul_coroutine){.step = nothing};
    HAUL_YIELD_FROM(&self->child);
    HAUL_RETURN(.integer = haul_received(coroutine).integer + 1);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_what_is_entered_while_closing_is_not_closed(void **state)
{
    (void)state;
    struct mourner frame = HAUL_FRAME(mourner);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), 0);
    assert_int_equal(haul_generator_close(&generator), 0);
    assert_int_equal(haul_generator_result(&generator).integer, 6);
}

/* Counts its steps, delegates to the next of DEPTH links, and returns what that returns and 1. The last yields 3 times.
 */
struct link {
    struct haul_coroutine coroutine;
    struct link *next;
    int *steps;
    int i;
};

static struct haul_step link(struct haul_task *task, struct haul_coroutine *coroutine)
{
    ++*((struct link *)(void *)coroutine)->steps;
    HAUL_BEGIN(link);
    if (self->next)
        HAUL_YIELD_FROM(&self->next->coroutine);
    for (; !self->next && self->i < 3; self->i++)
        HAUL_YIELD(.integer = self->i);
    HAUL_RETURN(.integer = haul_received(coroutine).integer + 1);
    HAUL_FINALLY;
    HAUL_END;
}

/* However deep, a resumption is one step, and no stack. */
static void test_depth_costs_nothing(void **state)
{
    (void)state;
    enum { DEPTH = 1000000 };
    int steps = 0;
    struct link *links = calloc(DEPTH, sizeof(*links));
    assert_non_null(links);
    for (int i = 0; i < DEPTH; i++)
        links[i] = HAUL_FRAME(link, .steps = &steps, .next = i + 1 < DEPTH ? &links[i + 1] : NULL);
    struct haul_generator generator;
    union haul_value value;
    haul_generator_init(&generator, &links[0].coroutine);
    assert_int_equal(haul_generator_next(&generator, &value), 0);
    assert_int_equal(steps, DEPTH);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(haul_generator_next(&generator, &value), 0);
        assert_int_equal(value.integer, i);
        assert_int_equal(steps, DEPTH + i);
    }
    assert_int_equal(haul_generator_next(&generator, &value), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&generator).integer, DEPTH);
    assert_int_equal(steps, 2 * DEPTH + 2);
    free(links);
}

static void delegate_to_a_spent_one(void *data)
{
    (void)data;
    struct haul_generator generator;
    struct link child = HAUL_FRAME(link, .steps = &(int){0}, .i = 3);
    struct link parent = HAUL_FRAME(link, .steps = &(int){0}, .next = &child);
    haul_generator_init(&generator, &child.coroutine);
    haul_generator_next(&generator, NULL);
    haul_generator_init(&generator, &parent.coroutine);
    haul_generator_next(&generator, NULL);
}

static void test_mistakes_that_meet_an_assert(void **state)
{
    (void)state;
    assert_true(meets_assert(delegate_to_a_spent_one, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_values_and_results_pass),
        on_stage(test_errors_pass),
        on_stage(test_errors_are_caught),
        on_stage(test_a_drained_one_has_returned_nothing),
        on_stage(test_close_goes_from_the_inside),
        on_stage(test_close_of_one_that_delegates_again),
        cmocka_unit_test(test_what_is_entered_while_closing_is_not_closed),
        cmocka_unit_test(test_depth_costs_nothing),
        cmocka_unit_test(test_mistakes_that_meet_an_assert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
