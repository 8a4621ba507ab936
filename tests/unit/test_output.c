#include "captured_stderr.h"
#include "options/status_set.h"
#include "output/body.h"
#include "output/output.h"
#include "output/summary.h"
#include "sample_entry.h"
#include "writer_stage.h"

#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* An output to a pipe, on the real clock. */
struct fixture {
    struct writer_stage stage;
    struct output *output;
};

static void make_output(struct fixture *fixture, enum output_format format)
{
    struct output_options options = {.format = format, .style = LINES_TABS, .writer = fixture->stage.writer};
    assert_int_equal(output_create(fixture->stage.loop, &options, &fixture->output), 0);
}

static void set_up(struct fixture *fixture, enum output_format format)
{
    writer_stage_open_pipe(&fixture->stage, false);
    make_output(fixture, format);
}

static void tear_down(struct fixture *fixture)
{
    writer_stage_end_run(&fixture->stage);
    output_destroy(fixture->output);
    writer_stage_close(&fixture->stage);
}

static struct haul_task *start(struct fixture *fixture, struct haul_awaitable awaitable)
{
    return writer_stage_task(&fixture->stage, awaitable);
}

static void end(struct fixture *fixture, struct haul_task *task)
{
    assert_int_equal(writer_stage_end(&fixture->stage, task), 0);
}

static void drain(struct fixture *fixture)
{
    end(fixture, start(fixture, HAUL_CALL(output_drain, .output = fixture->output)));
}

static void assert_written(struct fixture *fixture, const char *expected)
{
    drain(fixture);
    writer_stage_assert_arrived(&fixture->stage, expected);
}

/* Has ENTRY prepared and gives TEXT as its body; what the body function answered. */
static int fetch(struct fixture *fixture, struct sample *sample, const char *bytes, size_t size)
{
    haul_body_fn *fn;
    void *data;
    assert_int_equal(output_prepare(fixture->output, &sample->entry, &fn, &data), 0);
    return size > 0 ? fn(data, &sample->result, bytes, size) : 0;
}

static void emit(struct fixture *fixture, struct sample *sample)
{
    assert_int_equal(output_emit(fixture->output, &sample->entry), 0);
}

static void test_lines(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_LINES);
    struct sample sample;
    sample_init(&sample);
    assert_int_equal(fetch(&fixture, &sample, "body", 4), 0);
    assert_null(sample.entry.body);
    output_take_turn(fixture.output, &sample.entry);
    emit(&fixture, &sample);
    emit(&fixture, &sample);
    assert_written(&fixture, "200\t0.411000\t98\thttp://one.example/\t\n200\t0.411000\t98\thttp://one.example/\t\n");
    struct summary_counts counts;
    summary_counts(output_summary(fixture.output), &counts);
    assert_int_equal(counts.urls, 2);
    tear_down(&fixture);
}

static void test_records(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_RECORDS);
    struct sample sample;
    sample_init(&sample);
    emit(&fixture, &sample);
    drain(&fixture);
    char buffer[1000];
    ssize_t size = read(fixture.stage.reading, buffer, sizeof(buffer));
    assert_true(size > 100);
    assert_memory_equal(buffer, "{\"v\":1,", 7);
    assert_int_equal(buffer[size - 1], '\n');
    tear_down(&fixture);
}

static void test_bodies(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_BODIES);
    struct sample first;
    struct sample second;
    sample_init(&first);
    sample_init(&second);
    assert_int_equal(fetch(&fixture, &first, "one\n", 4), 0);
    assert_int_equal(fetch(&fixture, &second, "two\n", 4), 0);
    emit(&fixture, &second);
    emit(&fixture, &first);
    assert_null(first.entry.body);
    assert_written(&fixture, "two\none\n");
    tear_down(&fixture);
}

/* A sleep, or a line that was refused: there never was one. */
static void test_without_a_body(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_BODIES);
    struct sample sample;
    sample_init(&sample);
    emit(&fixture, &sample);
    sample_fail(&sample, HAUL_CLASS_URL, 0, "no such thing");
    sample.result.url = NULL;
    sample_set_input(&sample, "ftp://me:secret@x/");
    capture_stderr();
    emit(&fixture, &sample);
    assert_string_equal(captured_stderr(NULL), "haul: ftp://me:***@x/: url: no such thing\n");
    assert_written(&fixture, "");
    tear_down(&fixture);
}

static void test_failed_body_is_a_message(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_BODIES);
    struct sample sample;
    sample_init(&sample);
    assert_int_equal(fetch(&fixture, &sample, "half", 4), 0);
    output_take_turn(fixture.output, &sample.entry);
    sample_fail(&sample, HAUL_CLASS_PROTOCOL, 200, "it broke off");
    capture_stderr();
    emit(&fixture, &sample);
    assert_string_equal(captured_stderr(NULL), "haul: http://one.example/: protocol: it broke off\n");
    assert_written(&fixture, "");
    tear_down(&fixture);
}

/* What has gone straight through stands there, and is told. */
static void test_failed_midway(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_BODIES);
    static char bytes[70000];
    struct sample sample;
    sample_init(&sample);
    assert_int_equal(fetch(&fixture, &sample, NULL, 0), 0);
    output_take_turn(fixture.output, &sample.entry);
    memset(bytes, 'x', sizeof(bytes));
    assert_int_equal(body_receive(sample.entry.body, &sample.result, bytes, sizeof(bytes)), 0);
    sample_fail(&sample, HAUL_CLASS_TIMEOUT, 200, "it took too long");
    capture_stderr();
    emit(&fixture, &sample);
    assert_string_equal(captured_stderr(NULL),
                        "haul: http://one.example/: timeout: it took too long (the first 70000 bytes were written)\n");
    tear_down(&fixture);
}

/* Why a body was not taken is known better here than by who fetched it. */
static void test_refused_body(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_BODIES);
    static char bytes[70000];
    setenv("TMPDIR", "/nonexistent", 1);
    output_destroy(fixture.output);
    make_output(&fixture, OUTPUT_BODIES);
    struct sample sample;
    sample_init(&sample);
    assert_true(fetch(&fixture, &sample, bytes, sizeof(bytes)) < 0);
    sample_fail(&sample, HAUL_CLASS_LOCAL, 200, "cannot write");
    capture_stderr();
    emit(&fixture, &sample);
    assert_string_equal(captured_stderr(NULL), "haul: http://one.example/: local: the body cannot be kept in "
                                               "/nonexistent: No such file or directory\n");
    unsetenv("TMPDIR");
    tear_down(&fixture);
}

/* Reads SIZE bytes, all of them BYTE. */
struct read_bytes {
    struct haul_coroutine coroutine;
    int descriptor;
    size_t size;
    char byte;
};

static struct haul_step read_bytes(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(read_bytes);
    while (self->size > 0) {
        HAUL_AWAIT(haul_wait_readable(task, self->descriptor));
        char buffer[10000];
        ssize_t taken = read(self->descriptor, buffer, self->size < sizeof(buffer) ? self->size : sizeof(buffer));
        assert_true(taken > 0);
        for (ssize_t i = 0; i < taken; i++)
            assert_int_equal(buffer[i], self->byte);
        self->size -= (size_t)taken;
    }
    HAUL_FINALLY;
    HAUL_END;
}

static void read_all(struct fixture *fixture, size_t size, char byte)
{
    end(fixture,
        start(fixture, HAUL_CALL(read_bytes, .descriptor = fixture->stage.reading, .size = size, .byte = byte)));
}

/* It is full while lines wait in the writer, or bodies before it. */
static void check_room(struct fixture *fixture, size_t size, char byte)
{
    assert_true(output_is_full(fixture->output));
    struct haul_task *waiting = start(fixture, HAUL_CALL(output_wait_room, .output = fixture->output));
    struct haul_task *draining = start(fixture, HAUL_CALL(output_drain, .output = fixture->output));
    read_all(fixture, size / 4, byte);
    assert_false(haul_future_done(haul_task_future(draining)));
    read_all(fixture, size - size / 4, byte);
    end(fixture, waiting);
    assert_false(output_is_full(fixture->output));
    end(fixture, draining);
}

static void test_room_behind_lines(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_LINES);
    static char much[1500000];
    memset(much, 'x', sizeof(much));
    assert_int_equal(writer_write(fixture.stage.writer, much, sizeof(much)), 0);
    check_room(&fixture, sizeof(much), 'x');
    tear_down(&fixture);
}

static void test_room_behind_bodies(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_BODIES);
    static char much[5000000];
    memset(much, 'y', sizeof(much));
    struct sample sample;
    sample_init(&sample);
    assert_int_equal(fetch(&fixture, &sample, much, sizeof(much)), 0);
    emit(&fixture, &sample);
    check_room(&fixture, sizeof(much), 'y');
    tear_down(&fixture);
}

/* A file takes all at once, and a large body is moved in parts all the same. */
static void test_drain_moves_all(void **state)
{
    (void)state;
    static char much[5000000];
    memset(much, 'y', sizeof(much));
    struct fixture fixture;
    writer_stage_open_file(&fixture.stage, false);
    make_output(&fixture, OUTPUT_BODIES);
    struct sample sample;
    sample_init(&sample);
    assert_int_equal(fetch(&fixture, &sample, much, sizeof(much)), 0);
    emit(&fixture, &sample);
    drain(&fixture);
    assert_int_equal(lseek(fixture.stage.writing, 0, SEEK_END), sizeof(much));
    tear_down(&fixture);
}

/* A run that has failed has no writer_run any more. */
static void test_drain_alone(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, OUTPUT_BODIES);
    static char much[5000000];
    memset(much, 'y', sizeof(much));
    struct sample sample;
    sample_init(&sample);
    assert_int_equal(fetch(&fixture, &sample, much, sizeof(much)), 0);
    emit(&fixture, &sample);
    haul_task_cancel(fixture.stage.run);
    haul_run_until_complete(fixture.stage.loop, haul_task_future(fixture.stage.run));
    struct haul_task *draining = start(&fixture, HAUL_CALL(output_drain, .output = fixture.output));
    read_all(&fixture, sizeof(much), 'y');
    end(&fixture, draining);
    tear_down(&fixture);
}

static void test_style(void **state)
{
    (void)state;
    int screen;
    int terminal;
    assert_int_equal(openpty(&screen, &terminal, NULL, NULL, NULL), 0);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_AUTO, null), LINES_TABS);
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_AUTO, terminal), LINES_COLOURED);
    setenv("NO_COLOR", "", 1);
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_AUTO, terminal), LINES_COLOURED);
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_AUTO, terminal), LINES_COLUMNS);
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_AUTO, terminal), LINES_COLUMNS);
    unsetenv("TERM");
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_AUTO, terminal), LINES_COLUMNS);
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_ALWAYS, terminal), LINES_COLOURED);
    setenv("TERM", "xterm", 1);
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_NEVER, terminal), LINES_COLUMNS);
    assert_int_equal(output_style_for(FORMAT_TSV, COLOUR_ALWAYS, terminal), LINES_TABS);
    assert_int_equal(output_style_for(FORMAT_TEXT, COLOUR_AUTO, null), LINES_COLUMNS);
    assert_int_equal(output_style_for(FORMAT_TEXT, COLOUR_ALWAYS, null), LINES_COLOURED);
    assert_int_equal(output_style_for(FORMAT_DEFAULT, COLOUR_ALWAYS, null), LINES_TABS);
    close(screen);
    close(terminal);
    close(null);
}

/* What is not wanted is counted all the same. */
static void test_only(void **state)
{
    (void)state;
    for (int only = ONLY_ALL; only <= ONLY_FAILED; only++) {
        struct fixture fixture;
        struct sample good;
        struct sample bad;
        struct summary_counts counts;
        writer_stage_open_pipe(&fixture.stage, false);
        struct output_options options = {.style = LINES_TABS, .only = (enum only)only, .writer = fixture.stage.writer};
        assert_int_equal(output_create(fixture.stage.loop, &options, &fixture.output), 0);
        sample_init(&good);
        sample_init(&bad);
        sample_fail(&bad, HAUL_CLASS_HTTP, 404, "no");
        emit(&fixture, &good);
        emit(&fixture, &bad);
        const char *expected = "200\t0.411000\t98\thttp://one.example/\t\n404\t0.411000\t98\thttp://one.example/\tno\n";
        const char *second = strchr(expected, '\n') + 1;
        char first[100] = "";
        memcpy(first, expected, (size_t)(second - expected));
        assert_written(&fixture, only == ONLY_ALL ? expected : only == ONLY_OK ? first : second);
        summary_counts(output_summary(fixture.output), &counts);
        assert_int_equal(counts.urls, 2);
        tear_down(&fixture);
    }
}

static void test_csv_names_its_columns_though_nothing_follows(void **state)
{
    (void)state;
    struct fixture fixture;
    char buffer[1000];
    set_up(&fixture, OUTPUT_CSV);
    drain(&fixture);
    ssize_t size = read(fixture.stage.reading, buffer, sizeof(buffer));
    assert_true(size > 100);
    assert_memory_equal(buffer, "index,line,", 11);
    assert_ptr_equal(memchr(buffer, '\n', (size_t)size), buffer + size - 1);
    tear_down(&fixture);
}

static void test_bodies_of_what_is_ok(void **state)
{
    (void)state;
    struct fixture fixture;
    struct status_set statuses = {0};
    struct sample missing;
    struct sample found;
    status_set_add(&statuses, 404, 404);
    writer_stage_open_pipe(&fixture.stage, false);
    struct output_options options = {.format = OUTPUT_BODIES, .ok_status = &statuses, .writer = fixture.stage.writer};
    assert_int_equal(output_create(fixture.stage.loop, &options, &fixture.output), 0);
    sample_init(&missing);
    sample_init(&found);
    missing.result.status = 404;
    assert_int_equal(fetch(&fixture, &missing, "missing\n", 8), 0);
    assert_int_equal(fetch(&fixture, &found, "found\n", 6), 0);
    emit(&fixture, &missing);
    emit(&fixture, &found);
    assert_written(&fixture, "missing\n");
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_only),
        cmocka_unit_test(test_csv_names_its_columns_though_nothing_follows),
        cmocka_unit_test(test_bodies_of_what_is_ok),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_without_a_body),
        cmocka_unit_test(test_failed_body_is_a_message),
        cmocka_unit_test(test_failed_midway),
        cmocka_unit_test(test_refused_body),
        cmocka_unit_test(test_room_behind_lines),
        cmocka_unit_test(test_room_behind_bodies),
        cmocka_unit_test(test_drain_moves_all),
        cmocka_unit_test(test_drain_alone),
        cmocka_unit_test(test_style),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
