#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* Gives actors "a", "b", ... of which each sleeps less than the one before. */
struct list {
    struct stage *stage;
    int begun;
    int end;  /* after so many */
    int code; /* what comes then */
    struct actor actor;
};

static int next_actor(void *data, struct haul_awaitable *ret_awaitable)
{
    static const char *const names[] = {"a", "b", "c"};
    struct list *list = data;
    if (list->begun == list->end)
        return list->code;
    list->actor =
        HAUL_FRAME(actor, .stage = list->stage, .name = names[list->begun], .duration = (9 - list->begun) * HAUL_SECOND,
                   .result = list->begun + 1, .failure = list->begun == 1 ? -EIO : 0);
    list->begun++;
    *ret_awaitable = HAUL_AWAITABLE(list->actor);
    return 0;
}

struct gatherer {
    struct haul_coroutine coroutine;
    struct list list;
    enum haul_gather_flags flags;
    struct haul_outcome outcomes[3];
    int code;
};

static struct haul_step gatherer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(gatherer);
    HAUL_AWAIT_CODE(self->code, haul_gather_from(task, next_actor, &self->list, 3, self->flags, self->outcomes));
    stage_say(self->list.stage, "gathered %d:", self->code);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(self->outcomes[i].index, i);
        stage_say(self->list.stage, "%d",
                  self->outcomes[i].code ? self->outcomes[i].code : (int)self->outcomes[i].value.integer);
    }
    HAUL_AWAIT_CODE(self->code, haul_gather_from(task, next_actor, &self->list, 0, self->flags, self->outcomes));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_outcomes_in_the_order_of_the_source(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        stage_run(stage, HAUL_CALL(gatherer, .list = {.stage = stage, .end = 3}, .flags = HAUL_GATHER_RETURN_ERRORS)),
        0);
    assert_script(stage, "a begins, b begins, c begins, c ends, b ends, a ends, gathered 0:, 1, -5, 3");
}

static void test_first_error_cancels_the_rest(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .list = {.stage = stage, .end = 3})), 0);
    assert_script(stage, "a begins, b begins, c begins, c ends, b ends, a cancelled, gathered -5:, 1, -5, 3");
}

/* A source that ends before its time, or fails: nothing has begun. */
static void test_source_that_ends_early(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(stage_run(stage, HAUL_CALL(gatherer, .list = {.stage = stage, .end = 2, .code = HAUL_E_DRAINED})),
                     0);
    assert_script(stage, "gathered 3:, 3, 3, 3");
    assert_int_equal(haul_loop_task_count(stage->loop), 0);
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_task *task = NULL;
        int code = haul_task_create(
            stage->loop, HAUL_CALL(gatherer, .list = {.stage = stage, .end = 3}, .flags = HAUL_GATHER_RETURN_ERRORS),
            &task);
        if (code == 0)
            assert_int_equal(stage_end(stage, task), 0);
        assert_int_equal(haul_loop_task_count(stage->loop), 0);
        if (failing_memory_happened())
            stage_forget(stage);
    }
    assert_script(stage, "a begins, b begins, c begins, c ends, b ends, a ends, gathered 0:, 1, -5, 3");
}

/* Futures among calls: each outcome comes to its place, wherever the futures stand. */
struct number {
    struct haul_coroutine coroutine;
    int number;
};

static struct haul_step number(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(number);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND * (1 + self->number * 5 % 8)));
    HAUL_RETURN(.integer = self->number);
    HAUL_FINALLY;
    HAUL_END;
}

enum { places = 8 };

struct mixer {
    struct haul_coroutine coroutine;
    unsigned which; /* bit by bit: a future stands there */
    struct haul_outcome outcomes[places];
};

static struct haul_step mixer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(mixer);
    {
        struct haul_awaitable awaitables[places];
        struct number numbers[places];
        struct haul_task *tasks[places] = {NULL};
        for (int i = 0; i < places; i++) {
            numbers[i] = HAUL_FRAME(number, .number = i);
            awaitables[i] = HAUL_AWAITABLE(numbers[i]);
            if (self->which >> i & 1) {
                assert_int_equal(haul_task_create(haul_task_loop(task), awaitables[i], &tasks[i]), 0);
                awaitables[i] = haul_task_awaitable(tasks[i]);
                haul_task_unref(tasks[i]);
            }
        }
        HAUL_AWAIT(haul_gather(task, awaitables, places, HAUL_GATHER_FAIL_FAST, self->outcomes));
    }
    for (uint32_t i = 0; i < places; i++) {
        assert_int_equal(self->outcomes[i].index, i);
        assert_int_equal(self->outcomes[i].value.integer, i);
    }
    HAUL_FINALLY;
    HAUL_END;
}

static void test_futures_in_all_places(void **state)
{
    struct stage *stage = *state;
    for (unsigned which = 0; which < 1U << places; which++)
        assert_int_equal(stage_run(stage, HAUL_CALL(mixer, .which = which)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_outcomes_in_the_order_of_the_source),
        on_stage(test_first_error_cancels_the_rest),
        on_stage(test_source_that_ends_early),
        on_stage(test_out_of_memory),
        on_stage(test_futures_in_all_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
