#include "failing_memory.h"
#include "loopback.h"
#include "pair.h"
#include "running.h"
#include "stage.h"

#include <errno.h>
#include <haul/error.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_read_gives_what_is_there(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[4] = "";
    int64_t got = -1;
    struct haul_awaitable read =
        HAUL_CALL(read_once, .stream = pair.stream, .buffer = buffer, .size = 3, .ret_got = &got);
    loopback_send(pair.peer, "abcde");
    assert_int_equal(run_task(pair.loop, read), 0);
    assert_int_equal(got, 3);
    assert_memory_equal(buffer, "abc", 3);
    assert_int_equal(run_task(pair.loop, read), 0);
    assert_int_equal(got, 2);
    assert_memory_equal(buffer, "de", 2);
    pair_destroy(&pair);
}

static void test_read_waits(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[8] = "";
    int64_t got = -1;
    struct haul_task *task = start_task(
        pair.loop, HAUL_CALL(read_once, .stream = pair.stream, .buffer = buffer, .size = 8, .ret_got = &got));
    run_once(pair.loop);
    assert_int_equal(got, -1);
    loopback_send(pair.peer, "late");
    assert_int_equal(end_task(pair.loop, task), 0);
    assert_int_equal(got, 4);
    assert_memory_equal(buffer, "late", 4);
    pair_destroy(&pair);
}

static void test_the_end_is_read_as_nothing_again_and_again(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[8];
    int64_t got = -1;
    struct haul_awaitable read =
        HAUL_CALL(read_once, .stream = pair.stream, .buffer = buffer, .size = 8, .ret_got = &got);
    struct haul_task *task = start_task(pair.loop, read);
    run_once(pair.loop);
    pair_close_peer(&pair);
    assert_int_equal(end_task(pair.loop, task), 0);
    assert_int_equal(got, 0);
    got = -1;
    assert_int_equal(run_task(pair.loop, read), 0);
    assert_int_equal(got, 0);
    pair_destroy(&pair);
}

static void test_read_tells_of_a_reset(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[8];
    int64_t got = -1;
    struct haul_task *task = start_task(
        pair.loop, HAUL_CALL(read_once, .stream = pair.stream, .buffer = buffer, .size = 8, .ret_got = &got));
    run_once(pair.loop);
    pair_reset_peer(&pair);
    assert_int_equal(end_task(pair.loop, task), -ECONNRESET);
    assert_int_equal(got, -1);
    pair_destroy(&pair);
}

static void test_a_cancelled_read_reads_nothing(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[8] = "";
    int64_t got = -1;
    struct haul_awaitable read =
        HAUL_CALL(read_once, .stream = pair.stream, .buffer = buffer, .size = 8, .ret_got = &got);
    struct haul_task *task = start_task(pair.loop, read);
    run_once(pair.loop);
    haul_task_cancel(task);
    loopback_send(pair.peer, "kept");
    assert_int_equal(end_task(pair.loop, task), HAUL_E_CANCELLED);
    assert_int_equal(got, -1);
    assert_string_equal(buffer, "");
    assert_int_equal(run_task(pair.loop, read), 0);
    assert_memory_equal(buffer, "kept", 4);
    pair_destroy(&pair);
}

static void test_bytes_that_come_with_a_cancel_are_given(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[8] = "";
    int64_t got = -1;
    struct haul_task *task = start_task(pair.loop, HAUL_CALL(read_once, .stream = pair.stream, .buffer = buffer,
                                                             .size = 8, .ret_got = &got, .sleeps = true));
    run_once(pair.loop);
    /* In the next iteration the poll has the bytes, and the cancel runs before the task. */
    loopback_send(pair.peer, "given");
    assert_int_equal(haul_loop_call_soon(pair.loop, cancel_task, task, NULL), 0);
    assert_int_equal(end_task(pair.loop, task), HAUL_E_CANCELLED);
    assert_int_equal(got, 5);
    assert_memory_equal(buffer, "given", 5);
    pair_destroy(&pair);
}

/* Reads single bytes until the end. */
struct read_bytes {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    size_t *ret_count;
    char byte;
};

static struct haul_step read_bytes(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(read_bytes);
    for (;;) {
        HAUL_AWAIT(haul_stream_read(task, self->stream, &self->byte, 1));
        if (haul_awaited(task).integer == 0)
            break;
        ++*self->ret_count;
    }
    HAUL_FINALLY;
    HAUL_END;
}

static void test_reading_what_is_always_there_lets_others_run(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    size_t count = 0;
    for (int i = 0; i < 100; i++)
        loopback_send(pair.peer, "0123456789");
    pair_close_peer(&pair);
    assert_true(turns_beside(pair.loop, HAUL_CALL(read_bytes, .stream = pair.stream, .ret_count = &count)) > 10);
    assert_int_equal(count, 1000);
    pair_destroy(&pair);
}

static void test_destroying_ends_the_connection(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char byte;
    pair_close_stream(&pair);
    assert_int_equal(loopback_receive(pair.peer, &byte, 1), 0);
    pair_destroy(&pair);
    haul_stream_destroy(NULL);
}

static void test_reset_ends_it_with_a_reset(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char byte;
    haul_stream_reset(pair.stream);
    pair_close_stream(&pair);
    assert_int_equal(loopback_receive(pair.peer, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    pair_destroy(&pair);
}

static void test_waiting_allocates_nothing(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char byte;
    int64_t got = -1;
    struct haul_awaitable read =
        HAUL_CALL(read_once, .stream = pair.stream, .buffer = &byte, .size = 1, .ret_got = &got);
    struct haul_task *one = start_task(pair.loop, read);
    failing_memory_set(1);
    run_once(pair.loop);
    loopback_send(pair.peer, "x");
    assert_int_equal(end_task(pair.loop, one), 0);
    failing_memory_set(0);
    struct haul_task *other = start_task(pair.loop, read);
    failing_memory_set(1);
    run_once(pair.loop);
    haul_task_cancel(other);
    assert_int_equal(end_task(pair.loop, other), HAUL_E_CANCELLED);
    assert_false(failing_memory_happened());
    failing_memory_set(0);
    pair_destroy(&pair);
}

static void read_twice_at_once(void *data)
{
    struct pair *pair = data;
    char byte;
    struct haul_awaitable read =
        HAUL_CALL(read_once, .stream = pair->stream, .buffer = &byte, .size = 1, .ret_got = &(int64_t){0});
    start_task(pair->loop, read);
    start_task(pair->loop, read);
    run_once(pair->loop);
}

static void destroy_while_one_reads(void *data)
{
    struct pair *pair = data;
    char byte;
    start_task(pair->loop,
               HAUL_CALL(read_once, .stream = pair->stream, .buffer = &byte, .size = 1, .ret_got = &(int64_t){0}));
    run_once(pair->loop);
    haul_stream_destroy(pair->stream);
}

static void test_misuse_meets_an_assert(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    assert_true(meets_assert(read_twice_at_once, &pair));
    assert_true(meets_assert(destroy_while_one_reads, &pair));
    pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_gives_what_is_there),
        cmocka_unit_test(test_read_waits),
        cmocka_unit_test(test_the_end_is_read_as_nothing_again_and_again),
        cmocka_unit_test(test_read_tells_of_a_reset),
        cmocka_unit_test(test_a_cancelled_read_reads_nothing),
        cmocka_unit_test(test_bytes_that_come_with_a_cancel_are_given),
        cmocka_unit_test(test_reading_what_is_always_there_lets_others_run),
        cmocka_unit_test(test_destroying_ends_the_connection),
        cmocka_unit_test(test_reset_ends_it_with_a_reset),
        cmocka_unit_test(test_waiting_allocates_nothing),
        cmocka_unit_test(test_misuse_meets_an_assert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
