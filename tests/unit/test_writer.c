#include "output/writer.h"

#include <haul/descriptor.h>
#include <haul/error.h>
#include <haul/future.h>
#include <haul/run.h>
#include <haul/sleep.h>
#include <haul/task.h>

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A writer on a loop of its own, with its task, and the two ends of what it writes to. */
struct fixture {
    struct haul_virtual_clock clock; /* used by those tests that ask for it */
    struct haul_loop *loop;
    struct writer *writer;
    struct haul_task *run;
    int reading;
    int writing;
};

static void set_up_on(struct fixture *fixture, bool is_virtual)
{
    struct haul_loop_options options = {0};
    if (is_virtual) {
        fixture->clock = (struct haul_virtual_clock){.now = HAUL_SECOND};
        options.clock = haul_virtual_clock(&fixture->clock);
    }
    assert_int_equal(haul_loop_create(&options, &fixture->loop), 0);
    assert_int_equal(writer_create(fixture->loop, fixture->writing, &fixture->writer), 0);
    assert_int_equal(haul_task_create(fixture->loop, HAUL_CALL(writer_run, .writer = fixture->writer), &fixture->run),
                     0);
}

static void set_up_pipe(struct fixture *fixture)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fixture->reading = ends[0];
    fixture->writing = ends[1];
    set_up_on(fixture, false);
}

static void set_up_socket(struct fixture *fixture, int type, bool is_virtual)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, type, 0, ends), 0);
    fixture->reading = ends[0];
    fixture->writing = ends[1];
    set_up_on(fixture, is_virtual);
}

static void set_up_path(struct fixture *fixture, const char *path)
{
    fixture->reading = -1;
    fixture->writing = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fixture->writing >= 0);
    set_up_on(fixture, false);
}

static void close_reading(struct fixture *fixture)
{
    close(fixture->reading);
    fixture->reading = -1;
}

static void tear_down(struct fixture *fixture)
{
    haul_task_cancel(fixture->run);
    haul_run_until_complete(fixture->loop, haul_task_future(fixture->run));
    haul_task_unref(fixture->run);
    writer_destroy(fixture->writer);
    assert_int_equal(haul_loop_finish(fixture->loop), 0);
    close(fixture->writing);
    if (fixture->reading >= 0)
        close(fixture->reading);
}

static void write_text(struct fixture *fixture, const char *text)
{
    assert_int_equal(writer_write(fixture->writer, text, strlen(text)), 0);
}

/* What can be read now. */
static void assert_arrived(struct fixture *fixture, const char *expected)
{
    char buffer[256];
    fcntl(fixture->reading, F_SETFL, O_NONBLOCK);
    ssize_t size = read(fixture->reading, buffer, sizeof(buffer) - 1);
    if (size < 0)
        assert_int_equal(errno, EAGAIN);
    buffer[size > 0 ? size : 0] = '\0';
    assert_string_equal(buffer, expected);
}

static void stop(void *data)
{
    haul_loop_stop(data);
}

/* Runs a number of iterations that is enough for whatever is ready, without waiting. */
static void iterate(struct fixture *fixture)
{
    for (int i = 0; i < 4; i++) {
        assert_int_equal(haul_loop_call_soon(fixture->loop, stop, fixture->loop, NULL), 0);
        assert_int_equal(haul_loop_run_forever(fixture->loop), 0);
    }
}

/* Runs until the writer's own task has ended; its code. */
static int end_of_run(struct fixture *fixture)
{
    struct haul_future *future = haul_task_future(fixture->run);
    assert_int_equal(haul_run_until_complete(fixture->loop, future), 0);
    return haul_future_code(future);
}

static void drain(struct fixture *fixture)
{
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(fixture->loop, HAUL_CALL(writer_drain, .writer = fixture->writer), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(writer_pending(fixture->writer), 0);
}

static void test_records_arrive_in_order(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    write_text(&fixture, "one\n");
    write_text(&fixture, "two\n");
    assert_int_equal(writer_pending(fixture.writer), 8);
    drain(&fixture);
    assert_arrived(&fixture, "one\ntwo\n");
    assert_int_equal(writer_state(fixture.writer), WRITER_OPEN);
    tear_down(&fixture);
}

/* A socket that keeps messages apart shows what is written at once: all records of an iteration, at its end. */
static void test_an_iteration_is_one_write(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_socket(&fixture, SOCK_SEQPACKET, true);
    write_text(&fixture, "one\n");
    write_text(&fixture, "two\n");
    assert_arrived(&fixture, "");
    iterate(&fixture);
    assert_arrived(&fixture, "one\ntwo\n");
    assert_arrived(&fixture, "");
    tear_down(&fixture);
}

/* Records that follow closely are held for 2 ms, to go together; after a pause they leave at once again. */
static void test_close_records_go_together(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_socket(&fixture, SOCK_SEQPACKET, true);
    write_text(&fixture, "one\n");
    iterate(&fixture);
    assert_arrived(&fixture, "one\n");
    write_text(&fixture, "two\n");
    iterate(&fixture);
    assert_arrived(&fixture, "");
    fixture.clock.now += HAUL_MILLISECOND;
    haul_loop_update_now(fixture.loop);
    write_text(&fixture, "three\n");
    iterate(&fixture);
    assert_arrived(&fixture, "");
    fixture.clock.now += HAUL_MILLISECOND;
    iterate(&fixture);
    assert_arrived(&fixture, "two\nthree\n");
    fixture.clock.now += 2 * HAUL_MILLISECOND;
    haul_loop_update_now(fixture.loop);
    write_text(&fixture, "four\n");
    iterate(&fixture);
    assert_arrived(&fixture, "four\n");
    tear_down(&fixture);
}

static void test_a_large_batch_leaves_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_socket(&fixture, SOCK_STREAM, true);
    static char record[64 * 1024 + 1];
    memset(record, 'x', sizeof(record));
    assert_int_equal(writer_write(fixture.writer, record, sizeof(record)), 0);
    assert_int_equal(writer_pending(fixture.writer), 0);
    tear_down(&fixture);
}

static void test_a_terminal_has_it_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    assert_int_equal(openpty(&fixture.reading, &fixture.writing, NULL, NULL, NULL), 0);
    set_up_on(&fixture, true);
    assert_true(writer_is_terminal(fixture.writer));
    write_text(&fixture, "one\n");
    assert_arrived(&fixture, "one\r\n");
    tear_down(&fixture);
}

/* Reads and checks a counted-up pattern, slowly enough that the writer has to wait; ends at its end. */
struct read_pattern {
    struct haul_coroutine coroutine;
    int descriptor;
    size_t expected;
    /* Private from here. */
    size_t taken;
};

static struct haul_step read_pattern(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(read_pattern);
    while (self->taken < self->expected) {
        HAUL_AWAIT(haul_wait_readable(task, self->descriptor));
        unsigned char buffer[5000];
        ssize_t size = read(self->descriptor, buffer, sizeof(buffer));
        assert_true(size > 0);
        for (ssize_t i = 0; i < size; i++)
            assert_int_equal(buffer[i], (self->taken + (size_t)i) * 7 % 251);
        self->taken += (size_t)size;
    }
    HAUL_FINALLY;
    HAUL_END;
}

static void write_pattern(struct fixture *fixture, size_t begin, size_t size)
{
    static unsigned char record[10000];
    for (size_t done = 0; done < size; done += sizeof(record)) {
        for (size_t i = 0; i < sizeof(record); i++)
            record[i] = (unsigned char)((begin + done + i) * 7 % 251);
        assert_int_equal(writer_write(fixture->writer, record, sizeof(record)), 0);
    }
}

static void read_all(struct fixture *fixture, size_t size)
{
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(fixture->loop,
                                   HAUL_CALL(read_pattern, .descriptor = fixture->reading, .expected = size), &outcome),
                     0);
    assert_int_equal(outcome.code, 0);
}

static void count_call(void *data)
{
    ++*(int *)data;
}

enum { much = 3000000 };

/* Everything about a reader that does not read yet, on any kind of descriptor. */
static void check_slow_reader(struct fixture *fixture)
{
    int rooms = 0;
    writer_set_room_callback(fixture->writer, count_call, &rooms);
    struct haul_task *waiting;
    write_pattern(fixture, 0, much);
    assert_true(writer_is_full(fixture->writer));
    assert_int_equal(
        haul_task_create(fixture->loop, HAUL_CALL(gate_pass, .gate = writer_room(fixture->writer)), &waiting), 0);
    iterate(fixture);
    assert_true(writer_is_full(fixture->writer));
    assert_false(haul_future_done(haul_task_future(waiting)));
    assert_int_equal(rooms, 0);

    read_all(fixture, much);
    assert_false(writer_is_full(fixture->writer));
    assert_int_equal(rooms, 1);
    assert_int_equal(haul_run_until_complete(fixture->loop, haul_task_future(waiting)), 0);
    haul_task_unref(waiting);
    drain(fixture);
    /* Nobody else finds the description changed. */
    assert_int_equal(fcntl(fixture->writing, F_GETFL) & O_NONBLOCK, 0);
}

static void test_slow_reader_of_a_pipe(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    check_slow_reader(&fixture);
    tear_down(&fixture);
}

static void test_slow_reader_of_a_socket(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_socket(&fixture, SOCK_STREAM, false);
    check_slow_reader(&fixture);
    tear_down(&fixture);
}

/* No descriptor is left to open the pipe again: small pieces, each after a look whether there is room. */
static void test_slow_reader_of_a_pipe_that_cannot_be_opened_again(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fixture.reading = ends[0];
    fixture.writing = ends[1];
    assert_int_equal(haul_loop_create(NULL, &fixture.loop), 0);
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    int code = writer_create(fixture.loop, fixture.writing, &fixture.writer);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(code, 0);
    assert_int_equal(haul_task_create(fixture.loop, HAUL_CALL(writer_run, .writer = fixture.writer), &fixture.run), 0);
    check_slow_reader(&fixture);
    tear_down(&fixture);
}

/* What waits is moved in memory as it grows and shrinks; nothing is lost or doubled. */
static void test_memory_is_used_again(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    for (size_t round = 0; round < 5; round++) {
        write_pattern(&fixture, 0, 251 * 10000);
        read_all(&fixture, 251 * 10000);
        drain(&fixture);
    }
    tear_down(&fixture);
}

static void test_reader_goes_away_while_nothing_is_written(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    iterate(&fixture);
    assert_int_equal(writer_state(fixture.writer), WRITER_OPEN);
    close_reading(&fixture);
    assert_int_equal(end_of_run(&fixture), -EPIPE);
    assert_int_equal(writer_state(fixture.writer), WRITER_READER_GONE);
    assert_int_equal(writer_error(fixture.writer), 0);
    write_text(&fixture, "nobody reads this\n");
    assert_int_equal(writer_pending(fixture.writer), 0);
    drain(&fixture);
    tear_down(&fixture);
}

static void test_other_side_of_a_socket_goes_away(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_socket(&fixture, SOCK_STREAM, false);
    iterate(&fixture);
    close_reading(&fixture);
    assert_int_equal(end_of_run(&fixture), -EPIPE);
    assert_int_equal(writer_state(fixture.writer), WRITER_READER_GONE);
    tear_down(&fixture);
}

/* It may still read, and what it has sent is not for haul. */
static void test_other_side_of_a_socket_ends_its_sending(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_socket(&fixture, SOCK_STREAM, true);
    assert_int_equal(write(fixture.reading, "x", 1), 1);
    shutdown(fixture.reading, SHUT_WR);
    iterate(&fixture);
    assert_int_equal(writer_state(fixture.writer), WRITER_OPEN);
    write_text(&fixture, "one\n");
    drain(&fixture);
    assert_arrived(&fixture, "one\n");
    close_reading(&fixture);
    fixture.clock.now += HAUL_SECOND;
    assert_int_equal(end_of_run(&fixture), -EPIPE);
    tear_down(&fixture);
}

static void test_reader_goes_away_while_much_waits(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    int rooms = 0;
    writer_set_room_callback(fixture.writer, count_call, &rooms);
    write_pattern(&fixture, 0, much);
    iterate(&fixture);
    close_reading(&fixture);
    assert_int_equal(end_of_run(&fixture), -EPIPE);
    assert_int_equal(writer_state(fixture.writer), WRITER_READER_GONE);
    assert_int_equal(writer_pending(fixture.writer), 0);
    assert_int_equal(rooms, 1);
    drain(&fixture);
    tear_down(&fixture);
}

static void test_reader_has_gone_before(void **state)
{
    (void)state;
    struct fixture fixture;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    fixture.reading = -1;
    fixture.writing = ends[1];
    set_up_on(&fixture, false);
    assert_int_equal(writer_state(fixture.writer), WRITER_READER_GONE);
    assert_int_equal(end_of_run(&fixture), -EPIPE);
    tear_down(&fixture);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_path(&fixture, "/dev/full");
    write_text(&fixture, "one\n");
    assert_int_equal(end_of_run(&fixture), -ENOSPC);
    assert_int_equal(writer_state(fixture.writer), WRITER_FAILED);
    assert_int_equal(writer_error(fixture.writer), ENOSPC);
    write_text(&fixture, "two\n");
    drain(&fixture);
    tear_down(&fixture);
}

static void test_regular_file(void **state)
{
    (void)state;
    struct fixture fixture;
    char path[] = "/tmp/haul-test-XXXXXX";
    fixture.writing = mkstemp(path);
    assert_true(fixture.writing >= 0);
    fixture.reading = open(path, O_RDONLY | O_CLOEXEC);
    unlink(path);
    set_up_on(&fixture, false);
    write_pattern(&fixture, 0, much);
    assert_false(writer_is_full(fixture.writer));
    drain(&fixture);
    static unsigned char file[much];
    assert_int_equal(read(fixture.reading, file, much), much);
    for (size_t i = 0; i < much; i++)
        assert_int_equal(file[i], i * 7 % 251);
    tear_down(&fixture);
}

/* A run that has failed has no writer_run any more, and what was written before leaves all the same. */
static void test_drain_alone(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    write_pattern(&fixture, 0, much);
    struct haul_task *task;
    assert_int_equal(haul_task_create(fixture.loop, HAUL_CALL(writer_drain, .writer = fixture.writer), &task), 0);
    iterate(&fixture);
    haul_task_cancel(fixture.run);
    assert_int_equal(end_of_run(&fixture), HAUL_E_CANCELLED);
    assert_false(haul_future_done(haul_task_future(task)));
    read_all(&fixture, much);
    assert_int_equal(haul_run_until_complete(fixture.loop, haul_task_future(task)), 0);
    assert_int_equal(writer_pending(fixture.writer), 0);
    haul_task_unref(task);
    tear_down(&fixture);
}

static void test_drain_can_be_cancelled(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    write_pattern(&fixture, 0, much);
    struct haul_task *task;
    assert_int_equal(haul_task_create(fixture.loop, HAUL_CALL(writer_drain, .writer = fixture.writer), &task), 0);
    iterate(&fixture);
    assert_false(haul_future_done(haul_task_future(task)));
    haul_task_cancel(task);
    assert_int_equal(haul_run_until_complete(fixture.loop, haul_task_future(task)), 0);
    assert_int_equal(haul_future_code(haul_task_future(task)), HAUL_E_CANCELLED);
    haul_task_unref(task);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_arrive_in_order),
        cmocka_unit_test(test_an_iteration_is_one_write),
        cmocka_unit_test(test_close_records_go_together),
        cmocka_unit_test(test_a_large_batch_leaves_at_once),
        cmocka_unit_test(test_a_terminal_has_it_at_once),
        cmocka_unit_test(test_slow_reader_of_a_pipe),
        cmocka_unit_test(test_slow_reader_of_a_socket),
        cmocka_unit_test(test_slow_reader_of_a_pipe_that_cannot_be_opened_again),
        cmocka_unit_test(test_memory_is_used_again),
        cmocka_unit_test(test_reader_goes_away_while_nothing_is_written),
        cmocka_unit_test(test_other_side_of_a_socket_goes_away),
        cmocka_unit_test(test_other_side_of_a_socket_ends_its_sending),
        cmocka_unit_test(test_reader_goes_away_while_much_waits),
        cmocka_unit_test(test_reader_has_gone_before),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_regular_file),
        cmocka_unit_test(test_drain_alone),
        cmocka_unit_test(test_drain_can_be_cancelled),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
