#include "writer_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void write_text(struct writer_stage *stage, const char *text)
{
    assert_int_equal(writer_write(stage->writer, text, strlen(text)), 0);
}

/* Runs until the writer's own task has ended; its code. */
static int end_of_run(struct writer_stage *stage)
{
    struct haul_future *future = haul_task_future(stage->run);
    assert_int_equal(haul_run_until_complete(stage->loop, future), 0);
    return haul_future_code(future);
}

static void drain(struct writer_stage *stage)
{
    struct haul_task *task = writer_stage_task(stage, HAUL_CALL(writer_drain, .writer = stage->writer));
    assert_int_equal(writer_stage_end(stage, task), 0);
    assert_int_equal(writer_pending(stage->writer), 0);
}

static void tear_down(struct writer_stage *stage)
{
    writer_stage_end_run(stage);
    writer_stage_close(stage);
}

static void test_records_arrive_in_order(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_pipe(&stage, false);
    write_text(&stage, "one\n");
    write_text(&stage, "two\n");
    assert_int_equal(writer_pending(stage.writer), 8);
    drain(&stage);
    writer_stage_assert_arrived(&stage, "one\ntwo\n");
    assert_int_equal(writer_state(stage.writer), WRITER_OPEN);
    tear_down(&stage);
}

/* A socket that keeps messages apart shows what is written at once: all records of an iteration, at its end. */
static void test_an_iteration_is_one_write(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_socket(&stage, SOCK_SEQPACKET, true);
    write_text(&stage, "one\n");
    write_text(&stage, "two\n");
    writer_stage_assert_arrived(&stage, "");
    writer_stage_iterate(&stage);
    writer_stage_assert_arrived(&stage, "one\ntwo\n");
    writer_stage_assert_arrived(&stage, "");
    tear_down(&stage);
}

/* Records that follow closely are held for 2 ms, to go together; after a pause they leave at once again. */
static void test_close_records_go_together(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_socket(&stage, SOCK_SEQPACKET, true);
    write_text(&stage, "one\n");
    writer_stage_iterate(&stage);
    writer_stage_assert_arrived(&stage, "one\n");
    write_text(&stage, "two\n");
    writer_stage_iterate(&stage);
    writer_stage_assert_arrived(&stage, "");
    stage.clock.now += HAUL_MILLISECOND;
    haul_loop_update_now(stage.loop);
    write_text(&stage, "three\n");
    writer_stage_iterate(&stage);
    writer_stage_assert_arrived(&stage, "");
    stage.clock.now += HAUL_MILLISECOND;
    writer_stage_iterate(&stage);
    writer_stage_assert_arrived(&stage, "two\nthree\n");
    stage.clock.now += 2 * HAUL_MILLISECOND;
    haul_loop_update_now(stage.loop);
    write_text(&stage, "four\n");
    writer_stage_iterate(&stage);
    writer_stage_assert_arrived(&stage, "four\n");
    tear_down(&stage);
}

static void test_a_large_batch_leaves_at_once(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_socket(&stage, SOCK_STREAM, true);
    static char record[64 * 1024 + 1];
    memset(record, 'x', sizeof(record));
    assert_int_equal(writer_write(stage.writer, record, sizeof(record)), 0);
    assert_int_equal(writer_pending(stage.writer), 0);
    tear_down(&stage);
}

static void test_a_terminal_has_it_at_once(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_terminal(&stage, true);
    assert_true(writer_is_terminal(stage.writer));
    write_text(&stage, "one\n");
    writer_stage_assert_arrived(&stage, "one\r\n");
    tear_down(&stage);
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

static void write_pattern(struct writer_stage *stage, size_t begin, size_t size)
{
    static unsigned char record[10000];
    for (size_t done = 0; done < size; done += sizeof(record)) {
        for (size_t i = 0; i < sizeof(record); i++)
            record[i] = (unsigned char)((begin + done + i) * 7 % 251);
        assert_int_equal(writer_write(stage->writer, record, sizeof(record)), 0);
    }
}

static void read_all(struct writer_stage *stage, size_t size)
{
    struct haul_awaitable reading = HAUL_CALL(read_pattern, .descriptor = stage->reading, .expected = size);
    assert_int_equal(writer_stage_end(stage, writer_stage_task(stage, reading)), 0);
}

struct wait_room {
    struct haul_coroutine coroutine;
    struct writer *writer;
};

static struct haul_step wait_room(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(wait_room);
    HAUL_AWAIT(haul_event_wait(task, writer_room(self->writer)));
    HAUL_FINALLY;
    HAUL_END;
}

static void count_call(void *data)
{
    ++*(int *)data;
}

enum { much = 3000000 };

/* Everything about a reader that does not read yet, on any kind of descriptor. */
static void check_slow_reader(struct writer_stage *stage)
{
    int rooms = 0;
    writer_set_room_callback(stage->writer, count_call, &rooms);
    write_pattern(stage, 0, much);
    assert_true(writer_is_full(stage->writer));
    struct haul_task *waiting = writer_stage_task(stage, HAUL_CALL(wait_room, .writer = stage->writer));
    writer_stage_iterate(stage);
    assert_true(writer_is_full(stage->writer));
    assert_false(haul_future_done(haul_task_future(waiting)));
    assert_int_equal(rooms, 0);

    read_all(stage, much);
    assert_false(writer_is_full(stage->writer));
    assert_int_equal(rooms, 1);
    assert_int_equal(writer_stage_end(stage, waiting), 0);
    drain(stage);
    /* Nobody else finds the description changed. */
    assert_int_equal(fcntl(stage->writing, F_GETFL) & O_NONBLOCK, 0);
}

static void test_what_is_written_is_counted_and_told(void **state)
{
    (void)state;
    struct writer_stage stage;
    int calls = 0;
    writer_stage_open_pipe(&stage, false);
    writer_set_written_callback(stage.writer, count_call, &calls);
    assert_int_equal(writer_write(stage.writer, "one", 3), 0);
    assert_int_equal(writer_taken(stage.writer), 3);
    assert_int_equal(writer_written(stage.writer), 0);
    writer_stage_iterate(&stage);
    assert_int_equal(writer_written(stage.writer), 3);
    assert_int_equal(calls, 1);
    writer_stage_close_reading(&stage);
    writer_stage_iterate(&stage);
    assert_int_equal(writer_write(stage.writer, "lost", 4), 0);
    writer_flush(stage.writer);
    assert_int_equal(writer_taken(stage.writer), 7);
    assert_int_equal(writer_written(stage.writer), 3);
    assert_int_equal(calls, 1);
    tear_down(&stage);
}

static void test_slow_reader_of_a_pipe(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_pipe(&stage, false);
    check_slow_reader(&stage);
    tear_down(&stage);
}

static void test_slow_reader_of_a_socket(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_socket(&stage, SOCK_STREAM, false);
    check_slow_reader(&stage);
    tear_down(&stage);
}

/* No descriptor is left to open the pipe again: small pieces, each after a look whether there is room. */
static void test_slow_reader_of_a_pipe_that_cannot_be_opened_again(void **state)
{
    (void)state;
    struct writer_stage stage;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    stage.reading = ends[0];
    stage.writing = ends[1];
    assert_int_equal(haul_loop_create(NULL, &stage.loop), 0);
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    int code = writer_create(stage.loop, stage.writing, &stage.writer);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(code, 0);
    stage.run = writer_stage_task(&stage, HAUL_CALL(writer_run, .writer = stage.writer));
    check_slow_reader(&stage);
    tear_down(&stage);
}

/* What waits is moved in memory as it grows and shrinks; nothing is lost or doubled. */
static void test_memory_is_used_again(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_pipe(&stage, false);
    for (size_t round = 0; round < 5; round++) {
        write_pattern(&stage, 0, much);
        read_all(&stage, much);
        drain(&stage);
    }
    tear_down(&stage);
}

static void test_reader_goes_away_while_nothing_is_written(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_pipe(&stage, false);
    writer_stage_iterate(&stage);
    assert_int_equal(writer_state(stage.writer), WRITER_OPEN);
    writer_stage_close_reading(&stage);
    assert_int_equal(end_of_run(&stage), -EPIPE);
    assert_int_equal(writer_state(stage.writer), WRITER_READER_GONE);
    assert_int_equal(writer_error(stage.writer), 0);
    write_text(&stage, "nobody reads this\n");
    assert_int_equal(writer_pending(stage.writer), 0);
    drain(&stage);
    tear_down(&stage);
}

static void test_other_side_of_a_socket_goes_away(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_socket(&stage, SOCK_STREAM, false);
    writer_stage_iterate(&stage);
    writer_stage_close_reading(&stage);
    assert_int_equal(end_of_run(&stage), -EPIPE);
    assert_int_equal(writer_state(stage.writer), WRITER_READER_GONE);
    tear_down(&stage);
}

/* It may still read, and what it has sent is not for haul. */
static void test_other_side_of_a_socket_ends_its_sending(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_socket(&stage, SOCK_STREAM, true);
    assert_int_equal(write(stage.reading, "x", 1), 1);
    shutdown(stage.reading, SHUT_WR);
    writer_stage_iterate(&stage);
    assert_int_equal(writer_state(stage.writer), WRITER_OPEN);
    write_text(&stage, "one\n");
    drain(&stage);
    writer_stage_assert_arrived(&stage, "one\n");
    writer_stage_close_reading(&stage);
    stage.clock.now += HAUL_SECOND;
    assert_int_equal(end_of_run(&stage), -EPIPE);
    tear_down(&stage);
}

static void test_reader_goes_away_while_much_waits(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_pipe(&stage, false);
    int rooms = 0;
    writer_set_room_callback(stage.writer, count_call, &rooms);
    write_pattern(&stage, 0, much);
    writer_stage_iterate(&stage);
    writer_stage_close_reading(&stage);
    assert_int_equal(end_of_run(&stage), -EPIPE);
    assert_int_equal(writer_state(stage.writer), WRITER_READER_GONE);
    assert_int_equal(writer_pending(stage.writer), 0);
    assert_int_equal(rooms, 1);
    drain(&stage);
    tear_down(&stage);
}

static void test_reader_has_gone_before(void **state)
{
    (void)state;
    struct writer_stage stage;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    stage.reading = -1;
    stage.writing = ends[1];
    writer_stage_open(&stage, false);
    assert_int_equal(writer_state(stage.writer), WRITER_READER_GONE);
    assert_int_equal(end_of_run(&stage), -EPIPE);
    tear_down(&stage);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_path(&stage, "/dev/full");
    write_text(&stage, "one\n");
    assert_int_equal(end_of_run(&stage), -ENOSPC);
    assert_int_equal(writer_state(stage.writer), WRITER_FAILED);
    assert_int_equal(writer_error(stage.writer), ENOSPC);
    write_text(&stage, "two\n");
    drain(&stage);
    tear_down(&stage);
}

static void test_regular_file(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_file(&stage, false);
    write_pattern(&stage, 0, much);
    assert_false(writer_is_full(stage.writer));
    drain(&stage);
    static unsigned char file[much];
    assert_int_equal(read(stage.reading, file, much), much);
    for (size_t i = 0; i < much; i++)
        assert_int_equal(file[i], i * 7 % 251);
    tear_down(&stage);
}

/* A run that has failed has no writer_run any more, and what was written before leaves all the same. */
static void test_drain_alone(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_pipe(&stage, false);
    write_pattern(&stage, 0, much);
    struct haul_task *task = writer_stage_task(&stage, HAUL_CALL(writer_drain, .writer = stage.writer));
    writer_stage_iterate(&stage);
    haul_task_cancel(stage.run);
    assert_int_equal(end_of_run(&stage), HAUL_E_CANCELLED);
    assert_false(haul_future_done(haul_task_future(task)));
    read_all(&stage, much);
    assert_int_equal(writer_stage_end(&stage, task), 0);
    assert_int_equal(writer_pending(stage.writer), 0);
    tear_down(&stage);
}

static void test_drain_can_be_cancelled(void **state)
{
    (void)state;
    struct writer_stage stage;
    writer_stage_open_pipe(&stage, false);
    write_pattern(&stage, 0, much);
    struct haul_task *task = writer_stage_task(&stage, HAUL_CALL(writer_drain, .writer = stage.writer));
    writer_stage_iterate(&stage);
    assert_false(haul_future_done(haul_task_future(task)));
    haul_task_cancel(task);
    assert_int_equal(writer_stage_end(&stage, task), HAUL_E_CANCELLED);
    tear_down(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_arrive_in_order),
        cmocka_unit_test(test_an_iteration_is_one_write),
        cmocka_unit_test(test_close_records_go_together),
        cmocka_unit_test(test_a_large_batch_leaves_at_once),
        cmocka_unit_test(test_a_terminal_has_it_at_once),
        cmocka_unit_test(test_what_is_written_is_counted_and_told),
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
