#include "compare/rounds.h"

#include "run/entry.h"
#include "stage.h"

#include <haul/client.h>

#include <errno.h>
#include <string.h>

/* Runs a list of two, of which each takes a second, by sleeping on the stage's clock. */
struct sleeping_run {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct variant variant;
    struct measured_run *run;
    int failure;
};

struct sleeping_runner {
    struct runner runner;
    struct stage *stage;
    size_t started;
    size_t failing; /* the number of the run that fails, from 1; 0: none */
    struct sleeping_run once;
};

static void emit(struct measured_run *run, uint64_t index, int64_t now)
{
    struct haul_result result = {.ok = true, .time = {.total = HAUL_SECOND}};
    struct entry entry = {.index = index, .result = &result};
    measure_emit(run, &entry, now);
}

static struct haul_step sleeping_run(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(sleeping_run);
    stage_say(self->stage, "%s", mode_name(self->variant.mode));
    assert_int_equal(measure_begin(self->run, 2, haul_loop_now(self->stage->loop)), 0);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    emit(self->run, 0, haul_loop_now(self->stage->loop));
    if (self->failure != 0)
        HAUL_FAIL(self->failure);
    if (self->variant.mode == MODE_SEQUENTIAL)
        HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    emit(self->run, 1, haul_loop_now(self->stage->loop));
    const struct haul_client_statistics statistics = {.peak_in_flight = self->variant.mode == MODE_SEQUENTIAL ? 1 : 2};
    measure_end(self->run, haul_loop_now(self->stage->loop), &statistics);
    HAUL_FINALLY;
    HAUL_END;
}

static struct haul_await run(struct haul_task *task, struct runner *runner, const struct variant *variant,
                             struct measured_run *run)
{
    struct sleeping_runner *self = (struct sleeping_runner *)runner;
    self->started++;
    self->once = HAUL_FRAME(sleeping_run, .stage = self->stage, .variant = *variant, .run = run,
                            .failure = self->started == self->failing ? -EMFILE : 0);
    return haul_call(task, &self->once.coroutine);
}

static const struct variant all_modes[] = {{MODE_SEQUENTIAL, 1, 0}, {MODE_GATHER, 2, 0}, {MODE_AS_COMPLETED, 2, 0}};
static const struct variant warm_ups[] = {{MODE_AS_COMPLETED, 2, 0}, {MODE_AS_COMPLETED, 1, 0}};

struct fixture {
    struct stage *stage;
    struct comparison comparison;
    struct sleeping_runner runner;
};

static void begin(struct fixture *fixture, void **state, size_t round_count)
{
    *fixture = (struct fixture){
        .stage = *state,
        .comparison = {.url_count = 2, .variants = all_modes, .variant_count = 3, .rounds = round_count},
        .runner = {.runner = {.run = run}, .stage = *state},
    };
    assert_int_equal(comparison_begin(&fixture->comparison), 0);
}

static void test_rounds_are_rotated(void **state)
{
    struct fixture fixture;
    begin(&fixture, state, 4);
    assert_int_equal(stage_run(fixture.stage,
                               HAUL_CALL(rounds, .comparison = &fixture.comparison, .runner = &fixture.runner.runner)),
                     0);
    assert_script(fixture.stage, "sequential, gather, as-completed, gather, as-completed, sequential, "
                                 "as-completed, sequential, gather, sequential, gather, as-completed");
    assert_int_equal(fixture.comparison.rounds_complete, 4);
    /* Though run in turn, each stands where its round and mode are. */
    for (size_t round = 0; round < 4; round++) {
        assert_int_equal(comparison_run(&fixture.comparison, round, 0)->wall, 2 * HAUL_SECOND);
        assert_int_equal(comparison_run(&fixture.comparison, round, 1)->wall, HAUL_SECOND);
        assert_int_equal(comparison_run(&fixture.comparison, round, 2)->wall, HAUL_SECOND);
    }
    assert_int_equal(stage_time(fixture.stage), 16000);
    comparison_finish(&fixture.comparison);
}

static void say_run(void *data, size_t number, size_t count, const struct variant *variant)
{
    stage_say(data, "%zu of %zu %s:", number, count, mode_name(variant->mode));
}

static void say_warm(void *data, const struct measured_run *warm_up, size_t left)
{
    stage_say(data, "warm after %d ms with %zu left", (int)(warm_up->wall / HAUL_MILLISECOND), left);
}

static void test_a_warm_up_is_run_and_not_measured(void **state)
{
    struct fixture fixture;
    begin(&fixture, state, 1);
    struct rounds_watcher watcher = {.run_begins = say_run, .warmed_up = say_warm, .data = *state};
    assert_int_equal(
        stage_run(fixture.stage, HAUL_CALL(rounds, .comparison = &fixture.comparison, .runner = &fixture.runner.runner,
                                           .warm_ups = warm_ups, .warm_up_count = 1, .watcher = watcher)),
        0);
    assert_script(fixture.stage,
                  "0 of 3 as-completed:, as-completed, warm after 1000 ms with 0 left, 1 of 3 sequential:, "
                  "sequential, 2 of 3 gather:, gather, 3 of 3 as-completed:, as-completed");
    assert_int_equal(fixture.comparison.rounds_complete, 1);
    comparison_finish(&fixture.comparison);
}

static void test_each_client_that_is_kept_is_warmed(void **state)
{
    struct fixture fixture;
    begin(&fixture, state, 0);
    struct rounds_watcher watcher = {.warmed_up = say_warm, .data = *state};
    assert_int_equal(
        stage_run(fixture.stage, HAUL_CALL(rounds, .comparison = &fixture.comparison, .runner = &fixture.runner.runner,
                                           .warm_ups = warm_ups, .warm_up_count = 2, .watcher = watcher)),
        0);
    assert_script(fixture.stage,
                  "as-completed, warm after 1000 ms with 1 left, as-completed, warm after 1000 ms with 0 left");
    comparison_finish(&fixture.comparison);
}

/* A round takes 4 s: the third begins before 10 s are over, and the fourth does not. */
static void test_rounds_are_added_until_the_time_is_over(void **state)
{
    struct fixture fixture;
    begin(&fixture, state, 1);
    assert_int_equal(
        stage_run(fixture.stage, HAUL_CALL(rounds, .comparison = &fixture.comparison, .runner = &fixture.runner.runner,
                                           .min_time = 10 * HAUL_SECOND)),
        0);
    assert_int_equal(fixture.comparison.rounds, 3);
    assert_int_equal(fixture.comparison.rounds_complete, 3);
    assert_int_equal(stage_time(fixture.stage), 12000);
    /* The rotation goes on. */
    assert_script(fixture.stage, "sequential, gather, as-completed, gather, as-completed, sequential, "
                                 "as-completed, sequential, gather");
    comparison_finish(&fixture.comparison);
}

static void test_a_run_that_cannot_go_on_ends_all(void **state)
{
    struct fixture fixture;
    begin(&fixture, state, 3);
    fixture.runner.failing = 5;
    assert_int_equal(stage_run(fixture.stage,
                               HAUL_CALL(rounds, .comparison = &fixture.comparison, .runner = &fixture.runner.runner)),
                     -EMFILE);
    assert_script(fixture.stage, "sequential, gather, as-completed, gather, as-completed");
    assert_int_equal(fixture.comparison.rounds_complete, 1);
    comparison_finish(&fixture.comparison);
}

static void cancel(void *data)
{
    haul_task_cancel(data);
}

static void test_a_cancel_leaves_the_complete_rounds(void **state)
{
    struct fixture fixture;
    begin(&fixture, state, 3);
    struct haul_task *task = stage_task(
        fixture.stage, HAUL_CALL(rounds, .comparison = &fixture.comparison, .runner = &fixture.runner.runner));
    /* A round takes 4 s: this is in the second run of the third. */
    assert_int_equal(haul_loop_call_later(fixture.stage->loop, 9500 * HAUL_MILLISECOND, cancel, task, NULL), 0);
    assert_int_equal(stage_end(fixture.stage, task), HAUL_E_CANCELLED);
    assert_int_equal(fixture.comparison.rounds_complete, 2);
    assert_int_equal(fixture.runner.started, 8);
    assert_int_equal(stage_time(fixture.stage), 9500);
    comparison_finish(&fixture.comparison);
}

static void test_a_cancelled_warm_up(void **state)
{
    struct fixture fixture;
    begin(&fixture, state, 1);
    struct haul_task *task =
        stage_task(fixture.stage, HAUL_CALL(rounds, .comparison = &fixture.comparison, .runner = &fixture.runner.runner,
                                            .warm_ups = warm_ups, .warm_up_count = 1,
                                            .watcher = {.warmed_up = say_warm, .data = *state}));
    assert_int_equal(haul_loop_call_later(fixture.stage->loop, HAUL_MILLISECOND, cancel, task, NULL), 0);
    assert_int_equal(stage_end(fixture.stage, task), HAUL_E_CANCELLED);
    assert_script(fixture.stage, "as-completed");
    assert_int_equal(fixture.comparison.rounds_complete, 0);
    comparison_finish(&fixture.comparison);
}

static void test_the_estimate(void **state)
{
    const struct measured_run run = {.wall = 2 * HAUL_SECOND, .sum_of_totals = 9 * HAUL_SECOND};
    const struct measured_run endless = {.wall = INT64_MAX / 2, .sum_of_totals = INT64_MAX / 2};
    struct comparison comparison = {.variants = all_modes, .variant_count = 3, .rounds = 3};
    (void)state;
    assert_int_equal(rounds_estimate(&comparison, &run, HAUL_NEVER), 39 * HAUL_SECOND);
    assert_int_equal(rounds_estimate(&comparison, &endless, HAUL_NEVER), INT64_MAX / 2);
    assert_int_equal(rounds_estimate(&comparison, &run, 5 * HAUL_SECOND), 27 * HAUL_SECOND);
    comparison.variants++;
    comparison.variant_count = 2;
    assert_int_equal(rounds_estimate(&comparison, &run, HAUL_NEVER), 12 * HAUL_SECOND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rounds_are_rotated),
        TEST(test_a_warm_up_is_run_and_not_measured),
        TEST(test_each_client_that_is_kept_is_warmed),
        TEST(test_rounds_are_added_until_the_time_is_over),
        TEST(test_a_run_that_cannot_go_on_ends_all),
        TEST(test_a_cancel_leaves_the_complete_rounds),
        TEST(test_a_cancelled_warm_up),
        cmocka_unit_test(test_the_estimate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
