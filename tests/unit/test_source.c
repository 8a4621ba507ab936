#include "input/source.h"

#include "captured_stderr.h"

#include <haul/error.h>
#include <haul/run.h>
#include <haul/sleep.h>
#include <haul/task.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory of the test's own, the current one, with the files that a test makes. */
static char directory[40];

static int enter_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof(directory), "/tmp/haul-test-source-XXXXXX");
    return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
    (void)state;
    static const char *const names[] = {"one", "two", "file", "fifo", "example.com"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(names[i]);
    rmdir("folder");
    return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void write_bytes(const char *name, const char *bytes, size_t size)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static struct source *create(const struct source_item *items, size_t count)
{
    struct source *source;
    assert_int_equal(source_create(items, count, (struct source_format){0}, &source), 0);
    return source;
}

/* Asks a file, which may say that it is the turn of others, but always goes on. */
static int next_of_file(struct source *source, struct source_line *ret_line)
{
    int code;
    do
        code = source_next(source, ret_line);
    while (code == HAUL_E_BUSY);
    return code;
}

/* Asks for a line that must be there. */
static void expect(struct source *source, const char *list, uint64_t number, const char *input)
{
    struct source_line line;
    assert_int_equal(source_next(source, &line), 0);
    assert_int_equal(line.list != NULL, list != NULL);
    if (list)
        assert_string_equal(line.list, list);
    assert_int_equal(line.number, number);
    assert_int_equal(line.line.input_size, strlen(input));
    assert_memory_equal(line.line.input, input, strlen(input));
    assert_null(line.problem);
}

static void expect_answer(struct source *source, int code)
{
    struct source_line line;
    assert_int_equal(source_next(source, &line), code);
}

static void arguments_and_lists_come_in_their_order(void **state)
{
    (void)state;
    write_text("one", "\xef\xbb\xbf"
                      "a\r\n\n# comment\n  b \ttag\nc");
    write_text("two", "\n\n");
    const struct source_item items[] = {
        {SOURCE_URL, "http://x/"}, {SOURCE_LIST, "one"}, {SOURCE_LIST, "two"},
        {SOURCE_URL, "# y:"},      {SOURCE_URL, ""},     {SOURCE_LIST, "one"},
    };
    struct source *source = create(items, 6);
    expect(source, NULL, 1, "http://x/");
    for (int time = 0; time < 2; time++) {
        expect(source, "one", 1, "a");
        struct source_line line;
        assert_int_equal(source_next(source, &line), 0);
        assert_int_equal(line.number, 4);
        assert_memory_equal(line.line.tag, "tag", line.line.tag_size);
        expect(source, "one", 5, "c");
        if (time == 0) {
            expect(source, NULL, 2, "# y:");
            expect(source, NULL, 3, "");
        }
    }
    expect_answer(source, HAUL_E_DRAINED);
    expect_answer(source, HAUL_E_DRAINED);
    assert_false(source_has_failed(source));
    source_destroy(source);
}

static void a_list_that_cannot_be_read_costs_a_message_and_the_others_go_on(void **state)
{
    (void)state;
    assert_int_equal(mkdir("folder", 0700), 0);
    write_text("one", "a\n");
    const struct source_item items[] = {
        {SOURCE_LIST, "missing\n"}, {SOURCE_LIST, "folder"}, {SOURCE_LIST, "one"}, {SOURCE_LIST, "one/x"}};
    struct source *source = create(items, 4);
    capture_stderr();
    expect(source, "one", 1, "a");
    assert_true(source_has_failed(source));
    expect_answer(source, HAUL_E_DRAINED);
    assert_string_equal(captured_stderr(NULL), "haul: cannot read missing\\n: No such file or directory\n"
                                               "haul: cannot read folder: Is a directory\n"
                                               "haul: cannot read one/x: Not a directory\n");
    source_destroy(source);
}

static void a_file_as_argument_stays_a_url_and_gets_a_hint(void **state)
{
    (void)state;
    write_text("example.com", "a\n");
    const struct source_item items[] = {
        {SOURCE_URL, "example.com"}, {SOURCE_URL, "http://example.com"}, {SOURCE_URL, "."}, {SOURCE_URL, "-"}};
    struct source *source = create(items, 4);
    capture_stderr();
    expect(source, NULL, 1, "example.com");
    expect(source, NULL, 2, "http://example.com");
    expect(source, NULL, 3, ".");
    expect(source, NULL, 4, "-");
    assert_string_equal(captured_stderr(NULL),
                        "haul: example.com is taken as a URL; to read URLs from it: -i example.com\n"
                        "haul: - is taken as a URL; to read URLs from standard input: -i -\n");
    assert_false(source_has_failed(source));
    source_destroy(source);
}

/* Lines of every length up to some, and around the sizes of reads and buffers. */
static void no_line_is_torn_wherever_a_read_ends(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 2,      65533,  65534,  65535,   65536,   65537, 131071, 131072,
                                     7, 262143, 524288, 700000, 1048574, 1048575, 3,     65535,  1};
    enum { count = sizeof(lengths) / sizeof(lengths[0]) };
    FILE *file = fopen("file", "w");
    assert_non_null(file);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < lengths[i]; j++)
            fputc('a' + (int)((i + j) % 26), file);
        if (i + 1 < count)
            fputc('\n', file);
    }
    fclose(file);

    const struct source_item items[] = {{SOURCE_LIST, "file"}};
    struct source *source = create(items, 1);
    for (size_t i = 0; i < count; i++) {
        struct source_line line;
        assert_int_equal(source_next(source, &line), 0);
        assert_null(line.problem);
        assert_int_equal(line.number, i + 1);
        assert_int_equal(line.line.input_size, lengths[i]);
        for (size_t j = 0; j < lengths[i]; j++)
            if (line.line.input[j] != 'a' + (char)((i + j) % 26))
                fail();
    }
    expect_answer(source, HAUL_E_DRAINED);
    source_destroy(source);
}

/* Of a line that is too long the begin comes, with the reason, and the next line is whole. */
static void a_line_too_long_is_refused_and_the_next_is_there(void **state)
{
    (void)state;
    static const size_t lengths[] = {1048576, 1048577, 2097152, 5242957};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (int form = 0; form < 3; form++) { /* a line follows; only its newline; nothing */
            size_t size = lengths[i];
            char *bytes = malloc(size + 10);
            assert_non_null(bytes);
            memset(bytes, 'x', size);
            memcpy(bytes, "first\n", 6);
            size += 6;
            memset(bytes + 6, 'x', lengths[i]);
            memcpy(bytes + size, "\nb\n", 3);
            write_bytes("file", bytes, size + (form == 0 ? 3 : form == 1 ? 1 : 0));
            free(bytes);

            const struct source_item items[] = {{SOURCE_LIST, "file"}, {SOURCE_URL, "c:"}};
            struct source *source = create(items, 2);
            expect(source, "file", 1, "first");
            struct source_line line;
            assert_int_equal(next_of_file(source, &line), 0);
            assert_string_equal(line.problem, "the line is longer than 1 MB");
            assert_int_equal(line.number, 2);
            assert_int_equal(line.line.input_size, 65536);
            assert_int_equal(next_of_file(source, &line), 0);
            if (form == 0) {
                assert_int_equal(line.number, 3);
                assert_int_equal(line.line.input_size, 1);
                assert_memory_equal(line.line.input, "b", 1);
                assert_int_equal(source_next(source, &line), 0);
            }
            assert_null(line.list);
            assert_memory_equal(line.line.input, "c:", 2);
            expect_answer(source, HAUL_E_DRAINED);
            source_destroy(source);
        }
    }
}

/* A pipe in place of standard input. */
struct piped_stdin {
    int original;
    int writer;
};

static struct piped_stdin pipe_stdin(void)
{
    int pipes[2];
    struct piped_stdin piped = {.original = dup(STDIN_FILENO)};
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    assert_int_equal(dup2(pipes[0], STDIN_FILENO), STDIN_FILENO);
    close(pipes[0]);
    piped.writer = pipes[1];
    return piped;
}

static void restore_stdin(struct piped_stdin piped)
{
    if (piped.original >= 0) {
        assert_int_equal(dup2(piped.original, STDIN_FILENO), STDIN_FILENO);
        close(piped.original);
    } else {
        close(STDIN_FILENO);
    }
}

static void send_text(int descriptor, const char *text)
{
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
}

static void a_pipe_gives_a_line_as_soon_as_it_is_whole(void **state)
{
    (void)state;
    const struct source_item items[] = {{SOURCE_LIST, "-"}, {SOURCE_LIST, "-"}, {SOURCE_URL, "z:"}};
    struct piped_stdin piped = pipe_stdin();
    struct source *source = create(items, 3);
    expect_answer(source, HAUL_E_BUSY);
    send_text(piped.writer, "a");
    expect_answer(source, HAUL_E_BUSY);
    send_text(piped.writer, "b\nc\nd");
    expect(source, "standard input", 1, "ab");
    expect(source, "standard input", 2, "c");
    expect_answer(source, HAUL_E_BUSY);
    close(piped.writer);
    expect(source, "standard input", 3, "d");
    /* Standard input named again is empty, though there may be more by now (of a terminal). */
    expect(source, NULL, 1, "z:");
    expect_answer(source, HAUL_E_DRAINED);
    source_destroy(source);
    restore_stdin(piped);
}

static void nothing_is_read_that_is_not_asked_for(void **state)
{
    (void)state;
    const struct source_item items[] = {{SOURCE_LIST, "-"}};
    struct piped_stdin piped = pipe_stdin();
    assert_true(fcntl(piped.writer, F_SETPIPE_SZ, 1024 * 1024) >= 1024 * 1024);
    static char block[200 * 1024];
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = i % 64 == 63 ? '\n' : 'x';
    assert_int_equal(write(piped.writer, block, sizeof(block)), sizeof(block));

    struct source *source = create(items, 1);
    int left;
    assert_int_equal(ioctl(STDIN_FILENO, FIONREAD, &left), 0);
    assert_int_equal(left, sizeof(block));
    struct source_line line;
    for (int lines = 0; lines < 64 * 1024 / 64; lines++) {
        assert_int_equal(source_next(source, &line), 0);
        assert_int_equal(ioctl(STDIN_FILENO, FIONREAD, &left), 0);
        assert_int_equal(left, sizeof(block) - 65536);
    }
    close(piped.writer);
    source_destroy(source);
    restore_stdin(piped);
}

static void a_fifo_without_a_writer_is_waited_for(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    const struct source_item items[] = {{SOURCE_LIST, "fifo"}};
    struct source *source = create(items, 1);
    expect_answer(source, HAUL_E_BUSY);
    int writer = open("fifo", O_WRONLY | O_CLOEXEC);
    assert_true(writer >= 0);
    expect_answer(source, HAUL_E_BUSY);
    send_text(writer, "a\n");
    expect(source, "fifo", 1, "a");
    close(writer);
    expect_answer(source, HAUL_E_DRAINED);
    source_destroy(source);
}

static void closed_standard_input_cannot_be_read(void **state)
{
    (void)state;
    const struct source_item items[] = {{SOURCE_LIST, "-"}, {SOURCE_URL, "z:"}};
    int original = dup(STDIN_FILENO);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(null >= 0);
    assert_int_equal(dup2(null, STDIN_FILENO), STDIN_FILENO);
    close(null);
    struct source *source = create(items, 2);
    capture_stderr();
    expect(source, NULL, 1, "z:");
    assert_string_equal(captured_stderr(NULL), "haul: cannot read standard input: Bad file descriptor\n");
    assert_true(source_has_failed(source));
    source_destroy(source);
    restore_stdin((struct piped_stdin){.original = original});
}

/* Reads all lines, waiting where it must, and counts waits. */
struct reader {
    struct haul_coroutine coroutine;
    struct source *source;
    int code;
    int lines;
    int waits;
};

static struct haul_step reader(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reader);
    for (;;) {
        struct source_line line;
        self->code = source_next(self->source, &line);
        if (self->code == HAUL_E_DRAINED)
            break;
        if (self->code == 0) {
            self->lines++;
            continue;
        }
        assert_int_equal(self->code, HAUL_E_BUSY);
        self->waits++;
        HAUL_AWAIT(source_wait(task, self->source));
    }
    HAUL_RETURN(.integer = self->lines * 1000 + self->waits);
    HAUL_FINALLY;
    HAUL_END;
}

struct writer {
    struct haul_coroutine coroutine;
    int descriptor;
    int left;
};

/* Writes a line once whoever else runs has had a turn, and again, and goes. */
static struct haul_step writer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(writer);
    for (; self->left > 0; self->left--) {
        HAUL_AWAIT(haul_sleep(task, 0));
        send_text(self->descriptor, "a\n");
    }
    HAUL_FINALLY;
    close(self->descriptor);
    HAUL_END;
}

static int64_t run_reader(struct source *source, int writer_descriptor)
{
    struct haul_loop *loop;
    struct haul_outcome outcome;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    if (writer_descriptor >= 0)
        assert_int_equal(haul_task_create(loop, HAUL_CALL(writer, .descriptor = writer_descriptor, .left = 3), NULL),
                         0);
    assert_int_equal(haul_run_task(loop, HAUL_CALL(reader, .source = source), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    return outcome.value.integer;
}

static void waiting_ends_with_a_line_and_with_the_end(void **state)
{
    (void)state;
    const struct source_item items[] = {{SOURCE_LIST, "-"}};
    struct piped_stdin piped = pipe_stdin();
    struct source *source = create(items, 1);
    int64_t value = run_reader(source, piped.writer);
    assert_int_equal(value / 1000, 3);
    assert_in_range(value % 1000, 1, 4);
    source_destroy(source);
    restore_stdin(piped);
}

/* A list of comments alone must not keep the loop from everything else. */
static void a_file_without_lines_gives_others_their_turn(void **state)
{
    (void)state;
    enum { megabytes = 5 };
    static char block[1024 * 1024];
    memset(block, '\n', sizeof(block));
    FILE *file = fopen("file", "w");
    assert_non_null(file);
    for (int i = 0; i < megabytes; i++)
        assert_int_equal(fwrite(block, sizeof(block), 1, file), 1);
    fclose(file);
    const struct source_item items[] = {{SOURCE_LIST, "file"}};
    struct source *source = create(items, 1);
    assert_int_equal(run_reader(source, -1), megabytes);
    source_destroy(source);
}

static void a_source_is_destroyed_at_any_time(void **state)
{
    (void)state;
    source_destroy(NULL);
    write_text("one", "a\nb\n");
    const struct source_item items[] = {{SOURCE_LIST, "one"}};
    source_destroy(create(items, 1));
    int before = dup(0);
    close(before);
    struct source *source = create(items, 1);
    expect(source, "one", 1, "a");
    source_destroy(source);
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_directory, leave_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arguments_and_lists_come_in_their_order),
        TEST(a_list_that_cannot_be_read_costs_a_message_and_the_others_go_on),
        TEST(a_file_as_argument_stays_a_url_and_gets_a_hint),
        TEST(no_line_is_torn_wherever_a_read_ends),
        TEST(a_line_too_long_is_refused_and_the_next_is_there),
        TEST(a_pipe_gives_a_line_as_soon_as_it_is_whole),
        TEST(nothing_is_read_that_is_not_asked_for),
        TEST(a_fifo_without_a_writer_is_waited_for),
        TEST(closed_standard_input_cannot_be_read),
        TEST(waiting_ends_with_a_line_and_with_the_end),
        TEST(a_file_without_lines_gives_others_their_turn),
        TEST(a_source_is_destroyed_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
