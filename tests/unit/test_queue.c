#include "failing_memory.h"
#include "stage.h"

#include <errno.h>

#define ITEM(number) ((union haul_value){.integer = (number)})

/* Puts COUNT items, FIRST and those behind it, and says of each that it is in. */
struct producer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_queue *queue;
    int64_t first;
    int count;
    int code;
};

static struct haul_step producer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(producer);
    for (; self->count-- > 0; self->first++) {
        HAUL_AWAIT_CODE(self->code, haul_queue_put(task, self->queue, ITEM(self->first)));
        if (self->code != 0) {
            stage_say(self->stage, "%d %s", (int)self->first, haul_error_name(self->code));
            HAUL_RETURN(.integer = self->code);
        }
        stage_say(self->stage, "+%d", (int)self->first);
    }
    HAUL_FINALLY;
    HAUL_END;
}

/* Gets COUNT items, and says of each that it is out; sleeps with each for DURATION and says that it is done. */
struct consumer {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_queue *queue;
    const char *name;
    int64_t duration;
    int count;
    int code;
};

static struct haul_step consumer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(consumer);
    while (self->count-- > 0) {
        HAUL_AWAIT_CODE(self->code, haul_queue_get(task, self->queue));
        if (self->code != 0) {
            stage_say(self->stage, "%s %s", self->name, haul_error_name(self->code));
            HAUL_RETURN(.integer = self->code);
        }
        stage_say(self->stage, "%s%d", self->name, (int)haul_awaited(task).integer);
        if (self->duration > 0)
            HAUL_AWAIT(haul_sleep(task, self->duration));
        haul_queue_task_done(self->queue);
    }
    HAUL_FINALLY;
    HAUL_END;
}

/* Waits until all is done. */
struct joiner {
    struct haul_coroutine coroutine;
    struct stage *stage;
    struct haul_queue *queue;
};

static struct haul_step joiner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(joiner);
    HAUL_AWAIT(haul_queue_join(task, self->queue));
    stage_say(self->stage, "joined at %d", (int)stage_time(self->stage));
    HAUL_FINALLY;
    HAUL_END;
}

#define PRODUCER(stage_, queue_, first_, count_)                                                                       \
    HAUL_CALL(producer, .stage = (stage_), .queue = (queue_), .first = (first_), .count = (count_))
#define CONSUMER(stage_, queue_, name_, ...)                                                                           \
    HAUL_CALL(consumer, .stage = (stage_), .queue = (queue_), .name = (name_), .count = __VA_ARGS__)
#define JOINER(stage_, queue_) HAUL_CALL(joiner, .stage = (stage_), .queue = (queue_))

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

/* CPython: QueuePutTests.test_nonblocking_put_exception, QueueGetTests.test_nonblocking_get_exception */
static void test_nowait(void **state)
{
    (void)state;
    struct haul_queue *queue = queue_of(2);
    union haul_value item = ITEM(7);
    assert_true(haul_queue_empty(queue));
    assert_int_equal(haul_queue_get_nowait(queue, &item), HAUL_E_EMPTY);
    assert_int_equal(item.integer, 7);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(1)), 0);
    assert_false(haul_queue_full(queue));
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(2)), 0);
    assert_true(haul_queue_full(queue));
    assert_int_equal(haul_queue_qsize(queue), 2);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(3)), HAUL_E_FULL);
    take_nowait(queue, 1);
    take_nowait(queue, 2);
    assert_true(haul_queue_empty(queue));
    haul_queue_destroy(queue);
}

/* CPython: QueueBasicTests.test_maxsize. Who waits with an item is in line before who comes later. */
static void test_maxsize(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(2);
    struct haul_task *a = stage_task(stage, PRODUCER(stage, queue, 1, 4));
    struct haul_task *b = stage_task(stage, PRODUCER(stage, queue, 10, 1));
    stage_turn(stage, 1);
    assert_script(stage, "+1, +2");
    assert_int_equal(haul_queue_qsize(queue), 2);
    take_nowait(queue, 1);
    assert_true(haul_queue_full(queue));
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(20)), HAUL_E_FULL);
    stage_turn(stage, 1);
    assert_script(stage, "+3");
    static const int order[] = {2, 3, 10, 4};
    for (int i = 0; i < 4; i++)
        take_nowait(queue, order[i]);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(stage_end(stage, a), 0);
    assert_script(stage, "+10, +4");
    haul_queue_destroy(queue);
}

/* CPython: QueueGetTests.test_blocking_get_wait. Who waits longest has the first, and nobody else takes it. */
static void test_get_in_order(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    struct haul_task *a = stage_task(stage, CONSUMER(stage, queue, "a", 2));
    struct haul_task *b = stage_task(stage, CONSUMER(stage, queue, "b", 1));
    stage_turn(stage, 1);
    for (int i = 1; i <= 2; i++)
        assert_int_equal(haul_queue_put_nowait(queue, ITEM(i)), 0);
    assert_true(haul_queue_empty(queue));
    union haul_value item;
    assert_int_equal(haul_queue_get_nowait(queue, &item), HAUL_E_EMPTY);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(3)), 0);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_script(stage, "a1, a3, b2");
    haul_queue_destroy(queue);
}

/* CPython: QueueGetTests.test_blocking_get, QueuePutTests.test_blocking_put: what need not wait does not. */
static void test_no_wait_where_none_is_needed(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    struct haul_task *a = stage_task(stage, PRODUCER(stage, queue, 1, 3));
    struct haul_task *b = stage_task(stage, CONSUMER(stage, queue, "b", 3));
    struct haul_task *c = stage_task(stage, JOINER(stage, queue));
    stage_turn(stage, 1);
    assert_script(stage, "+1, +2, +3, b1, b2, b3, joined at 0");
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(stage_end(stage, c), 0);
    haul_queue_destroy(queue);
}

static int is_less(union haul_value item, union haul_value other)
{
    return item.integer < other.integer;
}

/* CPython: PriorityQueueTests.test_order. With a maxsize, those who wait with an item get in in the order in which they
 * came, and out by what comes before what. */
static void test_priority(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = NULL;
    assert_int_equal(haul_queue_create_priority(3, NULL, is_less, &queue), 0);
    static const int64_t numbers[] = {5, 3, 9, 1, 4};
    struct haul_task *tasks[5];
    for (int i = 0; i < 5; i++)
        tasks[i] = stage_task(stage, PRODUCER(stage, queue, numbers[i], 1));
    stage_turn(stage, 1);
    assert_script(stage, "+5, +3, +9");
    static const int64_t order[] = {3, 1, 4, 5, 9};
    for (int i = 0; i < 5; i++)
        take_nowait(queue, order[i]);
    for (int i = 0; i < 5; i++)
        assert_int_equal(stage_end(stage, tasks[i]), 0);
    assert_script(stage, "+1, +4");
    haul_queue_destroy(queue);
}

/* CPython: QueueJoinTestMixin.test_task_done, test_join_empty_queue */
static void test_task_done(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(2);
    assert_int_equal(stage_run(stage, JOINER(stage, queue)), 0);
    assert_script(stage, "joined at 0");
    struct haul_task *tasks[4] = {
        stage_task(stage, CONSUMER(stage, queue, "a", 3, .duration = HAUL_SECOND)),
        stage_task(stage, CONSUMER(stage, queue, "b", 3, .duration = 2 * HAUL_SECOND)),
        stage_task(stage, PRODUCER(stage, queue, 1, 6)),
        stage_task(stage, JOINER(stage, queue)),
    };
    for (int i = 0; i < 4; i++)
        assert_int_equal(stage_end(stage, tasks[i]), 0);
    assert_script(stage, "+1, +2, +3, +4, a1, b2, a3, +5, b4, a5, +6, b6, joined at 6000");
    haul_queue_destroy(queue);
}

/* Of an item that waits to be put in nobody says yet that it is to be dealt with. */
static void test_join_counts_what_is_in(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(1);
    struct haul_task *task = stage_task(stage, PRODUCER(stage, queue, 1, 2));
    stage_turn(stage, 1);
    haul_queue_task_done(queue);
    assert_int_equal(stage_run(stage, JOINER(stage, queue)), 0);
    take_nowait(queue, 1);
    assert_int_equal(stage_end(stage, task), 0);
    struct haul_task *join = stage_task(stage, JOINER(stage, queue));
    assert_int_equal(haul_loop_run_forever(stage->loop), HAUL_E_STALLED);
    haul_queue_task_done(queue);
    assert_int_equal(stage_end(stage, join), 0);
    assert_script(stage, "+1, joined at 0, +2, joined at 0");
    haul_queue_destroy(queue);
}

static void task_done(void *queue)
{
    haul_queue_task_done(queue);
}

/* CPython: QueueJoinTestMixin.test_task_done_underflow */
static void test_task_done_underflow(void **state)
{
    (void)state;
    struct haul_queue *queue = queue_of(0);
    assert_true(meets_assert(task_done, queue));
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(1)), 0);
    haul_queue_task_done(queue);
    assert_true(meets_assert(task_done, queue));
    haul_queue_destroy(queue);
}

/* CPython: QueueShutdownTestMixin.test_shutdown_empty: who waits for an item waits no longer. */
static void test_shutdown_empty(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    struct haul_task *a = stage_task(stage, CONSUMER(stage, queue, "a", 1));
    struct haul_task *b = stage_task(stage, CONSUMER(stage, queue, "b", 1));
    stage_turn(stage, 1);
    haul_queue_shutdown(queue, 0);
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(stage_run(stage, CONSUMER(stage, queue, "c", 1)), 0);
    assert_int_equal(stage_run(stage, PRODUCER(stage, queue, 1, 1)), 0);
    assert_script(stage, "a HAUL_E_SHUTDOWN, b HAUL_E_SHUTDOWN, c HAUL_E_SHUTDOWN, 1 HAUL_E_SHUTDOWN");
    union haul_value item;
    assert_int_equal(haul_queue_get_nowait(queue, &item), HAUL_E_SHUTDOWN);
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(1)), HAUL_E_SHUTDOWN);
    haul_queue_destroy(queue);
}

/* CPython: QueueShutdownTestMixin.test_shutdown_nonempty: what is in it is taken still, and join waits for it. */
static void test_shutdown_nonempty(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(2);
    struct haul_task *producing = stage_task(stage, PRODUCER(stage, queue, 1, 4));
    struct haul_task *joining = stage_task(stage, JOINER(stage, queue));
    stage_turn(stage, 1);
    assert_script(stage, "+1, +2");
    haul_queue_shutdown(queue, 0);
    assert_int_equal(stage_end(stage, producing), 0);
    assert_script(stage, "3 HAUL_E_SHUTDOWN");
    assert_int_equal(haul_queue_put_nowait(queue, ITEM(9)), HAUL_E_SHUTDOWN);
    assert_int_equal(stage_run(stage, CONSUMER(stage, queue, "a", 3)), 0);
    assert_int_equal(stage_end(stage, joining), 0);
    assert_script(stage, "a1, a2, a HAUL_E_SHUTDOWN, joined at 0");
    haul_queue_destroy(queue);
}

/* CPython: QueueShutdownTestMixin.test_shutdown_immediate, test_shutdown_immediate_with_unfinished */
static void test_shutdown_immediate(void **state)
{
    struct stage *stage = *state;
    int numbers[3] = {0};
    struct haul_queue *queue = NULL;
    assert_int_equal(haul_queue_create(3, count_destroyed, &queue), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(haul_queue_put_nowait(queue, (union haul_value){.pointer = &numbers[i]}), 0);
    union haul_value item;
    assert_int_equal(haul_queue_get_nowait(queue, &item), 0);
    assert_ptr_equal(item.pointer, &numbers[0]);
    struct haul_task *joining = stage_task(stage, JOINER(stage, queue));
    stage_turn(stage, 1);
    haul_queue_shutdown(queue, 0);
    assert_int_equal(numbers[1] + numbers[2], 0);
    haul_queue_shutdown(queue, 1);
    assert_int_equal(numbers[0], 0);
    assert_int_equal(numbers[1], 1);
    assert_int_equal(numbers[2], 1);
    assert_int_equal(haul_queue_get_nowait(queue, &item), HAUL_E_SHUTDOWN);
    assert_script(stage, "");
    haul_queue_task_done(queue);
    assert_int_equal(stage_end(stage, joining), 0);
    assert_script(stage, "joined at 0");
    haul_queue_destroy(queue);
}

/* CPython: QueueShutdownTestMixin.test_shutdown_immediate_put_join: who joins waits no longer. */
static void test_shutdown_immediate_join(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(1);
    struct haul_task *producing = stage_task(stage, PRODUCER(stage, queue, 1, 2));
    struct haul_task *joining = stage_task(stage, JOINER(stage, queue));
    stage_turn(stage, 1);
    haul_queue_shutdown(queue, 1);
    assert_int_equal(stage_end(stage, joining), 0);
    assert_int_equal(stage_end(stage, producing), 0);
    assert_script(stage, "+1, joined at 0, 2 HAUL_E_SHUTDOWN");
    assert_true(haul_queue_empty(queue));
    haul_queue_destroy(queue);
}

/* What was called dealt with before it was taken is not so twice. */
static void test_shutdown_immediate_after_task_done(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(0);
    for (int i = 1; i <= 2; i++)
        assert_int_equal(haul_queue_put_nowait(queue, ITEM(i)), 0);
    haul_queue_task_done(queue);
    haul_queue_shutdown(queue, 1);
    assert_int_equal(stage_run(stage, JOINER(stage, queue)), 0);
    assert_script(stage, "joined at 0");
    haul_queue_destroy(queue);
}

static void test_destroy(void **state)
{
    (void)state;
    haul_queue_destroy(NULL);
    int numbers[2] = {0};
    struct haul_queue *queue = NULL;
    assert_int_equal(haul_queue_create(0, count_destroyed, &queue), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(haul_queue_put_nowait(queue, (union haul_value){.pointer = &numbers[i]}), 0);
    union haul_value item;
    assert_int_equal(haul_queue_get_nowait(queue, &item), 0);
    haul_queue_destroy(queue);
    assert_int_equal(numbers[0], 0);
    assert_int_equal(numbers[1], 1);
}

static void destroy(void *queue)
{
    haul_queue_destroy(queue);
}

static void test_destroy_while_waited_for(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(1);
    struct haul_task *task = stage_task(stage, CONSUMER(stage, queue, "a", 1));
    stage_turn(stage, 1);
    assert_true(meets_assert(destroy, queue));
    haul_queue_shutdown(queue, 0);
    assert_int_equal(stage_end(stage, task), 0);
    haul_queue_destroy(queue);
}

/* A put that finds no memory has put nothing; the queue goes on. */
static void test_no_memory(void **state)
{
    struct stage *stage = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_queue *queue = NULL;
        int code = haul_queue_create(0, NULL, &queue);
        struct haul_task *task = NULL;
        if (code == 0)
            code = haul_task_create(stage->loop, PRODUCER(stage, queue, 1, 20), &task);
        if (code == 0) {
            assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
            code = (int)haul_future_value(haul_task_future(task)).integer;
            size_t size = haul_queue_qsize(queue);
            assert_true(code == 0 ? size == 20 : size < 20);
            for (size_t i = 0; i < size; i++)
                take_nowait(queue, (int64_t)i + 1);
            assert_int_equal(haul_queue_put_nowait(queue, ITEM(1)), 0);
        }
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_task_unref(task);
        haul_queue_destroy(queue);
        stage_forget(stage);
    }
}

/* To wait, to hand over, and to put into a queue that was as full before, needs no memory. */
static void test_no_allocation(void **state)
{
    struct stage *stage = *state;
    struct haul_queue *queue = queue_of(2);
    struct haul_task *a = stage_task(stage, PRODUCER(stage, queue, 1, 20));
    struct haul_task *b = stage_task(stage, CONSUMER(stage, queue, "", 20));
    stage_turn(stage, 1);
    size_t before = failing_memory_count();
    assert_int_equal(stage_end(stage, a), 0);
    assert_int_equal(stage_end(stage, b), 0);
    assert_int_equal(failing_memory_count(), before);
    haul_queue_destroy(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nowait),
        on_stage(test_maxsize),
        on_stage(test_get_in_order),
        on_stage(test_no_wait_where_none_is_needed),
        on_stage(test_priority),
        on_stage(test_task_done),
        on_stage(test_join_counts_what_is_in),
        cmocka_unit_test(test_task_done_underflow),
        on_stage(test_shutdown_empty),
        on_stage(test_shutdown_nonempty),
        on_stage(test_shutdown_immediate),
        on_stage(test_shutdown_immediate_join),
        on_stage(test_shutdown_immediate_after_task_done),
        cmocka_unit_test(test_destroy),
        on_stage(test_destroy_while_waited_for),
        on_stage(test_no_memory),
        on_stage(test_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
