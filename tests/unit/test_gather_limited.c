#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

/* What the source gives: COUNT times an entry of PLAN, in turn; then END. */
struct source {
    const struct haul_awaitable *plan;
    size_t plan_size;
    size_t count;
    int end;
    size_t given;
    size_t asked; /* also in vain */
};

static int next(void *data, struct haul_awaitable *ret_awaitable)
{
    struct source *source = data;
    source->asked++;
    if (source->given == source->count)
        return source->end;
    *ret_awaitable = source->plan[source->given++ % source->plan_size];
    return 0;
}

static void say_outcome(struct stage *stage, struct haul_outcome *outcome)
{
    if (outcome->code == 0)
        stage_say(stage, "%u=%d", outcome->index, (int)outcome->value.integer);
    else
        stage_say(stage, "%u:%d", outcome->index, outcome->code);
    haul_outcome_finish(outcome);
}

/* Takes TAKES outcomes and says them, resting after each; fails at the first error if it is told to. */
struct taker {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct source *source;
    size_t limit;
    size_t takes;
    int64_t rests;
    bool fails_fast;
    struct haul_completed *completed;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step taker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(taker);
    self->code = haul_gather_limited(task, self->limit, next, self->source, &self->completed);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    while (self->takes-- > 0) {
        HAUL_AWAIT(haul_completed_next(task, self->completed, &self->outcome));
        say_outcome(self->stage, &self->outcome);
        if (self->fails_fast && self->outcome.code != 0)
            HAUL_FAIL(self->outcome.code);
        if (self->rests > 0)
            HAUL_AWAIT(haul_sleep(task, self->rests));
    }
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    stage_say(self->stage, "left at %d", (int)stage_time(self->stage));
    HAUL_END;
}

#define ACTOR(stage_, ...) HAUL_CALL(actor, .stage = (stage_), .name = __VA_ARGS__)
#define SOURCE(plan_, count_)                                                                                          \
    {                                                                                                                  \
        .plan = (plan_), .plan_size = sizeof(plan_) / sizeof((plan_)[0]), .count = (count_), .end = HAUL_E_DRAINED     \
    }

/* Two at a time: the next begins when one was taken, and all come in order of completion. */
static void test_two_at_a_time(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable plan[] = {ACTOR(stage, "a", .duration = 3 * HAUL_SECOND, .result = 10),
                                    ACTOR(stage, "b", .duration = HAUL_SECOND, .failure = -EIO),
                                    ACTOR(stage, "c", .duration = HAUL_SECOND, .result = 30),
                                    ACTOR(stage, "d", .duration = HAUL_SECOND, .result = 40)};
    struct source source = SOURCE(plan, 4);
    assert_int_equal(stage_run(stage, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 2, .takes = 9)),
                     HAUL_E_DRAINED);
    assert_script(stage, "a begins, b begins, b ends, 1:-5, c begins, c ends, 2=30, d begins, a ends, d ends, 0=10, "
                         "3=40, left at 3000");
    /* It was not asked again after its end. */
    assert_int_equal(source.asked, 5);
}

/* Complaint: no limit on how many run at once, and all of them made at a time (cpython#115201). Ten thousand, of which
 * never more than the limit are there. */
struct crowd {
    size_t present;
    size_t peak;
};

struct member {
    struct haul_coroutine coroutine;
    struct crowd *crowd;
    int64_t duration;
};

static struct haul_step member(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(member);
    if (++self->crowd->present > self->crowd->peak)
        self->crowd->peak = self->crowd->present;
    HAUL_AWAIT(haul_sleep(task, self->duration));
    HAUL_RETURN(.integer = self->duration);
    HAUL_FINALLY;
    self->crowd->present--;
    HAUL_END;
}

struct counter {
    struct haul_coroutine coroutine;
    struct source *source;
    struct haul_completed *completed;
    struct haul_outcome outcome;
    size_t taken;
    uint64_t indices; /* their sum */
    int code;
};

static struct haul_step counter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(counter);
    assert_int_equal(haul_gather_limited(task, 16, next, self->source, &self->completed), 0);
    for (;;) {
        HAUL_AWAIT_CODE(self->code, haul_completed_next(task, self->completed, &self->outcome));
        if (self->code != 0)
            break;
        self->taken++;
        self->indices += self->outcome.index;
        assert_true(self->source->given - self->taken <= 16);
    }
    assert_int_equal(self->code, HAUL_E_DRAINED);
    assert_int_equal(self->taken, 10000);
    assert_int_equal(self->indices, 10000 * 9999 / 2);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    HAUL_END;
}

static void test_limit(void **state)
{
    struct stage *stage = *state;
    struct crowd crowd = {0};
    struct haul_awaitable plan[] = {HAUL_CALL(member, .crowd = &crowd, .duration = 3),
                                    HAUL_CALL(member, .crowd = &crowd, .duration = 1),
                                    HAUL_CALL(member, .crowd = &crowd, .duration = 0)};
    struct source source = SOURCE(plan, 10000);
    size_t allocations = failing_memory_count();
    assert_int_equal(stage_run(stage, HAUL_CALL(counter, .source = &source)), 0);
    assert_int_equal(crowd.peak, 16);
    assert_int_equal(crowd.present, 0);
    /* One for each task, two for the iteration and who takes, and what the loop's timers need. */
    assert_true(failing_memory_count() - allocations <= 10000 + 2 + 8);
}

/* Pull, not push: while nobody takes outcomes, nothing more is begun than there is room for. */
static void test_slow_taker(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable plan[] = {ACTOR(stage, "a")};
    struct source source = SOURCE(plan, 5);
    assert_int_equal(stage_run(stage, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 2, .takes = 3,
                                                .rests = HAUL_SECOND)),
                     0);
    assert_script(stage, "a begins, a begins, a ends, a ends, 0=0, a begins, a ends, 1=0, a begins, a ends, 2=0, "
                         "a begins, a ends, left at 3000");
}

/* As a gather that fails fast: the first error ends it, the rest is cancelled and awaited. The one that was pulled in
 * the failed one's place never takes its first step. */
static void test_fails_fast(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable plan[] = {
        ACTOR(stage, "a", .duration = 9 * HAUL_SECOND, .cleanup = HAUL_SECOND),
        ACTOR(stage, "b", .duration = HAUL_SECOND, .failure = -EIO),
    };
    struct source source = SOURCE(plan, 100);
    assert_int_equal(stage_run(stage, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 2, .takes = 100,
                                                .fails_fast = true)),
                     -EIO);
    assert_script(stage, "a begins, b begins, b ends, 1:-5, a cancelled, a cleaned, left at 2000");
}

static void test_empty_source(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable plan[] = {ACTOR(stage, "a")};
    struct source source = SOURCE(plan, 0);
    assert_int_equal(stage_run(stage, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 3, .takes = 1)),
                     HAUL_E_DRAINED);
    assert_script(stage, "left at 0");
    assert_int_equal(source.asked, 1);
}

/* The source's own error comes behind all outcomes. */
static void test_source_fails(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable plan[] = {ACTOR(stage, "a", .duration = HAUL_SECOND, .result = 1)};
    struct source source = SOURCE(plan, 2);
    source.end = -EPIPE;
    assert_int_equal(stage_run(stage, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 3, .takes = 9)),
                     -EPIPE);
    assert_script(stage, "a begins, a begins, a ends, a ends, 0=1, 1=1, left at 1000");
}

/* Futures are taken as well, those that are done among them. */
static void test_futures(void **state)
{
    struct stage *stage = *state;
    struct haul_future *future;
    assert_int_equal(haul_future_create(stage->loop, &future), 0);
    haul_future_set_value(future, (union haul_value){.integer = 7}, NULL);
    struct haul_awaitable plan[] = {haul_future_awaitable(future)};
    struct source source = SOURCE(plan, 3);
    assert_int_equal(stage_run(stage, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 1, .takes = 9)),
                     HAUL_E_DRAINED);
    assert_script(stage, "0=7, 1=7, 2=7, left at 0");
    haul_future_unref(future);
}

/* Several who take: each gets its own, in the order of asking, and all hear of the end. */
struct asker {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_completed **completed;
    const char *name;
    struct haul_outcome outcome;
    int code;
};

static struct haul_step asker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(asker);
    HAUL_AWAIT_CODE(self->code, haul_completed_next(task, *self->completed, &self->outcome));
    stage_say(self->stage, "%s %d", self->name, self->code);
    HAUL_FINALLY;
    HAUL_END;
}

struct shared {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct source *source;
    struct haul_completed *completed;
    struct haul_outcome outcomes[4];
    int code;
};

static struct haul_step shared(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(shared);
    struct asker frames[4];
    struct haul_awaitable askers[4];
    static const char *const names[] = {"first", "second", "third", "fourth"};
    assert_int_equal(haul_gather_limited(task, 1, next, self->source, &self->completed), 0);
    for (int i = 0; i < 4; i++) {
        frames[i] = HAUL_FRAME(asker, .stage = self->stage, .completed = &self->completed, .name = names[i]);
        askers[i] = HAUL_AWAITABLE(frames[i]);
    }
    HAUL_AWAIT(haul_gather(task, askers, 4, HAUL_GATHER_FAIL_FAST, self->outcomes));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed));
    HAUL_END;
}

static void test_several_takers(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable plan[] = {ACTOR(stage, "a"), ACTOR(stage, "b")};
    struct source source = SOURCE(plan, 2);
    assert_int_equal(stage_run(stage, HAUL_CALL(shared, .stage = stage, .source = &source)), 0);
    assert_script(stage, "a begins, a ends, first 0, b begins, b ends, second 0, third 3, fourth 3");
}

static void cancel_it(void *data)
{
    haul_task_cancel(data);
}

static void test_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_awaitable plan[] = {ACTOR(stage, "a", .duration = 9 * HAUL_SECOND)};
    struct source source = SOURCE(plan, 100);
    struct haul_task *task =
        stage_task(stage, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 2, .takes = 9));
    assert_int_equal(haul_loop_call_at(stage->loop, HAUL_SECOND, cancel_it, task, NULL), 0);
    assert_int_equal(stage_end(stage, task), HAUL_E_CANCELLED);
    assert_script(stage, "a begins, a begins, a cancelled, a cancelled, left at 1000");
    assert_int_equal(source.given, 2);
}

/* One that cannot be begun for want of memory ends the iteration, behind what there was. */
static void test_out_of_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_loop *loop = NULL;
        struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
        struct haul_awaitable plan[] = {ACTOR(stage, "a")};
        struct source source = SOURCE(plan, 3);
        struct haul_outcome outcome;
        int code = haul_loop_create(&options, &loop);
        if (code == 0)
            code = haul_run_task(loop, HAUL_CALL(taker, .stage = stage, .source = &source, .limit = 2, .takes = 9),
                                 &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : HAUL_E_DRAINED);
        assert_int_equal(haul_loop_destroy(loop), 0);
        if (failing_memory_happened())
            stage_forget(stage);
    }
    assert_script(stage, "a begins, a begins, a ends, a ends, 0=0, 1=0, a begins, a ends, 2=0, left at 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_two_at_a_time), on_stage(test_limit),          on_stage(test_slow_taker),
        on_stage(test_fails_fast),    on_stage(test_empty_source),   on_stage(test_source_fails),
        on_stage(test_futures),       on_stage(test_several_takers), on_stage(test_cancel),
        on_stage(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
