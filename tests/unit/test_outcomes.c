#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)

/* Returns an owned value, after a second. */
struct owner {
    struct haul_coroutine coroutine;
    int *counter;
};

static struct haul_step owner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(owner);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    HAUL_RETURN_OWNED(count_destroyed, .pointer = self->counter);
    HAUL_FINALLY;
    HAUL_END;
}

static struct haul_outcomes *open_table(struct stage *stage)
{
    struct haul_outcomes *outcomes;
    assert_int_equal(haul_outcomes_create(stage->loop, &outcomes), 0);
    return outcomes;
}

static uint64_t spawn(struct haul_outcomes *outcomes, struct haul_awaitable awaitable)
{
    uint64_t id = 0;
    assert_int_equal(haul_outcomes_spawn(outcomes, awaitable, &id), 0);
    return id;
}

static void sleep_for(struct stage *stage, int64_t duration)
{
    assert_int_equal(stage_run(stage, ACTOR(stage, "z", .duration = duration)), 0);
    stage_forget(stage);
}

static void test_pop(void **state)
{
    struct stage *stage = *state;
    struct haul_outcomes *outcomes = open_table(stage);
    struct haul_outcome outcome = {.code = 99};
    uint64_t result = spawn(outcomes, ACTOR(stage, "a", .duration = HAUL_SECOND, .result = 103682));
    uint64_t error = spawn(outcomes, ACTOR(stage, "b", .failure = -EIO));
    uint64_t late = spawn(outcomes, ACTOR(stage, "c", .duration = 9 * HAUL_SECOND));
    assert_int_equal(result, 1);
    assert_int_equal(error, 2);
    assert_int_equal(late, 3);
    assert_int_equal(haul_outcomes_pop(outcomes, result, &outcome), HAUL_E_BUSY);
    assert_int_equal(haul_outcomes_pop(outcomes, 77, &outcome), HAUL_E_INVALID);
    assert_int_equal(outcome.code, 99);
    assert_int_equal(haul_outcomes_done(outcomes), 0);
    sleep_for(stage, 2 * HAUL_SECOND);
    assert_int_equal(haul_outcomes_count(outcomes), 3);
    assert_int_equal(haul_outcomes_done(outcomes), 2);
    assert_int_equal(haul_outcomes_pop(outcomes, result, &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.value.integer, 103682);
    assert_int_equal(haul_outcomes_pop(outcomes, result, &outcome), HAUL_E_INVALID);
    assert_int_equal(haul_outcomes_pop(outcomes, error, &outcome), 0);
    assert_int_equal(outcome.code, -EIO);
    assert_int_equal(haul_outcomes_pop(outcomes, late, &outcome), HAUL_E_BUSY);
    assert_int_equal(haul_outcomes_count(outcomes), 1);
    haul_outcomes_destroy(outcomes);
    haul_outcomes_destroy(NULL);
    sleep_for(stage, 9 * HAUL_SECOND);
}

/* What is not taken out: values are destroyed, errors reported. */
static void test_destroy(void **state)
{
    struct stage *stage = *state;
    struct haul_outcomes *outcomes = open_table(stage);
    struct haul_outcome outcome;
    int destroyed = 0;
    uint64_t taken = spawn(outcomes, HAUL_CALL(owner, .counter = &destroyed));
    spawn(outcomes, HAUL_CALL(owner, .counter = &destroyed));
    spawn(outcomes, ACTOR(stage, "a", .failure = -EIO));
    sleep_for(stage, 2 * HAUL_SECOND);
    assert_int_equal(haul_outcomes_pop(outcomes, taken, &outcome), 0);
    assert_ptr_equal(outcome.value.pointer, &destroyed);
    assert_int_equal(destroyed, 0);
    haul_outcome_finish(&outcome);
    assert_int_equal(destroyed, 1);
    assert_script(stage, "");
    haul_outcomes_destroy(outcomes);
    assert_int_equal(destroyed, 2);
    assert_script(stage, "report -5");
}

static void test_add(void **state)
{
    struct stage *stage = *state;
    struct haul_outcomes *outcomes = open_table(stage);
    struct haul_outcome outcome;
    struct haul_task *task = stage_task(stage, ACTOR(stage, "a", .result = 7));
    sleep_for(stage, HAUL_SECOND);
    assert_int_equal(haul_outcomes_add(outcomes, task), 0);
    assert_int_equal(haul_outcomes_add(outcomes, task), HAUL_E_BUSY);
    assert_int_equal(haul_outcomes_pop(outcomes, haul_task_id(task), &outcome), 0);
    assert_int_equal(outcome.value.integer, 7);
    haul_task_unref(task);
    haul_outcomes_destroy(outcomes);
}

static void test_many(void **state)
{
    struct stage *stage = *state;
    struct haul_outcomes *outcomes = open_table(stage);
    struct haul_outcome outcome;
    int destroyed = 0;
    for (int i = 1; i <= 1000; i++)
        assert_int_equal(spawn(outcomes, HAUL_CALL(owner, .counter = &destroyed)), i);
    while (haul_outcomes_done(outcomes) < 1000)
        stage_turn(stage, 1);
    for (uint64_t id = 1000; id > 0; id--) {
        assert_int_equal(haul_outcomes_pop(outcomes, id, &outcome), 0);
        haul_outcome_finish(&outcome);
    }
    assert_int_equal(destroyed, 1000);
    assert_int_equal(haul_outcomes_count(outcomes), 0);
    haul_outcomes_destroy(outcomes);
}

static void add_foreign(void *data)
{
    struct stage *stage = data;
    struct haul_loop *other;
    struct haul_task *task;
    assert_int_equal(haul_loop_create(NULL, &other), 0);
    assert_int_equal(haul_task_create(other, ACTOR(stage, "a"), &task), 0);
    (void)haul_outcomes_add(open_table(stage), task);
}

static void test_mistakes(void **state)
{
    assert_true(meets_assert(add_foreign, *state));
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    sleep_for(stage, HAUL_SECOND);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_outcomes *outcomes = NULL;
        int destroyed = 0;
        int code = haul_outcomes_create(stage->loop, &outcomes);
        for (int i = 0; i < 20 && code == 0; i++)
            code = haul_outcomes_spawn(outcomes, HAUL_CALL(owner, .counter = &destroyed), NULL);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        int count = outcomes ? (int)haul_outcomes_count(outcomes) : 0;
        stage_turn(stage, count > 0 ? 2 : 0);
        assert_int_equal(destroyed, 0);
        haul_outcomes_destroy(outcomes);
        assert_int_equal(destroyed, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_pop),  on_stage(test_destroy),  on_stage(test_add),
        on_stage(test_many), on_stage(test_mistakes), on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
