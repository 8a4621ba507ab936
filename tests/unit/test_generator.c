#include "failing_memory.h"
#include "stage.h"

#include <haul/generator.h>

#include <errno.h>

static union haul_value integer(int64_t number)
{
    return (union haul_value){.integer = number};
}

#define assert_yields(answer, value, number)                                                                           \
    do {                                                                                                               \
        assert_int_equal((answer), 0);                                                                                 \
        assert_int_equal((value).integer, (number));                                                                   \
    } while (0)

static void test_size(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct haul_generator), 48);
}

/* Yields the numbers from FROM down to 1 and returns 42, or fails with FAILURE. */
struct countdown {
    struct haul_coroutine coroutine;
    int from;
    int failure;
    int *finally;
};

static struct haul_step countdown(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(countdown);
    for (; self->from > 0; self->from--)
        HAUL_YIELD(.integer = self->from);
    if (self->failure != 0)
        HAUL_FAIL(self->failure);
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    if (self->finally)
        ++*self->finally;
    HAUL_END;
}

static void test_values_then_the_result(void **state)
{
    (void)state;
    int finally = 0;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3, .finally = &finally);
    struct haul_generator generator;
    union haul_value value;
    size_t allocations = failing_memory_count();
    haul_generator_init(&generator, &frame.coroutine);
    assert_yields(haul_generator_next(&generator, &value), value, 3);
    assert_int_equal(haul_generator_next(&generator, NULL), 0);
    assert_yields(haul_generator_next(&generator, &value), value, 1);
    assert_int_equal(finally, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(haul_generator_next(&generator, &value), HAUL_E_DRAINED);
        assert_int_equal(value.integer, 1);
        assert_int_equal(haul_generator_result(&generator).integer, 42);
    }
    assert_int_equal(haul_generator_send(&generator, integer(7), &value), HAUL_E_DRAINED);
    assert_int_equal(finally, 1);
    assert_int_equal(failing_memory_count(), allocations);
}

static void test_error(void **state)
{
    (void)state;
    struct countdown frame = HAUL_FRAME(countdown, .from = 1, .failure = -EIO);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), 0);
    assert_int_equal(haul_generator_next(&generator, NULL), -EIO);
    assert_int_equal(haul_generator_result(&generator).integer, 0);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
}

static void test_failing_as_drained_is_an_end(void **state)
{
    (void)state;
    struct countdown frame = HAUL_FRAME(countdown, .failure = HAUL_E_DRAINED);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&generator).integer, 0);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
}

static void test_generators_are_apart(void **state)
{
    (void)state;
    struct countdown frames[2] = {HAUL_FRAME(countdown, .from = 3), HAUL_FRAME(countdown, .from = 9)};
    struct haul_generator generators[2];
    union haul_value value;
    for (int i = 0; i < 2; i++)
        haul_generator_init(&generators[i], &frames[i].coroutine);
    for (int i = 0; i < 3; i++) {
        assert_yields(haul_generator_next(&generators[0], &value), value, 3 - i);
        assert_yields(haul_generator_next(&generators[1], &value), value, 9 - i);
    }
}

/* Says what each of its yields gave, and yields the sum of what was sent. Ends when -1 is sent: by falling off. */
struct adder {
    struct haul_coroutine coroutine;
    struct stage *stage;
    int64_t sum;
    int code;
};

static struct haul_step adder(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(adder);
    stage_say(self->stage, "begins");
    for (;;) {
        HAUL_YIELD_CODE(self->code, .integer = self->sum);
        stage_say(self->stage, "%s:%d", haul_error_name(self->code), (int)haul_received(coroutine).integer);
        if (self->code == HAUL_E_CLOSED)
            HAUL_FAIL(self->code);
        if (haul_received(coroutine).integer == -1)
            break;
        self->sum += haul_received(coroutine).integer;
    }
    HAUL_FINALLY;
    stage_say(self->stage, "finally");
    HAUL_END;
}

static void test_send(void **state)
{
    struct stage *stage = *state;
    struct adder frame = HAUL_FRAME(adder, .stage = stage);
    struct haul_generator generator;
    union haul_value value;
    haul_generator_init(&generator, &frame.coroutine);
    assert_script(stage, "");
    assert_yields(haul_generator_next(&generator, &value), value, 0);
    assert_yields(haul_generator_send(&generator, integer(5), &value), value, 5);
    assert_yields(haul_generator_next(&generator, &value), value, 5);
    assert_yields(haul_generator_send(&generator, integer(4), &value), value, 9);
    assert_int_equal(haul_generator_send(&generator, integer(-1), &value), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&generator).integer, 0);
    assert_script(stage, "begins, 0:5, 0:0, 0:4, 0:-1, finally");
}

static void test_throw(void **state)
{
    struct stage *stage = *state;
    struct adder frame = HAUL_FRAME(adder, .stage = stage, .sum = 3);
    struct haul_generator generator;
    union haul_value value;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), 0);
    assert_yields(haul_generator_throw(&generator, -EPIPE, &value), value, 3);
    assert_int_equal(haul_generator_throw(&generator, HAUL_E_CLOSED, &value), HAUL_E_CLOSED);
    assert_int_equal(haul_generator_throw(&generator, -EPIPE, &value), -EPIPE);
    assert_script(stage, "begins, EPIPE:0, HAUL_E_CLOSED:0, finally");
}

static void test_throw_that_nobody_catches(void **state)
{
    (void)state;
    int finally = 0;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3, .finally = &finally);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), 0);
    assert_int_equal(haul_generator_throw(&generator, -EIO, NULL), -EIO);
    assert_int_equal(finally, 1);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&generator).integer, 0);
}

static void test_throw_into_one_that_has_not_started(void **state)
{
    (void)state;
    int finally = 0;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3, .finally = &finally);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_throw(&generator, -EIO, NULL), -EIO);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
    assert_int_equal(finally, 0);
}

/* What a generator does when it is closed. */
struct closed {
    struct haul_coroutine coroutine;
    enum { PASSES, RETURNS, RETURNS_A_VALUE, FAILS, YIELDS_ONCE } mode;
    int *finally;
    int code;
};

static struct haul_step closed(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(closed);
    if (self->mode == PASSES)
        HAUL_YIELD(0);
    HAUL_YIELD_CODE(self->code, 0);
    if (self->mode == RETURNS_A_VALUE)
        HAUL_RETURN(.integer = 7);
    if (self->mode == FAILS)
        HAUL_FAIL(-EIO);
    if (self->mode == YIELDS_ONCE)
        HAUL_YIELD_CODE(self->code, 0);
    HAUL_FINALLY;
    ++*self->finally;
    HAUL_END;
}

/* Runs one to its first yield and closes it: what the close answered. */
static int close_one(int mode, int64_t *ret_result)
{
    int finally = 0;
    struct closed frame = HAUL_FRAME(closed, .mode = mode, .finally = &finally);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), 0);
    int code = haul_generator_close(&generator);
    assert_int_equal(finally, 1);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
    *ret_result = haul_generator_result(&generator).integer;
    return code;
}

/* CPython: GeneratorCloseTest.test_close_no_return_value, test_close_return_value, test_close_not_catching_exit,
 * test_close_raises */
static void test_close(void **state)
{
    (void)state;
    int64_t result;
    assert_int_equal(close_one(RETURNS, &result), 0);
    assert_int_equal(result, 0);
    assert_int_equal(close_one(RETURNS_A_VALUE, &result), 0);
    assert_int_equal(result, 7);
    assert_int_equal(close_one(PASSES, &result), 0);
    assert_int_equal(result, 0);
    assert_int_equal(close_one(FAILS, &result), -EIO);
    assert_int_equal(result, 0);
}

/* CPython: GeneratorCloseTest.test_close_not_started */
static void test_close_of_one_that_has_not_started(void **state)
{
    (void)state;
    int finally = 0;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3, .finally = &finally);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_close(&generator), 0);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
    assert_int_equal(haul_generator_result(&generator).integer, 0);
    assert_int_equal(finally, 0);
}

/* CPython: GeneratorCloseTest.test_close_exhausted, test_close_closed. The rule of haul: the result stays. */
static void test_close_of_one_that_has_ended(void **state)
{
    (void)state;
    int finally = 0;
    struct countdown frame = HAUL_FRAME(countdown, .finally = &finally);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), HAUL_E_DRAINED);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(haul_generator_close(&generator), 0);
        assert_int_equal(haul_generator_result(&generator).integer, 42);
    }
    assert_int_equal(finally, 1);
}

/* Python: "generator ignored GeneratorExit". It can be closed again. */
static void test_close_of_one_that_yields_again(void **state)
{
    (void)state;
    int finally = 0;
    struct closed frame = HAUL_FRAME(closed, .mode = YIELDS_ONCE, .finally = &finally);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    assert_int_equal(haul_generator_next(&generator, NULL), 0);
    assert_int_equal(haul_generator_close(&generator), HAUL_E_BUSY);
    assert_int_equal(finally, 0);
    assert_int_equal(haul_generator_close(&generator), 0);
    assert_int_equal(finally, 1);
}

/* The source is pulled by the filter, the filter by the consumer. */
struct even {
    struct haul_coroutine coroutine;
    struct haul_generator *source;
    union haul_value value;
    int code;
};

static struct haul_step even(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(even);
    while ((self->code = haul_generator_next(self->source, &self->value)) == 0) {
        if (self->value.integer % 2 == 0)
            HAUL_YIELD(.integer = self->value.integer);
    }
    HAUL_FAIL(self->code);
    HAUL_FINALLY;
    haul_generator_close(self->source);
    HAUL_END;
}

struct pulled {
    struct countdown producer_frame;
    struct haul_generator producer;
    struct even filter_frame;
    struct haul_generator filter;
};

static void begin_pulled(struct pulled *pulled, int failure, int *finally)
{
    pulled->producer_frame = HAUL_FRAME(countdown, .from = 5, .failure = failure, .finally = finally);
    haul_generator_init(&pulled->producer, &pulled->producer_frame.coroutine);
    pulled->filter_frame = HAUL_FRAME(even, .source = &pulled->producer);
    haul_generator_init(&pulled->filter, &pulled->filter_frame.coroutine);
}

static void test_pipeline_that_is_pulled(void **state)
{
    (void)state;
    struct pulled pulled;
    int finally = 0;
    union haul_value value;
    begin_pulled(&pulled, 0, &finally);
    assert_yields(haul_generator_next(&pulled.filter, &value), value, 4);
    assert_yields(haul_generator_next(&pulled.filter, &value), value, 2);
    assert_int_equal(haul_generator_next(&pulled.filter, &value), HAUL_E_DRAINED);
    assert_int_equal(finally, 1);

    begin_pulled(&pulled, -EIO, &finally);
    assert_int_equal(haul_generator_next(&pulled.filter, &value), 0);
    assert_int_equal(haul_generator_next(&pulled.filter, &value), 0);
    assert_int_equal(haul_generator_next(&pulled.filter, &value), -EIO);
    assert_int_equal(finally, 2);

    begin_pulled(&pulled, 0, &finally);
    assert_int_equal(haul_generator_next(&pulled.filter, &value), 0);
    assert_int_equal(haul_generator_close(&pulled.filter), 0);
    assert_int_equal(finally, 3);
    assert_int_equal(haul_generator_next(&pulled.producer, &value), HAUL_E_DRAINED);
}

static void send_to_a_fresh_one(void *data)
{
    (void)data;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    haul_generator_send(&generator, integer(1), NULL);
}

static void throw_nothing(void *data)
{
    (void)data;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    haul_generator_throw(&generator, 0, NULL);
}

static void ask_for_a_result_too_early(void *data)
{
    (void)data;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    haul_generator_next(&generator, NULL);
    haul_generator_result(&generator);
}

static void begin_with_a_spent_frame(void *data)
{
    (void)data;
    struct countdown frame = HAUL_FRAME(countdown, .from = 3);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    haul_generator_next(&generator, NULL);
    haul_generator_init(&generator, &frame.coroutine);
}

static void resume_itself(void *data)
{
    (void)data;
    struct haul_generator generator;
    struct even frame = HAUL_FRAME(even, .source = &generator);
    haul_generator_init(&generator, &frame.coroutine);
    haul_generator_next(&generator, NULL);
}

struct sleeper {
    struct haul_coroutine coroutine;
};

static struct haul_step sleeper(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(sleeper);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_FINALLY;
    HAUL_END;
}

static void await_without_a_task(void *data)
{
    (void)data;
    struct sleeper frame = HAUL_FRAME(sleeper);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    haul_generator_next(&generator, NULL);
}

static void yield_in_a_task(void *data)
{
    stage_run(data, HAUL_CALL(countdown, .from = 3));
}

static void test_mistakes_that_meet_an_assert(void **state)
{
    assert_true(meets_assert(send_to_a_fresh_one, NULL));
    assert_true(meets_assert(throw_nothing, NULL));
    assert_true(meets_assert(ask_for_a_result_too_early, NULL));
    assert_true(meets_assert(begin_with_a_spent_frame, NULL));
    assert_true(meets_assert(resume_itself, NULL));
    assert_true(meets_assert(await_without_a_task, NULL));
    assert_true(meets_assert(yield_in_a_task, *state));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_values_then_the_result),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_failing_as_drained_is_an_end),
        cmocka_unit_test(test_generators_are_apart),
        on_stage(test_send),
        on_stage(test_throw),
        cmocka_unit_test(test_throw_that_nobody_catches),
        cmocka_unit_test(test_throw_into_one_that_has_not_started),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_close_of_one_that_has_not_started),
        cmocka_unit_test(test_close_of_one_that_has_ended),
        cmocka_unit_test(test_close_of_one_that_yields_again),
        cmocka_unit_test(test_pipeline_that_is_pulled),
        on_stage(test_mistakes_that_meet_an_assert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
