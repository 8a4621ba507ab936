#include "failing_memory.h"
#include "stage.h"

#include <haul/generator.h>

#include <errno.h>
#include <stdlib.h>

/* Sleeps for a second before each of COUNT yields, and returns 42. Says what it meets, and sleeps at its end, too. */
struct ticker {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int count;
    int i;
    int code;
};

static struct haul_step ticker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(ticker);
    for (; self->i < self->count; self->i++) {
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
        HAUL_YIELD(.integer = self->i);
    }
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, HAUL_SECOND));
    stage_say(self->stage, "ticker ends %s %s", haul_error_name(coroutine->code), haul_error_name(self->code));
    HAUL_END;
}

/* Iterates a ticker: LIMIT values, or all; and closes it. */
struct reader {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int count;
    int limit;
    int taken;
    int code;
    struct ticker frame;
    struct haul_generator generator;
};

static struct haul_step reader(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reader);
    self->frame = HAUL_FRAME(ticker, .stage = self->stage, .count = self->count);
    haul_generator_init(&self->generator, &self->frame.coroutine);
    for (; self->limit == 0 || self->taken < self->limit; self->taken++) {
        HAUL_AWAIT_CODE(self->code, haul_generator_anext(task, &self->generator));
        if (self->code != 0)
            break;
        stage_say(self->stage, "%d at %d", (int)haul_awaited(task).integer, (int)stage_time(self->stage));
    }
    if (self->code == HAUL_E_DRAINED)
        HAUL_RETURN(.integer = haul_awaited(task).integer);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_generator_aclose(task, &self->generator));
    stage_say(self->stage, "closed %s at %d", haul_error_name(self->code), (int)stage_time(self->stage));
    HAUL_END;
}

static void test_awaits_between_yields(void **state)
{
    struct stage *stage = *state;
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stage->loop, HAUL_CALL(reader, .stage = stage, .count = 2), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.value.integer, 42);
    assert_script(stage, "0 at 1000, 1 at 2000, ticker ends 0 0, closed 0 at 3000");
}

static void test_close_awaits(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(reader, .stage = stage, .count = 5, .limit = 1)), 0);
    assert_script(stage, "0 at 1000, ticker ends HAUL_E_CLOSED 0, closed 0 at 2000");
}

static void test_allocates_nothing(void **state)
{
    struct stage *stage = *state;
    size_t before = failing_memory_count();
    assert_int_equal(stage_run(stage, HAUL_CALL(reader, .stage = stage, .count = 1, .limit = 1)), 0);
    size_t short_one = failing_memory_count() - before;
    before = failing_memory_count();
    assert_int_equal(stage_run(stage, HAUL_CALL(reader, .stage = stage, .count = 50)), 0);
    assert_true(failing_memory_count() - before <= short_one);
}

static void test_cancel_reaches_what_the_generator_awaits(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(reader, .stage = stage, .count = 5));
    stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "ticker ends HAUL_E_CANCELLED 0, closed 0 at 1000");
}

/* It meets what `finally` awaits, as in any coroutine. */
static void test_cancel_of_a_close(void **state)
{
    struct stage *stage = *state;
    struct haul_task *task = stage_task(stage, HAUL_CALL(reader, .stage = stage, .count = 5, .limit = 1));
    while (stage_time(stage) < 1000)
        stage_turn(stage, 1);
    haul_task_cancel(task);
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "0 at 1000, ticker ends HAUL_E_CLOSED HAUL_E_CANCELLED, closed 0 at 1000");
}

/* Yields what it receives and what its yield gave, sleeping in between; ignores all but the code to fail with. */
struct echo {
    struct haul_coroutine coroutine;
    int failure;
    int code;
    int64_t received;
};

static struct haul_step echo(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(echo);
    for (;;) {
        HAUL_YIELD_CODE(self->code, .integer = self->received + 1000 * self->code);
        self->received = haul_received(coroutine).integer;
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
        if (self->code != 0 && self->code == self->failure)
            HAUL_FAIL(self->code);
    }
    HAUL_FINALLY;
    HAUL_END;
}

struct echo_user {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int code;
    struct echo frame;
    struct haul_generator generator;
};

static struct haul_step echo_user(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(echo_user);
    self->frame = HAUL_FRAME(echo, .failure = HAUL_E_TIMEOUT);
    haul_generator_init(&self->generator, &self->frame.coroutine);
    HAUL_AWAIT(haul_generator_anext(task, &self->generator));
    assert_int_equal(haul_awaited(task).integer, 0);
    HAUL_AWAIT(haul_generator_asend(task, &self->generator, (union haul_value){.integer = 7}));
    assert_int_equal(haul_awaited(task).integer, 7);
    HAUL_AWAIT(haul_generator_athrow(task, &self->generator, HAUL_E_LIMIT));
    assert_int_equal(haul_awaited(task).integer, 1000 * HAUL_E_LIMIT);
    HAUL_AWAIT_CODE(self->code, haul_generator_aclose(task, &self->generator));
    assert_int_equal(self->code, HAUL_E_BUSY);
    HAUL_AWAIT_CODE(self->code, haul_generator_athrow(task, &self->generator, HAUL_E_TIMEOUT));
    assert_int_equal(self->code, HAUL_E_TIMEOUT);
    HAUL_AWAIT_CODE(self->code, haul_generator_anext(task, &self->generator));
    assert_int_equal(self->code, HAUL_E_DRAINED);
    HAUL_AWAIT_CODE(self->code, haul_generator_athrow(task, &self->generator, HAUL_E_TIMEOUT));
    assert_int_equal(self->code, HAUL_E_TIMEOUT);
    HAUL_AWAIT(haul_generator_aclose(task, &self->generator));
    stage_say(self->stage, "done at %d", (int)stage_time(self->stage));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_send_throw_close(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(echo_user, .stage = stage)), 0);
    assert_script(stage, "done at 4000");
}

/* Closes one and throws into one that have not started. */
struct fresh_user {
    struct haul_coroutine coroutine;
    int code;
    struct ticker frames[2];
    struct haul_generator generators[2];
};

static struct haul_step fresh_user(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(fresh_user);
    for (int i = 0; i < 2; i++) {
        self->frames[i] = HAUL_FRAME(ticker, .count = 1);
        haul_generator_init(&self->generators[i], &self->frames[i].coroutine);
    }
    HAUL_AWAIT(haul_generator_aclose(task, &self->generators[0]));
    HAUL_AWAIT_CODE(self->code, haul_generator_athrow(task, &self->generators[1], -EIO));
    assert_int_equal(self->code, -EIO);
    assert_int_equal(haul_generator_next(&self->generators[0], NULL), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_next(&self->generators[1], NULL), HAUL_E_DRAINED);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_one_that_has_not_started_runs_nothing(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(fresh_user)), 0);
    assert_int_equal(stage_time(stage), 0);
}

/* Awaits a child, whose value it adds to each of its own; delegates to a ticker at the end. */
struct nap {
    struct haul_coroutine coroutine;
};

static struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nap);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN(.integer = 5);
    HAUL_FINALLY;
    HAUL_END;
}

struct mixer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct nap nap;
    struct ticker ticker;
};

static struct haul_step mixer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(mixer);
    self->nap = HAUL_FRAME(nap);
    HAUL_AWAIT(haul_call(task, &self->nap.coroutine));
    HAUL_YIELD(.integer = haul_awaited(task).integer);
    self->ticker = HAUL_FRAME(ticker, .stage = self->stage, .count = 2);
    HAUL_YIELD_FROM(&self->ticker.coroutine);
    HAUL_YIELD(.integer = haul_received(coroutine).integer);
    HAUL_FINALLY;
    HAUL_END;
}

/* Draws from a source until it is drained, each value and 1. It ends as the source does. */
struct increment {
    struct haul_coroutine coroutine;
    struct haul_generator *source;
};

static struct haul_step increment(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(increment);
    for (;;) {
        HAUL_AWAIT(haul_generator_anext(task, self->source));
        HAUL_YIELD(.integer = haul_awaited(task).integer + 1);
    }
    HAUL_FINALLY;
    HAUL_END;
}

struct consumer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_generator *source;
    int code;
};

static struct haul_step consumer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(consumer);
    for (;;) {
        HAUL_AWAIT_CODE(self->code, haul_generator_anext(task, self->source));
        if (self->code != 0)
            break;
        stage_say(self->stage, "%d at %d", (int)haul_awaited(task).integer, (int)stage_time(self->stage));
    }
    HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* Producer, filter, consumer: each awaits. */
static void test_pipeline(void **state)
{
    struct stage *stage = *state;
    struct mixer producer_frame = HAUL_FRAME(mixer, .stage = stage);
    struct haul_generator producer;
    struct increment filter_frame = HAUL_FRAME(increment, .source = &producer);
    struct haul_generator filter;
    haul_generator_init(&producer, &producer_frame.coroutine);
    haul_generator_init(&filter, &filter_frame.coroutine);
    assert_int_equal(stage_run(stage, HAUL_CALL(consumer, .stage = stage, .source = &filter)), HAUL_E_DRAINED);
    assert_script(stage, "6 at 1000, 1 at 2000, 2 at 3000, ticker ends 0 0, 43 at 4000");
}

/* A long one costs no stack. */
static void test_long_pipeline(void **state)
{
    enum { LENGTH = 100000 };
    struct stage *stage = *state;
    struct stretch {
        struct increment frame;
        struct haul_generator generator;
    } *stretches = calloc(LENGTH, sizeof(*stretches));
    assert_non_null(stretches);
    struct ticker frame = HAUL_FRAME(ticker, .stage = stage, .count = 2);
    struct haul_generator source;
    haul_generator_init(&source, &frame.coroutine);
    for (int i = 0; i < LENGTH; i++) {
        stretches[i].frame = HAUL_FRAME(increment, .source = i > 0 ? &stretches[i - 1].generator : &source);
        haul_generator_init(&stretches[i].generator, &stretches[i].frame.coroutine);
    }
    struct haul_generator *last = &stretches[LENGTH - 1].generator;
    assert_int_equal(stage_run(stage, HAUL_CALL(consumer, .stage = stage, .source = last)), HAUL_E_DRAINED);
    assert_script(stage, "100000 at 1000, 100001 at 2000, ticker ends 0 0");
    free(stretches);
}

/* Takes one value each time it is run. */
struct taker {
    struct haul_coroutine coroutine;
    struct haul_generator *source;
    int64_t value;
};

static struct haul_step taker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(taker);
    HAUL_AWAIT(haul_generator_anext(task, self->source));
    HAUL_RETURN(.integer = haul_awaited(task).integer);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_one_task_after_the_other(void **state)
{
    struct stage *stage = *state;
    struct ticker frame = HAUL_FRAME(ticker, .count = 3);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    for (int i = 0; i < 3; i++) {
        struct haul_outcome outcome;
        assert_int_equal(haul_run_task(stage->loop, HAUL_CALL(taker, .source = &generator), &outcome), 0);
        assert_int_equal(outcome.code, 0);
        assert_int_equal(outcome.value.integer, i);
    }
}

/* A deadline within which one value is asked for. */
struct impatient {
    struct haul_coroutine coroutine;
    struct haul_generator *source;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step impatient(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(impatient);
    self->code = haul_timeout_enter(task, &self->timeout, haul_loop_now(haul_task_loop(task)) + 500 * HAUL_MILLISECOND);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_AWAIT_CODE(self->code, haul_generator_anext(task, self->source));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_deadline(void **state)
{
    struct stage *stage = *state;
    struct ticker frame = HAUL_FRAME(ticker, .stage = stage, .count = 3);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(stage_run(stage, HAUL_CALL(impatient, .source = &generator)), HAUL_E_TIMEOUT);
    assert_script(stage, "ticker ends HAUL_E_CANCELLED 0");
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
}

static void resume_from_two_tasks(void *data)
{
    struct stage *stage = data;
    struct ticker frame = HAUL_FRAME(ticker, .stage = stage, .count = 3);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    stage_task(stage, HAUL_CALL(taker, .source = &generator));
    stage_task(stage, HAUL_CALL(taker, .source = &generator));
    stage_turn(stage, 1);
}

struct early_sender {
    struct haul_coroutine coroutine;
    struct ticker frame;
    struct haul_generator generator;
};

static struct haul_step early_sender(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(early_sender);
    self->frame = HAUL_FRAME(ticker, .count = 1);
    haul_generator_init(&self->generator, &self->frame.coroutine);
    HAUL_AWAIT(haul_generator_asend(task, &self->generator, (union haul_value){.integer = 7}));
    HAUL_FINALLY;
    HAUL_END;
}

static void send_too_early(void *data)
{
    stage_run(data, HAUL_CALL(early_sender));
}

static void test_mistakes_that_meet_an_assert(void **state)
{
    assert_true(meets_assert(resume_from_two_tasks, *state));
    assert_true(meets_assert(send_too_early, *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_awaits_between_yields),
        on_stage(test_close_awaits),
        on_stage(test_allocates_nothing),
        on_stage(test_cancel_reaches_what_the_generator_awaits),
        on_stage(test_cancel_of_a_close),
        on_stage(test_send_throw_close),
        on_stage(test_one_that_has_not_started_runs_nothing),
        on_stage(test_pipeline),
        on_stage(test_long_pipeline),
        on_stage(test_one_task_after_the_other),
        on_stage(test_deadline),
        on_stage(test_mistakes_that_meet_an_assert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
