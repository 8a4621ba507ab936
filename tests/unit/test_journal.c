#include "captured_stderr.h"
#include "output/appender.h"
#include "output/journal.h"
#include "writer_stage.h"

#include <haul/error.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A journal that follows a writer to a pipe. */
struct fixture {
    struct writer_stage stage;
    struct journal *journal;
    char path[40];
    struct outlets outlets;
    bool is_settled;
};

static bool is_settled(void *data)
{
    return ((const struct fixture *)data)->is_settled;
}

static void begin(struct fixture *fixture)
{
    writer_stage_open_pipe(&fixture->stage, true);
    strcpy(fixture->path, "/tmp/haul-journal-XXXXXX");
    int descriptor = mkstemp(fixture->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    fixture->is_settled = true;
    assert_int_equal(journal_open(fixture->path, &fixture->journal), 0);
    fixture->outlets = (struct outlets){
        .loop = fixture->stage.loop,
        .writers = {fixture->stage.writer},
        .is_settled = is_settled,
        .data = fixture,
        .appenders = {journal_appender(fixture->journal)},
    };
    outlets_begin(&fixture->outlets);
}

static void end(struct fixture *fixture)
{
    outlets_end(&fixture->outlets);
    journal_close(fixture->journal);
    unlink(fixture->path);
    writer_stage_end_run(&fixture->stage);
    writer_stage_close(&fixture->stage);
}

static void add(struct fixture *fixture, const char *record)
{
    assert_int_equal(appender_add(journal_appender(fixture->journal), record, strlen(record)), 0);
}

static void give_out(struct fixture *fixture, size_t size)
{
    char *bytes = calloc(size, 1);
    assert_int_equal(writer_write(fixture->stage.writer, bytes, size), 0);
    free(bytes);
}

static void take_in(struct fixture *fixture, size_t size)
{
    char bytes[65536];
    while (size > 0) {
        ssize_t taken = read(fixture->stage.reading, bytes, size < sizeof(bytes) ? size : sizeof(bytes));
        if (taken > 0)
            size -= (size_t)taken;
        else
            writer_stage_iterate(&fixture->stage);
    }
    writer_stage_iterate(&fixture->stage);
}

static void assert_content(const struct fixture *fixture, const char *expected)
{
    char content[200];
    int descriptor = open(fixture->path, O_RDONLY | O_CLOEXEC);
    ssize_t size = read(descriptor, content, sizeof(content));
    close(descriptor);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(content, expected, (size_t)size);
}

static void records_that_come_together_are_written_soon(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    add(&fixture, "one\n");
    add(&fixture, "two\n");
    assert_content(&fixture, "");
    writer_stage_iterate(&fixture.stage);
    assert_content(&fixture, "one\ntwo\n");
    end(&fixture);
}

enum { more_than_fits = 300000 };

static void a_record_waits_for_what_was_given_out_before(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    give_out(&fixture, more_than_fits);
    add(&fixture, "one\n");
    writer_stage_iterate(&fixture.stage);
    assert_content(&fixture, "");
    give_out(&fixture, more_than_fits);
    add(&fixture, "two\n");
    take_in(&fixture, more_than_fits);
    assert_content(&fixture, "one\n");
    take_in(&fixture, more_than_fits);
    assert_content(&fixture, "one\ntwo\n");
    end(&fixture);
}

static void what_waits_can_be_read(void **state)
{
    struct fixture fixture;
    char bytes[8];
    (void)state;
    begin(&fixture);
    const struct appender *appender = journal_appender(fixture.journal);
    give_out(&fixture, more_than_fits);
    add(&fixture, "one\n");
    writer_stage_iterate(&fixture.stage);
    add(&fixture, "two\n");
    assert_int_equal(appender_pending(appender), 8);
    assert_int_equal(appender_read(appender, 0, bytes, sizeof(bytes)), 8);
    assert_memory_equal(bytes, "one\ntwo\n", 8);
    assert_int_equal(appender_read(appender, 2, bytes, 3), 3);
    assert_memory_equal(bytes, "e\nt", 3);
    assert_int_equal(appender_read(appender, 5, bytes, sizeof(bytes)), 3);
    assert_memory_equal(bytes, "wo\n", 3);
    assert_int_equal(appender_read(appender, 8, bytes, sizeof(bytes)), 0);
    take_in(&fixture, more_than_fits);
    assert_int_equal(appender_pending(appender), 0);
    end(&fixture);
}

static void what_is_not_settled_is_not_with_the_writer(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    fixture.is_settled = false;
    add(&fixture, "one\n");
    writer_stage_iterate(&fixture.stage);
    assert_content(&fixture, "");
    /* The last piece is settled only behind its writing. */
    give_out(&fixture, 65536);
    fixture.is_settled = true;
    writer_stage_iterate(&fixture.stage);
    take_in(&fixture, 65536);
    assert_content(&fixture, "one\n");
    end(&fixture);
}

static void what_is_lost_is_not_noted(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    give_out(&fixture, more_than_fits);
    add(&fixture, "one\n");
    writer_stage_close_reading(&fixture.stage);
    writer_stage_iterate(&fixture.stage);
    give_out(&fixture, 1);
    add(&fixture, "two\n");
    writer_stage_iterate(&fixture.stage);
    outlets_look(&fixture.outlets);
    assert_content(&fixture, "");
    end(&fixture);
}

static void half_a_record_is_taken_back(void **state)
{
    struct fixture fixture;
    const struct rlimit limit = {1010, RLIM_INFINITY};
    char whole[1001];
    struct stat status;
    struct rlimit before;
    (void)state;
    begin(&fixture);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    memset(whole, '\n', 1000);
    whole[1000] = '\0';
    add(&fixture, whole);
    outlets_look(&fixture.outlets);
    capture_stderr();
    setrlimit(RLIMIT_FSIZE, &limit);
    add(&fixture, "more than fits\n");
    outlets_look(&fixture.outlets);
    setrlimit(RLIMIT_FSIZE, &before);
    add(&fixture, "third\n");
    outlets_look(&fixture.outlets);
    const char *message = captured_stderr(NULL);
    assert_non_null(strstr(message, "cannot write to the journal /tmp/haul-journal-"));
    assert_ptr_equal(strchr(message, '\n'), message + strlen(message) - 1);
    assert_true(appender_has_failed(journal_appender(fixture.journal)));
    assert_int_equal(stat(fixture.path, &status), 0);
    assert_int_equal(status.st_size, 1000);
    end(&fixture);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_that_come_together_are_written_soon),
        cmocka_unit_test(a_record_waits_for_what_was_given_out_before),
        cmocka_unit_test(what_waits_can_be_read),
        cmocka_unit_test(what_is_not_settled_is_not_with_the_writer),
        cmocka_unit_test(what_is_lost_is_not_noted),
        cmocka_unit_test(half_a_record_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
