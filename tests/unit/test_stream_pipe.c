#include "failing_memory.h"
#include "loopback.h"
#include "pair.h"
#include "running.h"

#include <errno.h>
#include <fcntl.h>
#include <haul/error.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A pipe with a stream at each end. */
struct channel {
    struct haul_loop *loop;
    struct haul_stream *in;
    struct haul_stream *out;
};

static struct channel channel_create(void)
{
    struct channel channel;
    int ends[2];
    assert_int_equal(haul_loop_create(NULL, &channel.loop), 0);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(haul_stream_create(channel.loop, ends[0], &channel.in), 0);
    assert_int_equal(haul_stream_create(channel.loop, ends[1], &channel.out), 0);
    return channel;
}

static void close_end(struct haul_stream **stream)
{
    haul_stream_destroy(*stream);
    *stream = NULL;
}

static void channel_destroy(struct channel *channel)
{
    close_end(&channel->in);
    close_end(&channel->out);
    assert_int_equal(haul_loop_finish(channel->loop), 0);
}

/* Reads until the end; all of it comes to RET_BYTES, which has room. */
struct read_all {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    char *bytes;
    size_t room;
    size_t *ret_size;
};

static struct haul_step read_all(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(read_all);
    for (;;) {
        HAUL_AWAIT(haul_stream_read(task, self->stream, self->bytes + *self->ret_size, self->room - *self->ret_size));
        if (haul_awaited(task).integer == 0)
            break;
        *self->ret_size += (size_t)haul_awaited(task).integer;
    }
    HAUL_FINALLY;
    HAUL_END;
}

static void test_a_pipe_holds_the_writer_up_until_it_is_read(void **state)
{
    (void)state;
    enum { LARGE = 4 << 20 };
    struct channel channel = channel_create();
    char *text = malloc(LARGE), *received = malloc(LARGE + 1);
    size_t size = 0;
    bool done = false;
    for (size_t i = 0; i < LARGE; i++)
        text[i] = (char)(i * 2654435761U >> 24);
    struct haul_task *writer = start_task(
        channel.loop, HAUL_CALL(write_once, .stream = channel.out, .bytes = text, .size = LARGE, .ret_done = &done));
    run_once(channel.loop);
    assert_false(done);
    struct haul_task *reader = start_task(channel.loop, HAUL_CALL(read_all, .stream = channel.in, .bytes = received,
                                                                  .room = LARGE + 1, .ret_size = &size));
    assert_int_equal(end_task(channel.loop, writer), 0);
    close_end(&channel.out);
    assert_int_equal(end_task(channel.loop, reader), 0);
    assert_int_equal(size, LARGE);
    assert_memory_equal(text, received, LARGE);
    free(text);
    free(received);
    channel_destroy(&channel);
}

static int write_byte(struct channel *channel)
{
    bool done;
    return run_task(channel->loop,
                    HAUL_CALL(write_once, .stream = channel->out, .bytes = "x", .size = 1, .ret_done = &done));
}

static bool is_pending(int signal)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, signal) == 1;
}

/* With its default action the signal would end the process. */
static void test_a_pipe_that_nobody_reads_gives_an_error_and_no_signal(void **state)
{
    (void)state;
    struct channel channel = channel_create();
    struct sigaction before, now = {.sa_handler = SIG_DFL};
    assert_int_equal(sigaction(SIGPIPE, &now, &before), 0);
    close_end(&channel.in);
    assert_int_equal(write_byte(&channel), -EPIPE);
    assert_int_equal(write_byte(&channel), -EPIPE);
    assert_false(is_pending(SIGPIPE));
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    assert_false(sigismember(&blocked, SIGPIPE));
    sigaction(SIGPIPE, &before, NULL);
    channel_destroy(&channel);
}

static void test_a_signal_that_waited_before_is_left(void **state)
{
    (void)state;
    struct channel channel = channel_create();
    const struct timespec at_once = {0};
    sigset_t sigpipe;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe, NULL);
    close_end(&channel.in);
    assert_int_equal(write_byte(&channel), -EPIPE);
    assert_false(is_pending(SIGPIPE));
    pthread_kill(pthread_self(), SIGPIPE);
    assert_int_equal(write_byte(&channel), -EPIPE);
    assert_true(is_pending(SIGPIPE));
    assert_int_equal(sigtimedwait(&sigpipe, NULL, &at_once), SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &sigpipe, NULL);
    channel_destroy(&channel);
}

static void test_a_reader_that_goes_ends_the_write(void **state)
{
    (void)state;
    enum { LARGE = 1 << 20 };
    struct channel channel = channel_create();
    char *text = calloc(1, LARGE);
    bool done = false;
    struct haul_task *writer = start_task(
        channel.loop, HAUL_CALL(write_once, .stream = channel.out, .bytes = text, .size = LARGE, .ret_done = &done));
    run_once(channel.loop);
    close_end(&channel.in);
    assert_int_equal(end_task(channel.loop, writer), -EPIPE);
    assert_false(done);
    free(text);
    channel_destroy(&channel);
}

static void test_a_socket_pair_reads_and_writes(void **state)
{
    (void)state;
    int ends[2];
    char buffer[8] = "";
    int64_t got = -1;
    bool done = false;
    struct channel channel;
    assert_int_equal(haul_loop_create(NULL, &channel.loop), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(haul_stream_create(channel.loop, ends[0], &channel.in), 0);
    assert_int_equal(haul_stream_create(channel.loop, ends[1], &channel.out), 0);
    for (int i = 0; i < 2; i++) {
        struct haul_stream *from = i == 0 ? channel.out : channel.in, *to = i == 0 ? channel.in : channel.out;
        assert_int_equal(run_task(channel.loop, HAUL_CALL(write_once, .stream = from, .bytes = "there", .size = 5,
                                                          .ret_done = &done)),
                         0);
        assert_int_equal(
            run_task(channel.loop, HAUL_CALL(read_once, .stream = to, .buffer = buffer, .size = 8, .ret_got = &got)),
            0);
        assert_int_equal(got, 5);
        assert_string_equal(buffer, "there");
    }
    assert_int_equal(haul_stream_shut_write(channel.out), 0);
    assert_int_equal(run_task(channel.loop,
                              HAUL_CALL(read_once, .stream = channel.in, .buffer = buffer, .size = 8, .ret_got = &got)),
                     0);
    assert_int_equal(got, 0);
    channel_destroy(&channel);
}

static void test_what_cannot_be_a_stream_stays_the_callers(void **state)
{
    (void)state;
    struct haul_loop *loop;
    struct haul_stream *stream = NULL;
    int ends[2];
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_int_equal(haul_stream_create(loop, file, &stream), -EPERM);
    assert_int_equal(close(file), 0);
    assert_int_equal(haul_stream_create(loop, file, &stream), -EBADF);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    FAILING_MEMORY_SWEEP(n)
    {
        int code = haul_stream_create(loop, ends[0], &stream);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        assert_int_equal((fcntl(ends[0], F_GETFL) & O_NONBLOCK) != 0, code == 0);
    }
    haul_stream_destroy(stream);
    assert_int_equal(fcntl(ends[0], F_GETFL), -1);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
}

static void test_one_direction_of_a_pipe_cannot_be_shut(void **state)
{
    (void)state;
    struct channel channel = channel_create();
    assert_int_equal(haul_stream_shut_write(channel.out), -ENOTSOCK);
    channel_destroy(&channel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipe_holds_the_writer_up_until_it_is_read),
        cmocka_unit_test(test_a_pipe_that_nobody_reads_gives_an_error_and_no_signal),
        cmocka_unit_test(test_a_signal_that_waited_before_is_left),
        cmocka_unit_test(test_a_reader_that_goes_ends_the_write),
        cmocka_unit_test(test_a_socket_pair_reads_and_writes),
        cmocka_unit_test(test_what_cannot_be_a_stream_stays_the_callers),
        cmocka_unit_test(test_one_direction_of_a_pipe_cannot_be_shut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
