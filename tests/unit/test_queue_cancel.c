/* An item is always in one hand, whoever is cancelled. */
#include "stage.h"

#include <stdlib.h>

#define ITEM(number) ((union haul_value){.integer = (number)})

/* Gets an item, within LIMIT if there is one, and sleeps for DURATION; its value is the item. */
struct getter {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_queue *queue;
    const char *name;
    int64_t limit;
    int64_t duration;
    struct haul_timeout timeout;
    int code;
};

static struct haul_step getter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(getter);
    self->code = haul_timeout_enter(task, &self->timeout,
                                    self->limit == 0 ? HAUL_NEVER
                                                     : haul_deadline(haul_loop_now(haul_task_loop(task)), self->limit));
    assert_int_equal(self->code, 0);
    HAUL_AWAIT_CODE(self->code, haul_queue_get(task, self->queue));
    int64_t item = haul_awaited(task).integer;
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    if (self->code != 0) {
        stage_say(self->stage, "%s %s", self->name, haul_error_name(self->code));
        HAUL_FAIL(self->code);
    }
    stage_say(self->stage, "%s%d", self->name, (int)item);
    HAUL_AWAIT(haul_sleep(task, self->duration));
    HAUL_FINALLY;
    HAUL_END;
}

/* Puts an item in, and sleeps for DURATION. */
struct putter {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_queue *queue;
    int64_t item;
    int64_t duration;
    int code;
};

static struct haul_step putter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(putter);
    HAUL_AWAIT_CODE(self->code, haul_queue_put(task, self->queue, ITEM(self->item)));
    stage_say(self->stage, self->code == 0 ? "+%d" : "%d not", (int)self->item);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_AWAIT(haul_sleep(task, self->duration));
    HAUL_FINALLY;
    HAUL_END;
}

#define GETTER(stage_, queue_, ...) HAUL_CALL(getter, .stage = (stage_), .queue = (queue_), .name = __VA_ARGS__)
#define PUTTER(stage_, queue_, ...) HAUL_CALL(putter, .stage = (stage_), .queue = (queue_), .item = __VA_ARGS__)

static struct haul_queue *queue_of(size_t maxsize)
{
    struct haul_queue *queue = NULL;
    assert_int_equal(haul_queue_create(maxsize, NULL, &queue), 0);
    return queue;
}

static void take_nowait(struct haul_queue *queue, int64_t item)
{
    union haul_value taken;
    assert_int_equal(haul_queue_get_nowait(queue, &taken), 0);
    assert_int_equal(taken.integer, item);
}

/* CPython: QueueGetTests.test_get_cancel_drop_one_pending_reader */
static void test_get_cancel_drop_one_pending_reader(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    struct haul_task *a = stage_task(stage, GETTER(stage, queue, "a"));
    struct haul_task *b = stage_task(stage, GETTER(stage, queue, "b"));
    stage_turn(stage, 1);
    haul_task_cancel(a);
    for (int i = 1; i <= 2; i++)
        assert_int_equal(haul_queue_put_nowait(queue, ITEM(i)), 0);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "a HAUL_E_CANCELLED, b1");
    take_nowait(queue, 2);
    haul_queue_destroy(queue);
}

/* CPython: QueueGetTests.test_get_cancelled_race. It has the item when the cancel comes: the await gives it, and the
 * cancel stays for the next await. */
static void test_get_cancelled_race(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    struct haul_task *a = stage_task(stage, GETTER(stage, queue, "a", .duration = HAUL_SECOND));
    struct haul_task *b = stage_task(stage, GETTER(stage, queue, "b"));
    stage_turn(stage, 1);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(1)), 0);
    haul_task_cancel(a);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(2)), 0);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "a1, b2");
    assert_int_equal(stage_time(stage), 0);
    haul_queue_destroy(queue);
}

/* CPython: QueuePutTests.test_put_cancelled. What was not put in is not to be had. */
static void test_put_cancelled(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(1);
    struct haul_task *a = stage_task(stage, PUTTER(stage, queue, 1));
    struct haul_task *b = stage_task(stage, PUTTER(stage, queue, 2));
    struct haul_task *c = stage_task(stage, PUTTER(stage, queue, 3));
    stage_turn(stage, 1);
    haul_task_cancel(b);
    take_nowait(queue, 1);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, c), 0);
    assert_script(stage, "+1, 2 not, +3");
    take_nowait(queue, 3);
    assert_true(haul_queue_empty(queue));
    haul_queue_destroy(queue);
}

/* CPython: QueuePutTests.test_put_cancelled_race. Its item is in when the cancel comes: it is in once, and the cancel
 * stays for the next await. */
static void test_put_cancelled_race(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(1);
    struct haul_task *a = stage_task(stage, PUTTER(stage, queue, 1));
    struct haul_task *b = stage_task(stage, PUTTER(stage, queue, 2, .duration = HAUL_SECOND));
    struct haul_task *c = stage_task(stage, PUTTER(stage, queue, 3));
    stage_turn(stage, 1);
    take_nowait(queue, 1);
    haul_task_cancel(b);
    assert_int_equal(haul_queue_qsize(queue), 1);
    take_nowait(queue, 2);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, c), 0);
    assert_script(stage, "+1, +2, +3");
    assert_int_equal(stage_time(stage), 0);
    take_nowait(queue, 3);
    haul_queue_destroy(queue);
}

/* A get with a deadline loses no item: neither before the deadline, with it, nor behind it. */
static void test_get_with_a_deadline(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    assert_int_equal(stage_run(stage, GETTER(stage, queue, "a", .limit = HAUL_SECOND)), HAUL_E_TIMEOUT);
    assert_int_equal(stage_time(stage), 1000);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(1)), 0);
    assert_int_equal(stage_run(stage, GETTER(stage, queue, "b", .limit = HAUL_SECOND)), 0);

    struct haul_task *task = stage_task(stage, GETTER(stage, queue, "c", .limit = HAUL_SECOND));
    stage_turn(stage, 1);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(2)), 0);
    stage->clock.now += 5 * HAUL_SECOND;
    assert_int_equal(stage_end(stage, task), 0);
    assert_script(stage, "a HAUL_E_TIMEOUT, b1, c2");
    assert_true(haul_queue_empty(queue));
    haul_queue_destroy(queue);
}

/* Waits until all is done. */
struct joiner {
    struct haul_coroutine coroutine;
    struct haul_queue *queue;
};

static struct haul_step joiner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(joiner);
    HAUL_AWAIT(haul_queue_join(task, self->queue));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_join_cancelled(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(1)), 0);
    struct haul_task *a = stage_task(stage, HAUL_CALL(joiner, .queue = queue));
    struct haul_task *b = stage_task(stage, HAUL_CALL(joiner, .queue = queue));
    stage_turn(stage, 1);
    haul_task_cancel(a);
    haul_queue_task_done(queue);
    assert_int_equal(stage_end(stage, a), HAUL_E_CANCELLED);
    assert_int_equal(stage_end(stage, b), 0);
    haul_queue_destroy(queue);
}

/* Of what was put in, in all, each item must come out once. */
struct ledger {
    int64_t put;
    int64_t put_sum;
    int64_t got;
    int64_t got_sum;
};

/* Puts items in, and gets items out, until it is cancelled; never sleeps. */
struct trader {
    struct haul_coroutine coroutine;
    struct haul_queue *queue;
    struct ledger *ledger;
    int64_t *next;
    int64_t item;
    bool puts;
    int code;
};

static struct haul_step trader(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(trader);
    for (;;) {
        if (self->puts) {
            self->item = (*self->next)++;
            HAUL_AWAIT(haul_queue_put(task, self->queue, ITEM(self->item)));
            self->ledger->put++;
            self->ledger->put_sum += self->item;
        } else {
            HAUL_AWAIT(haul_queue_get(task, self->queue));
            self->ledger->got++;
            self->ledger->got_sum += haul_awaited(task).integer;
            haul_queue_task_done(self->queue);
        }
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    HAUL_FINALLY;
    HAUL_END;
}

enum { TRADERS = 24 };

static void begin_trader(struct stage *stage, struct trader *pattern, struct haul_task **ret_task)
{
    pattern->puts = random() % 2 == 0;
    *ret_task = stage_task(stage, HAUL_AWAITABLE(*pattern));
}

static void test_at_random(void **state)
{
    struct stage *stage = *state;
    srandom(6);
    for (size_t maxsize = 0; maxsize < 4; maxsize++) {
        struct haul_queue *queue = queue_of(maxsize);
        struct ledger ledger = {0};
        int64_t next = 1;
        struct trader pattern = HAUL_FRAME(trader, .queue = queue, .ledger = &ledger, .next = &next);
        struct haul_task *tasks[TRADERS];
        for (int i = 0; i < TRADERS; i++)
            begin_trader(stage, &pattern, &tasks[i]);
        for (int round = 0; round < 3000; round++) {
            struct haul_task **task = &tasks[random() % TRADERS];
            haul_task_cancel(*task);
            haul_task_unref(*task);
            begin_trader(stage, &pattern, task);
            if (random() % 4 != 0)
                stage_turn(stage, 1);
        }
        for (int i = 0; i < TRADERS; i++) {
            haul_task_cancel(tasks[i]);
            assert_int_equal(stage_end(stage, tasks[i]), HAUL_E_CANCELLED);
        }
        union haul_value item;
        for (; haul_queue_get_nowait(queue, &item) == 0; ledger.got++) {
            ledger.got_sum += item.integer;
            haul_queue_task_done(queue);
        }
        assert_true(ledger.put > 1000);
        assert_int_equal(ledger.got, ledger.put);
        assert_int_equal(ledger.got_sum, ledger.put_sum);
        assert_int_equal(stage_run(stage, HAUL_CALL(joiner, .queue = queue)), 0);
        haul_queue_destroy(queue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_stage(test_get_cancel_drop_one_pending_reader),
        on_stage(test_get_cancelled_race),
        on_stage(test_put_cancelled),
        on_stage(test_put_cancelled_race),
        on_stage(test_get_with_a_deadline),
        on_stage(test_join_cancelled),
        on_stage(test_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
