#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

static struct haul_future *make(struct stage *stage)
{
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    return future;
}

struct spoken {
    struct stage *stage;
    const char *name;
};

static void say(struct haul_future *future, void *data)
{
    struct spoken *spoken = data;
    assert_true(haul_future_done(future));
    stage_say(spoken->stage, "%s", spoken->name);
}

static void test_value(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = make(stage);
    assert_false(haul_future_done(future));
    assert_int_equal(haul_future_set_value(future, (union haul_value){.integer = 42}, NULL), 0);
    assert_true(haul_future_done(future));
    assert_int_equal(haul_future_code(future), 0);
    assert_int_equal(haul_future_value(future).integer, 42);
    assert_false(haul_future_cancel(future));
    haul_future_unref(future);
    haul_future_unref(NULL);
}

static void test_settles_once(void **state)
{
    struct stage *stage = *state;
    int kept = 0;
    int refused = 0;
    struct haul_future *future = make(stage);
    assert_int_equal(haul_future_set_value(future, (union haul_value){.pointer = &kept}, count_destroyed), 0);
    assert_int_equal(haul_future_set_value(future, (union haul_value){.pointer = &refused}, count_destroyed),
                     HAUL_E_SETTLED);
    assert_int_equal(haul_future_set_error(future, -EIO), HAUL_E_SETTLED);
    assert_int_equal(haul_future_code(future), 0);
    assert_ptr_equal(haul_future_value(future).pointer, &kept);
    haul_future_unref(future);
    assert_int_equal(kept, 1);
    assert_int_equal(refused, 0);
}

static void test_take(void **state)
{
    struct stage *stage = *state;
    int destroyed = 0;
    haul_destroy_fn *destroy = NULL;
    struct haul_future *future = make(stage);
    assert_int_equal(haul_future_set_value(future, (union haul_value){.pointer = &destroyed}, count_destroyed), 0);
    assert_ptr_equal(haul_future_take(future, &destroy).pointer, &destroyed);
    assert_ptr_equal(destroy, count_destroyed);
    haul_future_unref(future);
    assert_int_equal(destroyed, 0);
}

static void test_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = make(stage);
    assert_true(haul_future_cancel(future));
    assert_false(haul_future_cancel(future));
    assert_int_equal(haul_future_code(future), HAUL_E_CANCELLED);
    assert_int_equal(haul_future_set_value(future, (union haul_value){0}, NULL), HAUL_E_SETTLED);
    haul_future_unref(future);
    assert_script(stage, "");
}

/* CPython: test_callbacks_invoked_on_set_result */
static void test_callbacks_invoked_on_set_result(void **state)
{
    struct stage *stage = *state;
    struct spoken first = {stage, "42"};
    struct spoken second = {stage, "17"};
    struct haul_future *future = make(stage);
    assert_int_equal(haul_future_add_done_callback(future, say, &first), 0);
    assert_int_equal(haul_future_add_done_callback(future, say, &second), 0);
    assert_int_equal(haul_future_set_value(future, (union haul_value){0}, NULL), 0);
    assert_script(stage, "");
    stage_turn(stage, 1);
    assert_script(stage, "42, 17");
    assert_int_equal(haul_future_add_done_callback(future, say, &first), 0);
    assert_script(stage, "");
    stage_turn(stage, 1);
    assert_script(stage, "42");
    haul_future_unref(future);
}

/* CPython: test_remove_done_callback */
static void test_remove_done_callback(void **state)
{
    struct stage *stage = *state;
    struct spoken a = {stage, "a"};
    struct spoken b = {stage, "b"};
    struct haul_future *future = make(stage);
    assert_int_equal(haul_future_remove_done_callback(future, say, &a), 0);
    const struct {
        struct spoken *spoken;
        int times;
    } adds[] = {{&a, 3}, {&b, 1}, {&a, 3}};
    for (size_t i = 0; i < 3; i++)
        for (int j = 0; j < adds[i].times; j++)
            assert_int_equal(haul_future_add_done_callback(future, say, adds[i].spoken), 0);
    assert_int_equal(haul_future_remove_done_callback(future, say, &a), 6);
    assert_int_equal(haul_future_remove_done_callback(future, say, &a), 0);
    assert_int_equal(haul_future_cancel(future), 1);
    stage_turn(stage, 1);
    assert_script(stage, "b");
    haul_future_unref(future);
}

static void test_remove_the_only_one(void **state)
{
    struct stage *stage = *state;
    struct spoken a = {stage, "a"};
    struct haul_future *future = make(stage);
    assert_int_equal(haul_future_add_done_callback(future, say, &a), 0);
    assert_int_equal(haul_future_remove_done_callback(future, say, &a), 1);
    assert_int_equal(haul_future_add_done_callback(future, say, &a), 0);
    haul_future_cancel(future);
    stage_turn(stage, 1);
    assert_script(stage, "a");
    haul_future_unref(future);
}

static struct spoken *others[2];

static void remove_others(struct haul_future *future, void *data)
{
    say(future, data);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(haul_future_remove_done_callback(future, say, others[i]), 0);
    assert_int_equal(haul_future_add_done_callback(future, say, data), 0);
}

/* CPython: test_schedule_callbacks_list_mutation_1. Once it is done all are on their way. */
static void test_schedule_callbacks_list_mutation_1(void **state)
{
    struct stage *stage = *state;
    struct spoken mutator = {stage, "mutator"};
    struct spoken b = {stage, "b"};
    struct spoken c = {stage, "c"};
    others[0] = &b;
    others[1] = &c;
    struct haul_future *future = make(stage);
    assert_int_equal(haul_future_add_done_callback(future, remove_others, &mutator), 0);
    assert_int_equal(haul_future_add_done_callback(future, say, &b), 0);
    assert_int_equal(haul_future_add_done_callback(future, say, &c), 0);
    haul_future_cancel(future);
    haul_future_unref(future);
    stage_turn(stage, 1);
    assert_script(stage, "mutator, b, c");
    stage_turn(stage, 1);
    assert_script(stage, "mutator");
}

static void test_dies_pending(void **state)
{
    struct stage *stage = *state;
    struct spoken a = {stage, "a"};
    struct haul_future *future = make(stage);
    for (int i = 0; i < 3; i++)
        assert_int_equal(haul_future_add_done_callback(future, say, &a), 0);
    haul_future_unref(haul_future_ref(future));
    haul_future_unref(future);
    assert_script(stage, "");
}

/* CPython: test_tb_logger_exception_unretrieved, test_tb_logger_exception_retrieved,
 * test_tb_logger_not_called_after_cancel. The rule of haul: an error is reported though somebody tried to cancel the
 * future later. */
static void test_tb_logger_exception(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = make(stage);
    assert_int_equal(haul_future_set_error(future, -EIO), 0);
    haul_future_unref(future);
    assert_script(stage, "report -5");

    future = make(stage);
    assert_int_equal(haul_future_set_error(future, -EIO), 0);
    assert_int_equal(haul_future_code(future), -EIO);
    haul_future_unref(future);
    assert_script(stage, "");

    future = make(stage);
    assert_int_equal(haul_future_set_error(future, -EIO), 0);
    assert_false(haul_future_cancel(future));
    haul_future_unref(future);
    assert_script(stage, "report -5");
}

static void ask_too_early(void *data)
{
    haul_future_code(data);
}

static void set_error_0(void *data)
{
    haul_future_set_error(data, 0);
}

static void set_error_cancelled(void *data)
{
    haul_future_set_error(data, HAUL_E_CANCELLED);
}

static void test_mistakes(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future = make(stage);
    assert_true(meets_assert(ask_too_early, future));
    assert_true(meets_assert(set_error_0, future));
    assert_true(meets_assert(set_error_cancelled, future));
    haul_future_unref(future);
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    struct spoken a = {stage, "a"};
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_future *future = NULL;
        int code = haul_future_create(stage->loop, &future);
        if (code == 0)
            code = haul_future_add_done_callback(future, say, &a);
        if (code == 0)
            code = haul_future_cancel(future) ? 0 : -1;
        if (code == 0)
            code = haul_future_add_done_callback(future, say, &a);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_future_unref(future);
        stage_turn(stage, n > 2); /* without a callback nothing is left to do */
        stage_forget(stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_value),
        on_stage(test_settles_once),
        on_stage(test_take),
        on_stage(test_cancel),
        on_stage(test_callbacks_invoked_on_set_result),
        on_stage(test_remove_done_callback),
        on_stage(test_remove_the_only_one),
        on_stage(test_schedule_callbacks_list_mutation_1),
        on_stage(test_dies_pending),
        on_stage(test_tb_logger_exception),
        on_stage(test_mistakes),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
