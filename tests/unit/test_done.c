#include "input/line_request.h"
#include "output/record.h"
#include "output/text.h"
#include "run/done.h"
#include "sample_entry.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* A journal in the making. */
struct fixture {
    struct sample sample;
    int descriptor;
    struct done *done;
};

static void begin(struct fixture *fixture)
{
    sample_init(&fixture->sample);
    fixture->descriptor = memfd_create("journal", MFD_CLOEXEC);
    assert_true(fixture->descriptor >= 0);
    assert_int_equal(done_create(&fixture->done), 0);
}

static void end(struct fixture *fixture)
{
    done_destroy(fixture->done);
    close(fixture->descriptor);
}

/* Adds the record of the sample as it is. */
static void note(struct fixture *fixture, bool ok)
{
    struct text text = {0};
    fixture->sample.result.ok = ok;
    assert_int_equal(record_write(&text, &fixture->sample.entry, &(struct record_options){.has_tries = false}), 0);
    assert_int_equal(write(fixture->descriptor, text.bytes, text.size), text.size);
    text_finish(&text);
}

static uint64_t read_journal(struct fixture *fixture)
{
    uint64_t strange;
    assert_int_equal(done_read(fixture->done, fixture->descriptor, &strange), 0);
    return strange;
}

static int is_done(const struct fixture *fixture)
{
    bool ignored;
    return done_has(fixture->done, &fixture->sample.entry, &ignored);
}

static void the_last_record_of_an_input_counts(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    sample_set_input(&fixture.sample, "one");
    note(&fixture, false);
    note(&fixture, true);
    sample_set_input(&fixture.sample, "two");
    note(&fixture, true);
    note(&fixture, false);
    assert_int_equal(read_journal(&fixture), 0);
    assert_int_equal(is_done(&fixture), 0);
    sample_set_input(&fixture.sample, "one");
    assert_int_equal(is_done(&fixture), 1);
    sample_set_input(&fixture.sample, "three");
    assert_int_equal(is_done(&fixture), 0);
    end(&fixture);
}

/* Makes the sample's entry the one of a number of inputs, no two of which are the same. */
static bool choose(struct sample *sample, struct line_request *request, unsigned number)
{
    sample_init(sample);
    sample->entry.request = NULL;
    switch (number) {
    case 0:
        sample_set_input(sample, "a");
        return true;
    case 1:
        sample_set_input(sample, "a\xff\x01\"\\");
        return true;
    case 2:
        sample_set_input(sample, "a");
        sample_set_tag(sample, "b");
        return true;
    case 3:
        sample_set_input(sample, "ab");
        return true;
    case 4:
        sample_set_input(sample, "a");
        sample_set_tag(sample, "\xfe");
        return true;
    case 5:
        sample_set_input(sample, "a");
        sample_set_tag(sample, "");
        return true;
    case 6:
        sample_set_input(sample, "a");
        sample_set_tag(sample, "1");
        return true;
    case 7:
        sample_set_input(sample, "a");
        sample_set_tag(sample, "1");
        sample->entry.is_tag_json = true;
        return true;
    case 8:
        sample_set_input(sample, "a");
        *request = (struct line_request){.digest = "00"};
        sample->entry.request = request;
        return true;
    default:
        return false;
    }
}

static void inputs_are_told_apart(void **state)
{
    (void)state;
    struct line_request request;
    struct sample unused;
    for (unsigned one = 0; choose(&unused, &request, one); one++) {
        struct fixture fixture;
        begin(&fixture);
        assert_true(choose(&fixture.sample, &request, one));
        note(&fixture, true);
        assert_int_equal(read_journal(&fixture), 0);
        for (unsigned other = 0; choose(&fixture.sample, &request, other); other++)
            assert_int_equal(is_done(&fixture), one == other);
        end(&fixture);
    }
}

static void a_line_that_asks_for_no_more_is_as_any(void **state)
{
    struct fixture fixture;
    struct line_request request = {.digest = ""};
    (void)state;
    begin(&fixture);
    note(&fixture, true);
    read_journal(&fixture);
    fixture.sample.entry.request = &request;
    assert_int_equal(is_done(&fixture), 1);
    end(&fixture);
}

static int add_file(void *data, const char *path, size_t size)
{
    struct text *paths = data;
    text_append(paths, path, size);
    text_append_string(paths, " ");
    return paths->size > 20 ? -EPERM : 0;
}

static void files_are_those_of_what_is_done(void **state)
{
    struct fixture fixture;
    struct text paths = {0};
    static const char lines[] = "{\"v\":1,\"input\":\"a\",\"tag\":null,\"ok\":true,\"file\":\"of a\"}\n"
                                "{\"v\":1,\"input\":\"b\",\"tag\":null,\"ok\":true,\"file\":\"of b\"}\n"
                                "{\"v\":1,\"input\":\"c\",\"tag\":null,\"ok\":true,\"file\":null}\n"
                                "{\"v\":1,\"input\":\"a\",\"tag\":null,\"ok\":false,\"file\":\"half\"}\n"
                                "{\"v\":1,\"input\":\"d\",\"tag\":null,\"ok\":true,\"file\":\"of d\"}\n";
    (void)state;
    begin(&fixture);
    assert_int_equal(write(fixture.descriptor, lines, sizeof(lines) - 1), sizeof(lines) - 1);
    read_journal(&fixture);
    assert_int_equal(done_each_file(fixture.done, fixture.descriptor, add_file, &paths), 0);
    assert_int_equal(paths.size, 10);
    assert_memory_equal(paths.bytes, "of b of d ", 10);
    assert_int_equal(done_each_file(fixture.done, fixture.descriptor, add_file, &paths), 0);
    assert_int_equal(done_each_file(fixture.done, fixture.descriptor, add_file, &paths), -EPERM);
    text_finish(&paths);
    end(&fixture);
}

static void lines_that_are_no_records_are_counted(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture);
    assert_int_equal(write(fixture.descriptor, "a\n\n{}\n", 6), 6);
    note(&fixture, true);
    assert_int_equal(write(fixture.descriptor, "{\"v\":1", 6), 6);
    assert_int_equal(read_journal(&fixture), 2);
    assert_int_equal(is_done(&fixture), 1);
    end(&fixture);
}

static void what_cannot_be_read_is_told(void **state)
{
    struct done *done;
    uint64_t strange;
    (void)state;
    assert_int_equal(done_create(&done), 0);
    assert_int_equal(done_read(done, -1, &strange), -EBADF);
    done_destroy(done);
    done_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_record_of_an_input_counts),     cmocka_unit_test(inputs_are_told_apart),
        cmocka_unit_test(a_line_that_asks_for_no_more_is_as_any), cmocka_unit_test(files_are_those_of_what_is_done),
        cmocka_unit_test(lines_that_are_no_records_are_counted),  cmocka_unit_test(what_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
