#include "failing_memory.h"
#include "loopback.h"
#include "pair.h"
#include "running.h"
#include "stage.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/sleep.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* Reads a chunk. */
struct until {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    const char *separator;
    char *text; /* the chunk is copied here */
    int code;
    bool sleeps; /* for a minute, then */
};

static struct haul_step until(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(until);
    HAUL_AWAIT_CODE(self->code, haul_stream_read_until(task, self->stream, self->separator, strlen(self->separator)));
    const struct haul_chunk *chunk = haul_awaited(task).pointer;
    if (chunk) {
        memcpy(self->text, chunk->bytes, chunk->size);
        self->text[chunk->size] = '\0';
    }
    if (self->code != 0)
        HAUL_FAIL(self->code);
    if (self->sleeps)
        HAUL_AWAIT(haul_sleep(task, HAUL_MINUTE));
    HAUL_FINALLY;
    HAUL_END;
}

/* Reads so many bytes. */
struct exactly {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    char *text;
    size_t size;
    int64_t *ret_got;
    int code;
};

static struct haul_step exactly(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(exactly);
    HAUL_AWAIT_CODE(self->code, haul_stream_read_exactly(task, self->stream, self->text, self->size));
    *self->ret_got = haul_awaited(task).integer;
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static struct haul_task *start_until(struct pair *pair, const char *separator, char *text)
{
    return start_task(pair->loop, HAUL_CALL(until, .stream = pair->stream, .separator = separator, .text = text));
}

/* Expects a chunk with this code. */
static void expect_until(struct pair *pair, const char *separator, int code, const char *expected)
{
    char *text = calloc(1, 1 << 20);
    assert_int_equal(end_task(pair->loop, start_until(pair, separator, text)), code);
    assert_string_equal(text, expected);
    free(text);
}

static void expect_exactly(struct pair *pair, size_t size, int code, const char *expected)
{
    char text[64] = "";
    int64_t got = -1;
    assert_int_equal(
        run_task(pair->loop, HAUL_CALL(exactly, .stream = pair->stream, .text = text, .size = size, .ret_got = &got)),
        code);
    assert_int_equal(got, strlen(expected));
    assert_string_equal(text, expected);
}

static void expect_read(struct pair *pair, size_t size, const char *expected)
{
    char text[64] = "";
    int64_t got = -1;
    assert_int_equal(run_task(pair->loop, HAUL_CALL(read_once, .stream = pair->stream, .buffer = text, .size = size,
                                                    .ret_got = &got)),
                     0);
    assert_int_equal(got, strlen(expected));
    assert_string_equal(text, expected);
}

/* CPython: test_readuntil_separator, test_readuntil_multi_chunks */
static void test_a_chunk_ends_with_its_separator(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    loopback_send(pair.peer, "one\ntwo\n\nsome AAA");
    expect_until(&pair, "\n", 0, "one\n");
    expect_until(&pair, "\n", 0, "two\n");
    expect_until(&pair, "\n", 0, "\n");
    expect_until(&pair, "AA", 0, "some AA");
    loopback_send(pair.peer, "end\r\n\r\n");
    expect_until(&pair, "\r\n\r\n", 0, "Aend\r\n\r\n");
    pair_destroy(&pair);
}

/* CPython: test_readuntil_multi_chunks_1, test_readline_line_byte_by_byte */
static void test_a_separator_that_comes_in_pieces(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char text[32] = "";
    struct haul_task *task = start_until(&pair, "aaa", text);
    run_once(pair.loop);
    static const char *const pieces[] = {"QWERTY", "a", "a"};
    for (size_t i = 0; i < 3; i++) {
        loopback_send(pair.peer, pieces[i]);
        run_once(pair.loop);
        assert_string_equal(text, "");
    }
    loopback_send(pair.peer, "axyz");
    assert_int_equal(end_task(pair.loop, task), 0);
    assert_string_equal(text, "QWERTYaaa");
    expect_read(&pair, 32, "xyz");
    pair_destroy(&pair);
}

/* CPython: test_readuntil_eof, test_readline_eof, test_readline_empty_eof */
static void test_the_end_gives_what_came_before_it(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    loopback_send(pair.peer, "line\nsome dataAA");
    pair_close_peer(&pair);
    expect_until(&pair, "\n", 0, "line\n");
    expect_until(&pair, "AAA", HAUL_E_DRAINED, "some dataAA");
    expect_until(&pair, "AAA", HAUL_E_DRAINED, "");
    expect_read(&pair, 1, "");
    pair_destroy(&pair);
}

/* CPython: test_readuntil_limit, test_readline_limit, test_readline_limit_with_existing_data */
static void test_the_limit_keeps_everything(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    haul_stream_set_limit(pair.stream, 3);
    loopback_send(pair.peer, "some dataA");
    /* The last might begin the separator. */
    expect_until(&pair, "AA", HAUL_E_LIMIT, "some data");
    expect_until(&pair, "AA", HAUL_E_LIMIT, "some data");
    expect_read(&pair, 5, "some ");
    expect_until(&pair, "AA", HAUL_E_LIMIT, "data");
    haul_stream_set_limit(pair.stream, HAUL_STREAM_LIMIT);
    loopback_send(pair.peer, "A.");
    expect_until(&pair, "AA", 0, "dataAA");
    expect_read(&pair, 1, ".");
    pair_destroy(&pair);
}

/* CPython: test_readuntil_limit_found_sep */
static void test_a_separator_behind_the_limit(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    loopback_send(pair.peer, "x|some dataAAA|");
    expect_until(&pair, "|", 0, "x|");
    haul_stream_set_limit(pair.stream, 9);
    expect_until(&pair, "A|", HAUL_E_LIMIT, "some dataAA");
    expect_until(&pair, "AAA|", 0, "some dataAAA|");
    pair_destroy(&pair);
}

/* As long as the limit is not too long, at any size of the buffer. */
static void test_the_limit_itself_is_within_it(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 4095, 4096, 65536};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t more = 0; more < 2; more++) {
            struct pair pair = pair_create();
            char *text = calloc(1, sizes[i] + 4);
            memset(text, 'x', sizes[i] + more);
            strcat(text, "\r\n");
            haul_stream_set_limit(pair.stream, sizes[i]);
            loopback_send(pair.peer, text);
            if (more > 0)
                text[sizes[i] + more] = '\0';
            expect_until(&pair, "\r\n", more > 0 ? HAUL_E_LIMIT : 0, text);
            free(text);
            pair_destroy(&pair);
        }
    }
}

/* CPython: test_readexactly, test_readexactly_zero_or_less, test_readexactly_eof */
static void test_exactly(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    expect_exactly(&pair, 0, 0, "");
    loopback_send(pair.peer, "abcdefgh");
    expect_exactly(&pair, 3, 0, "abc");
    char text[8] = "";
    int64_t got = -1;
    struct haul_task *task =
        start_task(pair.loop, HAUL_CALL(exactly, .stream = pair.stream, .text = text, .size = 7, .ret_got = &got));
    run_once(pair.loop);
    assert_string_equal(text, "");
    loopback_send(pair.peer, "ijk");
    assert_int_equal(end_task(pair.loop, task), 0);
    assert_string_equal(text, "defghij");
    pair_close_peer(&pair);
    expect_exactly(&pair, 5, HAUL_E_DRAINED, "k");
    expect_exactly(&pair, 5, HAUL_E_DRAINED, "");
    pair_destroy(&pair);
}

static void test_every_read_gives_first_what_has_been_collected(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    loopback_send(pair.peer, "a|bcdefghij|k");
    expect_until(&pair, "|", 0, "a|");
    expect_read(&pair, 2, "bc");
    expect_exactly(&pair, 3, 0, "def");
    expect_until(&pair, "|", 0, "ghij|");
    loopback_send(pair.peer, "lm");
    expect_exactly(&pair, 3, 0, "klm");
    pair_destroy(&pair);
}

static void test_a_cancelled_read_loses_nothing(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char text[32] = "";
    int64_t got = 0;
    struct haul_task *task = start_until(&pair, "\n", text);
    run_once(pair.loop);
    loopback_send(pair.peer, "half");
    run_once(pair.loop);
    haul_task_cancel(task);
    loopback_send(pair.peer, " a ");
    assert_int_equal(end_task(pair.loop, task), HAUL_E_CANCELLED);
    assert_string_equal(text, "");
    task = start_task(pair.loop, HAUL_CALL(exactly, .stream = pair.stream, .text = text, .size = 20, .ret_got = &got));
    run_once(pair.loop);
    haul_task_cancel(task);
    assert_int_equal(end_task(pair.loop, task), HAUL_E_CANCELLED);
    assert_string_equal(text, "");
    loopback_send(pair.peer, "line\n");
    expect_until(&pair, "\n", 0, "half a line\n");
    pair_destroy(&pair);
}

static void test_a_chunk_that_comes_with_a_cancel_is_given(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char text[32] = "";
    struct haul_task *task =
        start_task(pair.loop, HAUL_CALL(until, .stream = pair.stream, .separator = "\n", .text = text, .sleeps = true));
    run_once(pair.loop);
    /* In the next iteration the poll has the bytes, and the cancel runs before the task. */
    loopback_send(pair.peer, "given\nmore");
    assert_int_equal(haul_loop_call_soon(pair.loop, cancel_task, task, NULL), 0);
    assert_int_equal(end_task(pair.loop, task), HAUL_E_CANCELLED);
    assert_string_equal(text, "given\n");
    expect_read(&pair, 32, "more");
    pair_destroy(&pair);
}

static void test_a_side_that_has_ended_can_still_be_answered(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char answer[8] = "";
    bool done = false;
    loopback_send(pair.peer, "question");
    assert_int_equal(shutdown(pair.peer, SHUT_WR), 0);
    expect_until(&pair, "\n", HAUL_E_DRAINED, "question");
    assert_int_equal(run_task(pair.loop, HAUL_CALL(write_once, .stream = pair.stream, .bytes = "answer", .size = 6,
                                                   .ret_done = &done)),
                     0);
    assert_int_equal(loopback_receive(pair.peer, answer, 6), 6);
    assert_string_equal(answer, "answer");
    pair_destroy(&pair);
}

static void test_a_reset_leaves_what_has_come(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char text[32] = "";
    struct haul_task *task = start_until(&pair, "\n", text);
    run_once(pair.loop);
    loopback_send(pair.peer, "half");
    run_once(pair.loop);
    pair_reset_peer(&pair);
    assert_int_equal(end_task(pair.loop, task), -ECONNRESET);
    expect_read(&pair, 32, "half");
    pair_destroy(&pair);
}

/* Reads lines until the end. */
struct read_lines {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    size_t *ret_count;
    int code;
};

static struct haul_step read_lines(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(read_lines);
    for (;;) {
        HAUL_AWAIT_CODE(self->code, haul_stream_read_line(task, self->stream));
        if (self->code != 0)
            break;
        ++*self->ret_count;
    }
    const struct haul_chunk *chunk = haul_awaited(task).pointer;
    if (self->code != HAUL_E_DRAINED || chunk->size != 0)
        HAUL_FAIL(HAUL_E_INVALID);
    HAUL_FINALLY;
    HAUL_END;
}

/* Also those that are in the buffer, which no event announces. */
static void test_reading_what_is_always_there_lets_others_run(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    size_t count = 0;
    for (int i = 0; i < 100; i++)
        loopback_send(pair.peer, "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n");
    pair_close_peer(&pair);
    assert_true(turns_beside(pair.loop, HAUL_CALL(read_lines, .stream = pair.stream, .ret_count = &count)) > 10);
    assert_int_equal(count, 1000);
    pair_destroy(&pair);
}

static void test_lines_of_many_lengths_in_a_large_transfer(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    struct pair pair = pair_create();
    size_t count = 0;
    struct haul_task *task = start_task(pair.loop, HAUL_CALL(read_lines, .stream = pair.stream, .ret_count = &count));
    char *line = calloc(1, 40000);
    for (size_t i = 0; i < COUNT; i++) {
        size_t length = i * i % 39983;
        memset(line, 'x', length);
        strcpy(line + length, "\n");
        loopback_send(pair.peer, line);
        while (count <= i)
            run_once(pair.loop);
    }
    pair_close_peer(&pair);
    assert_int_equal(end_task(pair.loop, task), 0);
    assert_int_equal(count, COUNT);
    free(line);
    pair_destroy(&pair);
}

/* The read that met it has lost nothing, and the next one goes on. */
static void test_out_of_memory(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pair pair = pair_create();
        char *large = calloc(1, 10000);
        int64_t got = 0;
        struct haul_task *task = i == 0 ? start_until(&pair, "\n", large)
                                        : start_task(pair.loop, HAUL_CALL(exactly, .stream = pair.stream, .text = large,
                                                                          .size = 10000, .ret_got = &got));
        loopback_send(pair.peer, "line\n");
        failing_memory_set(1);
        assert_int_equal(end_task(pair.loop, task), -ENOMEM);
        assert_true(failing_memory_happened());
        failing_memory_set(0);
        expect_until(&pair, "\n", 0, "line\n");
        /* More room than there is, later. */
        task = start_task(pair.loop,
                          HAUL_CALL(exactly, .stream = pair.stream, .text = large, .size = 10000, .ret_got = &got));
        loopback_send(pair.peer, "kept");
        failing_memory_set(1);
        assert_int_equal(end_task(pair.loop, task), -ENOMEM);
        failing_memory_set(0);
        expect_read(&pair, 32, "kept");
        free(large);
        pair_destroy(&pair);
    }
}

static void test_nothing_is_allocated_again_for_lines_that_fit(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    char text[32];
    loopback_send(pair.peer, "1\n");
    expect_until(&pair, "\n", 0, "1\n");
    struct haul_task *task = start_until(&pair, "\n", text);
    failing_memory_set(1);
    run_once(pair.loop);
    loopback_send(pair.peer, "2\n");
    assert_int_equal(end_task(pair.loop, task), 0);
    assert_false(failing_memory_happened());
    failing_memory_set(0);
    pair_destroy(&pair);
}

static void read_twice_at_once(void *data)
{
    struct pair *pair = data;
    char text[8];
    start_until(pair, "\n", text);
    start_until(pair, "\n", text);
    run_once(pair->loop);
}

static void search_for_nothing(void *data)
{
    char text[8];
    end_task(((struct pair *)data)->loop, start_until(data, "", text));
}

static void test_misuse_meets_an_assert(void **state)
{
    (void)state;
    struct pair pair = pair_create();
    assert_true(meets_assert(read_twice_at_once, &pair));
    assert_true(meets_assert(search_for_nothing, &pair));
    pair_destroy(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_chunk_ends_with_its_separator),
        cmocka_unit_test(test_a_separator_that_comes_in_pieces),
        cmocka_unit_test(test_the_end_gives_what_came_before_it),
        cmocka_unit_test(test_the_limit_keeps_everything),
        cmocka_unit_test(test_a_separator_behind_the_limit),
        cmocka_unit_test(test_the_limit_itself_is_within_it),
        cmocka_unit_test(test_exactly),
        cmocka_unit_test(test_every_read_gives_first_what_has_been_collected),
        cmocka_unit_test(test_a_cancelled_read_loses_nothing),
        cmocka_unit_test(test_a_chunk_that_comes_with_a_cancel_is_given),
        cmocka_unit_test(test_a_side_that_has_ended_can_still_be_answered),
        cmocka_unit_test(test_a_reset_leaves_what_has_come),
        cmocka_unit_test(test_reading_what_is_always_there_lets_others_run),
        cmocka_unit_test(test_lines_of_many_lengths_in_a_large_transfer),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_nothing_is_allocated_again_for_lines_that_fit),
        cmocka_unit_test(test_misuse_meets_an_assert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
