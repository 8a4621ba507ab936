#include "failing_memory.h"
#include "stage.h"

/* Waits at the barrier, ROUNDS times, and says its number each time; then sleeps. */
struct party {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_barrier *barrier;
    const char *name;
    int64_t duration;
    int rounds;
    int code;
};

static struct haul_step party(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(party);
    do {
        HAUL_AWAIT_CODE(self->code, haul_barrier_wait(task, self->barrier));
        if (self->code != 0) {
            stage_say(self->stage, "%s %s", self->name, haul_error_name(self->code));
            HAUL_FAIL(self->code);
        }
        stage_say(self->stage, "%s %d", self->name, (int)haul_awaited(task).integer);
    } while (--self->rounds > 0);
    HAUL_AWAIT(haul_sleep(task, self->duration));
    HAUL_FINALLY;
    HAUL_END;
}

#define PARTY(stage_, barrier_, ...) HAUL_CALL(party, .stage = (stage_), .barrier = (barrier_), .name = __VA_ARGS__)

static const char *const names[] = {"a", "b", "c", "d"};

/* CPython: BarrierTests.test_barrier, test_simple_with_barrier. The last need not wait, and so goes on first. */
static void test_barrier(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 3);
    assert_int_equal(haul_barrier_parties(&barrier), 3);
    struct haul_task *tasks[3];
    for (int i = 0; i < 2; i++)
        tasks[i] = stage_task(stage, PARTY(stage, &barrier, names[i]));
    stage_turn(stage, 1);
    assert_int_equal(haul_barrier_waiting(&barrier), 2);
    assert_script(stage, "");
    tasks[2] = stage_task(stage, PARTY(stage, &barrier, names[2]));
    for (int i = 0; i < 3; i++)
        assert_int_equal(stage_end(stage, tasks[i]), 0);
    assert_script(stage, "c 2, a 0, b 1");
    assert_int_equal(haul_barrier_waiting(&barrier), 0);
    haul_barrier_finish(&barrier);
}

/* CPython: BarrierTests.test_filling_one_task */
static void test_one_party(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 1);
    assert_int_equal(stage_run(stage, PARTY(stage, &barrier, "a", .rounds = 2)), 0);
    assert_script(stage, "a 0, a 0");
    haul_barrier_finish(&barrier);
}

/* CPython: BarrierTests.test_filling_tasks_wait_twice. It is empty at once, so that who was let through can be back
 * before the others have gone on. */
static void test_used_again(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 2);
    struct haul_task *a = stage_task(stage, PARTY(stage, &barrier, "a", .rounds = 3));
    struct haul_task *b = stage_task(stage, PARTY(stage, &barrier, "b", .rounds = 3));
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "b 1, a 0, a 1, b 0, b 1, a 0");
    haul_barrier_finish(&barrier);
}

/* CPython: BarrierTests.test_cancelled_tasks_while_filling: its place is for another, and no number is given twice. */
static void test_cancel(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 3);
    struct haul_task *tasks[4];
    for (int i = 0; i < 2; i++)
        tasks[i] = stage_task(stage, PARTY(stage, &barrier, names[i]));
    stage_turn(stage, 1);
    haul_task_cancel(tasks[0]);
    assert_int_equal(haul_barrier_waiting(&barrier), 1);
    assert_false(haul_barrier_broken(&barrier));
    for (int i = 2; i < 4; i++)
        tasks[i] = stage_task(stage, PARTY(stage, &barrier, names[i]));
    for (int i = 0; i < 4; i++)
        assert_int_equal(stage_end(stage, tasks[i]), i == 0 ? HAUL_E_CANCELLED : 0);
    assert_script(stage, "a HAUL_E_CANCELLED, d 2, b 0, c 1");
    haul_barrier_finish(&barrier);
}

/* It was let through before the cancel came: the cancel stays for the next await. */
static void test_cancel_after_it_was_let_through(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 2);
    struct haul_task *a = stage_task(stage, PARTY(stage, &barrier, "a", .duration = HAUL_SECOND));
    struct haul_task *b = stage_task(stage, PARTY(stage, &barrier, "b"));
    stage_turn(stage, 1);
    haul_task_cancel(a);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "b 1, a 0");
    assert_int_equal(stage_time(stage), 0);
    haul_barrier_finish(&barrier);
}

/* CPython: BarrierTests.test_abort_barrier, test_abort_barrier_when_tasks_half_filling */
static void test_abort(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 3);
    struct haul_task *a = stage_task(stage, PARTY(stage, &barrier, "a"));
    struct haul_task *b = stage_task(stage, PARTY(stage, &barrier, "b"));
    stage_turn(stage, 1);
    haul_barrier_abort(&barrier);
    haul_barrier_abort(&barrier);
    assert_true(haul_barrier_broken(&barrier));
    assert_int_equal(haul_barrier_waiting(&barrier), 0);
    assert_int_equal(stage_end(stage, a), HAUL_E_BROKEN);
    assert_int_equal(stage_end(stage, b), HAUL_E_BROKEN);
    assert_int_equal(stage_run(stage, PARTY(stage, &barrier, "c")), HAUL_E_BROKEN);
    assert_script(stage, "a HAUL_E_BROKEN, b HAUL_E_BROKEN, c HAUL_E_BROKEN");
    haul_barrier_finish(&barrier);
}

/* CPython: BarrierTests.test_reset_barrier_when_tasks_half_filling, test_reset_barrier_when_tasks_half_draining */
static void test_reset(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 2);
    haul_barrier_reset(&barrier);
    struct haul_task *a = stage_task(stage, PARTY(stage, &barrier, "a"));
    stage_turn(stage, 1);
    haul_barrier_reset(&barrier);
    assert_false(haul_barrier_broken(&barrier));
    assert_int_equal(stage_end(stage, a), HAUL_E_BROKEN);
    stage_forget(stage);
    struct haul_task *b = stage_task(stage, PARTY(stage, &barrier, "b"));
    struct haul_task *c = stage_task(stage, PARTY(stage, &barrier, "c"));
    stage_turn(stage, 1);
    haul_barrier_reset(&barrier); /* too late for those that were let through */
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(stage_end(stage, c), 0);
    assert_script(stage, "c 1, b 0");
    haul_barrier_finish(&barrier);
}

/* CPython: BarrierTests.test_reset_barrier_after_an_abort_barrier */
static void test_reset_after_abort(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 1);
    haul_barrier_abort(&barrier);
    haul_barrier_reset(&barrier);
    assert_false(haul_barrier_broken(&barrier));
    assert_int_equal(stage_run(stage, PARTY(stage, &barrier, "a")), 0);
    assert_script(stage, "a 0");
    haul_barrier_finish(&barrier);
}

static void init_for_nobody(void *barrier)
{
    haul_barrier_init(barrier, 0);
}

static void finish(void *barrier)
{
    haul_barrier_finish(barrier);
}

static void test_misuse(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    assert_true(meets_assert(init_for_nobody, &barrier));
    haul_barrier_init(&barrier, 2);
    struct haul_task *a = stage_task(stage, PARTY(stage, &barrier, "a"));
    stage_turn(stage, 1);
    assert_true(meets_assert(finish, &barrier));
    haul_task_cancel(a);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    haul_barrier_finish(&barrier);
}

static void test_no_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_barrier barrier;
    haul_barrier_init(&barrier, 2);
    struct haul_task *a = stage_task(stage, PARTY(stage, &barrier, "a", .rounds = 3));
    struct haul_task *b = stage_task(stage, PARTY(stage, &barrier, "b", .rounds = 3));
    size_t before = failing_memory_count();
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(failing_memory_count(), before);
    haul_barrier_finish(&barrier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_barrier),
        on_stage(test_one_party),
        on_stage(test_used_again),
        on_stage(test_cancel),
        on_stage(test_cancel_after_it_was_let_through),
        on_stage(test_abort),
        on_stage(test_reset),
        on_stage(test_reset_after_abort),
        on_stage(test_misuse),
        on_stage(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
