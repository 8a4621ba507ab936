#include "loopback.h"
#include "pair.h"
#include "running.h"

#include <errno.h>
#include <haul/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

/* More than the system takes of a connection that nobody reads. */
#define LARGE ((size_t)32 << 20)

/* A pair, and a task that writes a large text to it. */
struct writing {
    struct pair pair;
    char *text;
    char *received;
    struct haul_task *task;
    bool done;
};

static void begin_to_write(struct writing *writing)
{
    *writing = (struct writing){.pair = pair_create(), .text = malloc(LARGE), .received = malloc(LARGE)};
    assert_true(writing->text && writing->received);
    for (size_t i = 0; i < LARGE; i++)
        writing->text[i] = (char)(i * 2654435761U >> 24);
    writing->task =
        start_task(writing->pair.loop, HAUL_CALL(write_once, .stream = writing->pair.stream, .bytes = writing->text,
                                                 .size = LARGE, .ret_done = &writing->done));
    run_once(writing->pair.loop);
    assert_false(writing->done);
}

/* Lets the writer write while the peer reads everything. */
static void receive_all(struct writing *writing)
{
    size_t got = 0;
    while (got < LARGE) {
        ssize_t more = recv(writing->pair.peer, writing->received + got, LARGE - got, writing->done ? 0 : MSG_DONTWAIT);
        if (more > 0)
            got += (size_t)more;
        else
            run_once(writing->pair.loop);
        /* What the system holds for a connection is far less. */
        assert_true(!writing->done || got > LARGE / 4);
    }
    assert_int_equal(end_task(writing->pair.loop, writing->task), 0);
    assert_true(writing->done);
    assert_memory_equal(writing->text, writing->received, LARGE);
}

static void cancel_writer(struct writing *writing)
{
    haul_task_cancel(writing->task);
    assert_int_equal(end_task(writing->pair.loop, writing->task), HAUL_E_CANCELLED);
    assert_false(writing->done);
}

static void tidy_up(struct writing *writing)
{
    free(writing->text);
    free(writing->received);
    pair_destroy(&writing->pair);
}

static int write_text(struct pair *pair, const char *text, size_t size, bool *ret_done)
{
    return run_task(pair->loop,
                    HAUL_CALL(write_once, .stream = pair->stream, .bytes = text, .size = size, .ret_done = ret_done));
}

static void test_write_sends_all(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    bool done = false;
    char buffer[6] = "";
    assert_int_equal(write_text(&pair, "hello", 5, &done), 0);
    assert_true(done);
    assert_int_equal(loopback_receive(pair.peer, buffer, 5), 5);
    assert_string_equal(buffer, "hello");
    pair_destroy(&pair);
}

static void test_writing_nothing_is_done_at_once(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    bool done = false;
    assert_int_equal(write_text(&pair, NULL, 0, &done), 0);
    assert_true(done);
    pair_destroy(&pair);
}

/* Writes single bytes. */
struct write_bytes {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    size_t left;
};

static struct haul_step write_bytes(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(write_bytes);
    for (; self->left > 0; self->left--)
        HAUL_AWAIT(haul_stream_write(task, self->stream, "x", 1));
    HAUL_FINALLY;
    HAUL_END;
}

static void test_writing_what_always_fits_lets_others_run(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[1000];
    assert_true(turns_beside(pair.loop, HAUL_CALL(write_bytes, .stream = pair.stream, .left = sizeof(buffer))) > 10);
    assert_int_equal(loopback_receive(pair.peer, buffer, sizeof(buffer)), sizeof(buffer));
    pair_destroy(&pair);
}

static void test_a_slow_reader_holds_the_writer_up(void **state)
{
    (void)state;
    struct writing writing;
    begin_to_write(&writing);
    receive_all(&writing);
    tidy_up(&writing);
}

static void test_a_cancelled_write_has_sent_the_first_part(void **state)
{
    (void)state;
    struct writing writing;
    begin_to_write(&writing);
    cancel_writer(&writing);
    pair_close_stream(&writing.pair);
    long got = loopback_receive(writing.pair.peer, writing.received, LARGE);
    assert_in_range(got, 1, LARGE - 1);
    assert_memory_equal(writing.text, writing.received, got);
    tidy_up(&writing);
}

/* Writes, and tells how much was sent, however it came out. */
struct count_sent {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    const char *bytes;
    size_t size;
    int64_t *ret_sent;
    int code;
};

static struct haul_step count_sent(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(count_sent);
    HAUL_AWAIT_CODE(self->code, haul_stream_write(task, self->stream, self->bytes, self->size));
    *self->ret_sent = haul_awaited(task).integer;
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

/* So that whoever is cancelled can go on where it left off. */
static void test_how_much_was_sent(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char *text = calloc(1, LARGE), *received = malloc(LARGE);
    int64_t sent = -1;
    assert_int_equal(
        run_task(pair.loop, HAUL_CALL(count_sent, .stream = pair.stream, .bytes = "abc", .size = 3, .ret_sent = &sent)),
        0);
    assert_int_equal(sent, 3);
    struct haul_task *task = start_task(
        pair.loop, HAUL_CALL(count_sent, .stream = pair.stream, .bytes = text, .size = LARGE, .ret_sent = &sent));
    run_once(pair.loop);
    haul_task_cancel(task);
    assert_int_equal(end_task(pair.loop, task), HAUL_E_CANCELLED);
    pair_close_stream(&pair);
    assert_int_equal(loopback_receive(pair.peer, received, LARGE), 3 + sent);
    free(text);
    free(received);
    pair_destroy(&pair);
}

static void test_a_reader_that_goes_ends_the_write(void **state)
{
    (void)state;
    struct writing writing;
    begin_to_write(&writing);
    pair_close_peer(&writing.pair);
    assert_int_equal(end_task(writing.pair.loop, writing.task), -ECONNRESET);
    assert_int_equal(write_text(&writing.pair, "more", 4, &writing.done), -EPIPE);
    assert_false(writing.done);
    tidy_up(&writing);
}

static void test_one_reads_while_another_writes(void **state)
{
    (void)state;
    struct writing writing;
    char buffer[8] = "";
    int64_t got = -1;
    begin_to_write(&writing);
    loopback_send(writing.pair.peer, "across");
    assert_int_equal(run_task(writing.pair.loop, HAUL_CALL(read_once, .stream = writing.pair.stream, .buffer = buffer,
                                                           .size = 8, .ret_got = &got)),
                     0);
    assert_int_equal(got, 6);
    assert_memory_equal(buffer, "across", 6);
    receive_all(&writing);
    tidy_up(&writing);
}

static void test_cancelling_one_side_leaves_the_other(void **state)
{
    (void)state;
    struct writing writing;
    char buffer[8] = "";
    int64_t got = -1;
    begin_to_write(&writing);
    struct haul_awaitable read =
        HAUL_CALL(read_once, .stream = writing.pair.stream, .buffer = buffer, .size = 8, .ret_got = &got);
    struct haul_task *cancelled = start_task(writing.pair.loop, read);
    haul_loop_call_soon(writing.pair.loop, cancel_task, cancelled, NULL);
    assert_int_equal(end_task(writing.pair.loop, cancelled), HAUL_E_CANCELLED);
    struct haul_task *reader = start_task(writing.pair.loop, read);
    haul_loop_call_soon(writing.pair.loop, cancel_task, writing.task, NULL);
    assert_int_equal(end_task(writing.pair.loop, writing.task), HAUL_E_CANCELLED);
    loopback_send(writing.pair.peer, "still");
    assert_int_equal(end_task(writing.pair.loop, reader), 0);
    assert_memory_equal(buffer, "still", 5);
    tidy_up(&writing);
}

static void test_shut_write_ends_one_direction(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char buffer[8] = "";
    int64_t got = -1;
    assert_int_equal(haul_stream_shut_write(pair.stream), 0);
    assert_int_equal(loopback_receive(pair.peer, buffer, 1), 0);
    loopback_send(pair.peer, "still");
    assert_int_equal(
        run_task(pair.loop, HAUL_CALL(read_once, .stream = pair.stream, .buffer = buffer, .size = 8, .ret_got = &got)),
        0);
    assert_memory_equal(buffer, "still", 5);
    pair_destroy(&pair);
}

static void test_shut_write_tells_of_a_reset(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    pair_reset_peer(&pair);
    assert_int_equal(haul_stream_shut_write(pair.stream), -ENOTCONN);
    pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_sends_all),
        cmocka_unit_test(test_writing_nothing_is_done_at_once),
        cmocka_unit_test(test_writing_what_always_fits_lets_others_run),
        cmocka_unit_test(test_a_slow_reader_holds_the_writer_up),
        cmocka_unit_test(test_a_cancelled_write_has_sent_the_first_part),
        cmocka_unit_test(test_how_much_was_sent),
        cmocka_unit_test(test_a_reader_that_goes_ends_the_write),
        cmocka_unit_test(test_one_reads_while_another_writes),
        cmocka_unit_test(test_cancelling_one_side_leaves_the_other),
        cmocka_unit_test(test_shut_write_ends_one_direction),
        cmocka_unit_test(test_shut_write_tells_of_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
