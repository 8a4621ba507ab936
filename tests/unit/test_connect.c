#include "failing_memory.h"
#include "loopback.h"
#include "pair.h"
#include "running.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/sleep.h>
#include <haul/timeout.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Connects by IP where there is a port, else by path; then, where it is to, sleeps for a minute. */
struct dial {
    struct haul_coroutine coroutine;
    const char *address;
    uint16_t port;
    struct haul_stream **ret_stream;
    bool sleeps;
};

static struct haul_step dial(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(dial);
    if (self->port > 0)
        HAUL_AWAIT(haul_stream_connect(task, self->address, self->port));
    else
        HAUL_AWAIT(haul_stream_connect_unix(task, self->address));
    *self->ret_stream = haul_awaited(task).pointer;
    if (self->sleeps)
        HAUL_AWAIT(haul_sleep(task, HAUL_MINUTE));
    HAUL_FINALLY;
    HAUL_END;
}

/* The same within a deadline that has passed when the first turn is over. */
struct dial_in_time {
    struct haul_coroutine coroutine;
    struct haul_timeout timeout;
    struct dial dial;
    int code;
};

static struct haul_step dial_in_time(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(dial_in_time);
    self->code = haul_timeout_enter(task, &self->timeout, haul_loop_now(haul_task_loop(task)));
    if (self->code == 0)
        HAUL_AWAIT_CODE(self->code, haul_call(task, &self->dial.coroutine));
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

struct accept_one {
    struct haul_coroutine coroutine;
    struct haul_listener *listener;
    struct haul_stream **ret_stream;
};

static struct haul_step accept_one(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(accept_one);
    HAUL_AWAIT(haul_listener_accept(task, self->listener));
    *self->ret_stream = haul_awaited(task).pointer;
    HAUL_FINALLY;
    HAUL_END;
}

/* A listener and both ends of a connection to it. */
struct line {
    struct haul_loop *loop;
    struct haul_listener *listener;
    struct haul_stream *client;
    struct haul_stream *server;
};

static void begin(struct line *line)
{
    *line = (struct line){0};
    assert_int_equal(haul_loop_create(NULL, &line->loop), 0);
}

static void end(struct line *line)
{
    haul_stream_destroy(line->client);
    haul_stream_destroy(line->server);
    haul_listener_destroy(line->listener);
    assert_int_equal(haul_loop_finish(line->loop), 0);
}

static int connect_to(struct line *line, const char *address, uint16_t port)
{
    return run_task(line->loop, HAUL_CALL(dial, .address = address, .port = port, .ret_stream = &line->client));
}

static void join(struct line *line, const char *address)
{
    assert_int_equal(connect_to(line, address, haul_listener_port(line->listener)), 0);
    assert_int_equal(
        run_task(line->loop, HAUL_CALL(accept_one, .listener = line->listener, .ret_stream = &line->server)), 0);
}

static void assert_carries(struct line *line, struct haul_stream *from, struct haul_stream *to)
{
    char buffer[8] = "";
    bool done = false;
    int64_t got = 0;
    assert_int_equal(
        run_task(line->loop, HAUL_CALL(write_once, .stream = from, .bytes = "carried", .size = 7, .ret_done = &done)),
        0);
    assert_int_equal(
        run_task(line->loop, HAUL_CALL(read_once, .stream = to, .buffer = buffer, .size = 8, .ret_got = &got)), 0);
    assert_string_equal(buffer, "carried");
}

static void assert_works(struct line *line)
{
    assert_carries(line, line->client, line->server);
    assert_carries(line, line->server, line->client);
}

static void test_ip(void **state)
{
    (void)state;
    static const char *const addresses[] = {"127.0.0.1", "::1"};
    for (int i = 0; i < 2; i++) {
        struct line line;
        char name[HAUL_STREAM_NAME_SIZE], expected[HAUL_STREAM_NAME_SIZE];
        begin(&line);
        int code = haul_listener_create(line.loop, addresses[i], 0, 1, &line.listener);
        if (code == 0) {
            join(&line, addresses[i]);
            assert_works(&line);
            snprintf(expected, sizeof(expected), i == 0 ? "%s:%u" : "[%s]:%u", addresses[i],
                     (unsigned)haul_listener_port(line.listener));
            assert_int_equal(haul_stream_peer(line.client, name, sizeof(name)), 0);
            assert_string_equal(name, expected);
            assert_int_equal(haul_stream_peer(line.client, name, strlen(expected)), HAUL_E_LIMIT);
        } else {
            assert_true(i == 1 && (code == -EAFNOSUPPORT || code == -EADDRNOTAVAIL));
        }
        end(&line);
    }
}

static void test_what_is_no_address(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "localhost", "1.2.3", "127.0.0.1 ", "[::1]", "127.0.0.1:80"};
    struct line line;
    begin(&line);
    size_t before = open_descriptors();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(connect_to(&line, wrong[i], 80), HAUL_E_INVALID);
    assert_int_equal(open_descriptors(), before);
    end(&line);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct line line;
    begin(&line);
    assert_int_equal(haul_listener_create(line.loop, "127.0.0.1", 0, 1, &line.listener), 0);
    uint16_t port = haul_listener_port(line.listener);
    haul_listener_destroy(line.listener);
    line.listener = NULL;
    size_t before = open_descriptors();
    assert_int_equal(connect_to(&line, "127.0.0.1", port), -ECONNREFUSED);
    assert_int_equal(open_descriptors(), before);
    end(&line);
}

/* A listener whose queue is full, so that a connection to it stays on its way. */
static int fill_queue(struct line *line)
{
    begin(line);
    assert_int_equal(haul_listener_create(line->loop, "127.0.0.1", 0, 0, &line->listener), 0);
    return loopback_connect(haul_listener_port(line->listener));
}

static void test_a_cancelled_connect_closes_its_socket(void **state)
{
    (void)state;
    struct line line;
    int client = fill_queue(&line);
    size_t before = open_descriptors();
    struct haul_task *task =
        start_task(line.loop, HAUL_CALL(dial, .address = "127.0.0.1", .port = haul_listener_port(line.listener),
                                        .ret_stream = &line.client));
    haul_loop_call_soon(line.loop, cancel_task, task, NULL);
    run_once(line.loop);
    assert_int_equal(end_task(line.loop, task), HAUL_E_CANCELLED);
    assert_null(line.client);
    assert_int_equal(open_descriptors(), before);
    close(client);
    end(&line);
}

static void test_a_deadline_is_the_callers(void **state)
{
    (void)state;
    struct line line;
    int client = fill_queue(&line);
    size_t before = open_descriptors();
    struct dial dial_frame =
        HAUL_FRAME(dial, .address = "127.0.0.1", .port = haul_listener_port(line.listener), .ret_stream = &line.client);
    assert_int_equal(run_task(line.loop, HAUL_CALL(dial_in_time, .dial = dial_frame)), HAUL_E_TIMEOUT);
    assert_int_equal(open_descriptors(), before);
    close(client);
    end(&line);
}

static void test_a_connection_that_comes_with_a_cancel_is_given(void **state)
{
    (void)state;
    struct line line;
    begin(&line);
    assert_int_equal(haul_listener_create(line.loop, "127.0.0.1", 0, 1, &line.listener), 0);
    struct haul_task *task =
        start_task(line.loop, HAUL_CALL(dial, .address = "127.0.0.1", .port = haul_listener_port(line.listener),
                                        .ret_stream = &line.client, .sleeps = true));
    run_once(line.loop);
    assert_null(line.client);
    /* In the next iteration the poll has the connection, and the cancel runs before the task. */
    haul_loop_call_soon(line.loop, cancel_task, task, NULL);
    assert_int_equal(end_task(line.loop, task), HAUL_E_CANCELLED);
    assert_non_null(line.client);
    end(&line);
}

/* A directory of the test's own. */
static char folder[] = "/tmp/haul-connect-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/socket", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void test_a_unix_socket(void **state)
{
    (void)state;
    struct line line;
    struct stat status;
    char name[HAUL_STREAM_NAME_SIZE];
    begin(&line);
    mode_t mask = umask(077);
    assert_int_equal(haul_listener_create_unix(line.loop, path, 4, &line.listener), 0);
    umask(mask);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_int_equal(haul_listener_port(line.listener), 0);
    join(&line, path);
    assert_works(&line);
    assert_int_equal(haul_stream_peer(line.client, name, sizeof(name)), 0);
    assert_string_equal(name, path);
    assert_int_equal(haul_stream_peer(line.server, name, sizeof(name)), 0);
    assert_string_equal(name, "");
    end(&line);
    assert_int_equal(stat(path, &status), -1);
}

static void test_an_abstract_unix_socket(void **state)
{
    (void)state;
    struct line line;
    char name[HAUL_STREAM_NAME_SIZE], own[64];
    begin(&line);
    snprintf(own, sizeof(own), "@haul-test-%d", (int)getpid());
    assert_int_equal(haul_listener_create_unix(line.loop, own, 4, &line.listener), 0);
    join(&line, own);
    assert_works(&line);
    assert_int_equal(haul_stream_peer(line.client, name, sizeof(name)), 0);
    assert_string_equal(name, own);
    end(&line);
}

static void test_paths_that_are_none(void **state)
{
    (void)state;
    struct line line;
    char long_path[109];
    memset(long_path, 'x', 108);
    long_path[108] = '\0';
    const char *const wrong[] = {"", "@", long_path};
    begin(&line);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(connect_to(&line, wrong[i], 0), HAUL_E_INVALID);
        assert_int_equal(haul_listener_create_unix(line.loop, wrong[i], 1, &line.listener), HAUL_E_INVALID);
    }
    long_path[107] = '\0';
    assert_int_equal(connect_to(&line, long_path, 0), -ENOENT);
    long_path[0] = '@';
    assert_int_equal(connect_to(&line, long_path, 0), -ECONNREFUSED);
    end(&line);
}

static void test_a_file_that_is_there_is_left_alone(void **state)
{
    (void)state;
    struct line line, other;
    begin(&line);
    begin(&other);
    assert_int_equal(haul_listener_create_unix(line.loop, path, 1, &line.listener), 0);
    assert_int_equal(haul_listener_create_unix(other.loop, path, 1, &other.listener), -EADDRINUSE);
    /* One that has taken its place is not removed with it. */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(haul_listener_create_unix(other.loop, path, 1, &other.listener), 0);
    end(&line);
    assert_int_equal(connect_to(&other, path, 0), 0);
    /* And what is left over is nobody's. */
    char moved[80];
    snprintf(moved, sizeof(moved), "%s.moved", path);
    assert_int_equal(rename(path, moved), 0);
    end(&other);
    begin(&line);
    assert_int_equal(connect_to(&line, moved, 0), -ECONNREFUSED);
    assert_int_equal(connect_to(&line, path, 0), -ENOENT);
    assert_int_equal(haul_listener_create_unix(line.loop, moved, 1, &line.listener), -EADDRINUSE);
    unlink(moved);
    end(&line);
}

static void test_a_full_queue_of_a_unix_socket(void **state)
{
    (void)state;
    struct line line;
    struct haul_stream *first = NULL;
    begin(&line);
    assert_int_equal(haul_listener_create_unix(line.loop, path, 0, &line.listener), 0);
    assert_int_equal(run_task(line.loop, HAUL_CALL(dial, .address = path, .ret_stream = &first)), 0);
    assert_int_equal(connect_to(&line, path, 0), -EAGAIN);
    haul_stream_destroy(first);
    end(&line);
}

static void test_the_other_side_of_a_pipe_has_no_name(void **state)
{
    (void)state;
    struct line line;
    char name[HAUL_STREAM_NAME_SIZE];
    int ends[2];
    begin(&line);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(haul_stream_create(line.loop, ends[0], &line.client), 0);
    assert_int_equal(haul_stream_peer(line.client, name, sizeof(name)), -ENOTSOCK);
    close(ends[1]);
    end(&line);
}

/* Listens and connects with whatever fails on the way, by IP and by path. */
static void test_out_of_memory(void **state)
{
    (void)state;
    struct line line;
    begin(&line);
    size_t before = open_descriptors();
    for (int i = 0; i < 2; i++) {
        FAILING_MEMORY_SWEEP(n)
        {
            int code = i == 0 ? haul_listener_create(line.loop, "127.0.0.1", 0, 1, &line.listener)
                              : haul_listener_create_unix(line.loop, path, 1, &line.listener);
            if (code == 0) {
                struct haul_outcome outcome = {0};
                code = haul_run_task(line.loop,
                                     HAUL_CALL(dial, .address = i == 0 ? "127.0.0.1" : path,
                                               .port = haul_listener_port(line.listener), .ret_stream = &line.client),
                                     &outcome);
                code = code != 0 ? code : outcome.code;
            }
            assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
            haul_stream_destroy(line.client);
            haul_listener_destroy(line.listener);
            line.client = NULL;
            line.listener = NULL;
            assert_int_equal(open_descriptors(), before);
            assert_int_equal(access(path, F_OK), -1);
        }
    }
    end(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ip),
        cmocka_unit_test(test_what_is_no_address),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_a_cancelled_connect_closes_its_socket),
        cmocka_unit_test(test_a_deadline_is_the_callers),
        cmocka_unit_test(test_a_connection_that_comes_with_a_cancel_is_given),
        cmocka_unit_test(test_a_unix_socket),
        cmocka_unit_test(test_an_abstract_unix_socket),
        cmocka_unit_test(test_paths_that_are_none),
        cmocka_unit_test(test_a_file_that_is_there_is_left_alone),
        cmocka_unit_test(test_a_full_queue_of_a_unix_socket),
        cmocka_unit_test(test_the_other_side_of_a_pipe_has_no_name),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
