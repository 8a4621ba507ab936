#include "input/line_request.h"
#include "output/failures.h"
#include "sample_entry.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test works in a folder of its own, with this file. */
static char folder[] = "/tmp/haul-failures-XXXXXX";
static const char path[] = "failed";

static int enter_folder(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    unlink(path);
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

static void assert_content(const char *expected, size_t size)
{
    static char content[200000];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(content, 1, sizeof(content), file), size);
    assert_memory_equal(content, expected, size);
    fclose(file);
}

static void the_lines_come_back_as_they_were(void **state)
{
    static const char expected[] = "one.example\ntwo\ta \"tag\"\nany\xff\x01\n";
    struct failures *failures;
    struct sample sample;
    struct stat status;
    (void)state;
    assert_int_equal(failures_create(path, (struct source_format){0}, false, &failures), 0);
    assert_int_equal(access(path, F_OK), -1);
    sample_init(&sample);
    failures_add(failures, &sample.entry);
    sample_set_input(&sample, "two");
    sample_set_tag(&sample, "a \"tag\"");
    failures_add(failures, &sample.entry);
    sample_init(&sample);
    sample_set_input(&sample, "any\xff\x01");
    failures_add(failures, &sample.entry);
    assert_int_equal(failures_commit(failures), 0);
    failures_destroy(failures);
    assert_content(expected, sizeof(expected) - 1);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void one_argument_stays_one_line(void **state)
{
    struct failures *failures;
    struct sample sample;
    (void)state;
    assert_int_equal(failures_create(path, (struct source_format){0}, false, &failures), 0);
    sample_init(&sample);
    sample_set_input(&sample, "http://a/\nhttp://b/");
    failures_add(failures, &sample.entry);
    assert_int_equal(failures_commit(failures), 0);
    failures_destroy(failures);
    assert_content("http://a/\vhttp://b/\n", 20);
}

/* Writes the sample's line alone. */
static void assert_line(const struct sample *sample, struct source_format format, bool has_globs, const char *expected,
                        size_t size)
{
    struct failures *failures;
    assert_int_equal(failures_create(path, format, has_globs, &failures), 0);
    failures_add(failures, &sample->entry);
    assert_int_equal(failures_commit(failures), 0);
    failures_destroy(failures);
    assert_content(expected, size);
}

#define assert_literal(sample, format, has_globs, literal)                                                             \
    assert_line(sample, format, has_globs, literal, sizeof(literal) - 1)

static void what_ends_with_nul_may_have_newlines(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_set_input(&sample, "http://a/\nb");
    sample_set_tag(&sample, "c\nd");
    assert_literal(&sample, ((struct source_format){.is_null_separated = true}), false, "http://a/\nb\tc\nd\0");
}

static void of_a_pattern_there_is_the_one_url(void **state)
{
    static const struct source_format plain = {0};
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_set_input(&sample, "h/{a}[::1]");
    assert_literal(&sample, plain, true, "h/{a}[::1]\n");
    sample.entry.is_expanded = true;
    assert_literal(&sample, plain, false, "h/{a}[::1]\n");
    assert_literal(&sample, plain, true, "h/\\{a\\}\\[::1\\]\n");
    sample_set_input(&sample, "http://[::1]/a");
    assert_literal(&sample, plain, true, "http://[::1]/a\n");
}

static void what_was_no_pattern_is_none(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_set_input(&sample, "h/{a,b}");
    sample.entry.is_literal = true;
    assert_literal(&sample, (struct source_format){0}, true, "h/\\{a,b\\}\n");
    assert_literal(&sample, (struct source_format){0}, false, "h/{a,b}\n");
    assert_literal(&sample, (struct source_format){.is_json = true}, true, "{\"url\":\"h/\\\\{a,b\\\\}\"}\n");
}

static void what_was_refused_stays_refused(void **state)
{
    static const struct source_format plain = {0};
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_set_input(&sample, "");
    assert_literal(&sample, plain, false, "\v\n");
    sample_set_tag(&sample, "h");
    assert_literal(&sample, plain, false, "\v\th\n");
    sample.entry.tag = NULL;
    sample.entry.tag_size = 0;
    sample_set_input(&sample, "#a");
    assert_literal(&sample, plain, false, "\v#a\n");
    assert_literal(&sample, (struct source_format){.is_null_separated = true}, false, "\v#a\0");
    sample_set_input(&sample, "\xef\xbb\xbfh");
    assert_literal(&sample, plain, false, "\xef\xbb\xbf\xef\xbb\xbfh\n");
    sample_set_input(&sample, " h");
    assert_literal(&sample, plain, false, "\v h\n");
    sample_set_input(&sample, "h\r");
    assert_literal(&sample, plain, false, "h\r\r\n");
    sample_set_input(&sample, "h");
    sample.entry.is_misread = true;
    assert_literal(&sample, plain, false, "\vh\n");
    assert_literal(&sample, (struct source_format){.is_json = true}, false, "{\"url\":\"\\u000bh\"}\n");
    static char text[] = "{\"url\":\"h\"}";
    struct line_request line = {.text = text, .text_size = sizeof(text) - 1, .url_at = 7, .url_size = 3};
    sample.entry.request = &line;
    assert_literal(&sample, (struct source_format){.is_json = true}, false, "\v{\"url\":\"h\"}\n");
    static char marked[] = "\xef\xbb\xbf{}";
    struct line_request other = {.text = marked, .text_size = sizeof(marked) - 1};
    sample.entry.request = &other;
    sample.entry.is_misread = false;
    assert_literal(&sample, (struct source_format){.is_json = true}, false, "\xef\xbb\xbf\xef\xbb\xbf{}\n");
}

static void what_is_no_utf_8_is_encoded_in_json(void **state)
{
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_set_input(&sample, "h/\xff\xc3\xa4\xc3");
    assert_literal(&sample, (struct source_format){.is_json = true}, false, "{\"url\":\"h/%FF\xc3\xa4%C3\"}\n");
}

static void a_json_line_is_as_it_was_read(void **state)
{
    static const struct source_format json = {.is_json = true};
    static char text[] = "{ \"url\": \"h/{a,b}\", \"method\": \"PUT\" }";
    struct line_request line = {.text = text, .text_size = sizeof(text) - 1, .url_at = 9, .url_size = 9};
    struct sample sample;
    (void)state;
    sample_init(&sample);
    sample_set_input(&sample, "h/a\"");
    sample.entry.request = &line;
    assert_literal(&sample, json, true, "{ \"url\": \"h/{a,b}\", \"method\": \"PUT\" }\n");
    sample.entry.is_expanded = true;
    assert_literal(&sample, json, true, "{ \"url\": \"h/a\\\"\", \"method\": \"PUT\" }\n");
    sample.entry.request = NULL;
    assert_literal(&sample, json, false, "{\"url\":\"h/a\\\"\"}\n");
    sample_set_tag(&sample, "b");
    assert_literal(&sample, json, false, "{\"url\":\"h/a\\\"\",\"tag\":\"b\"}\n");
}

static void many_lines_are_all_there(void **state)
{
    static char expected[12 * 15000];
    struct failures *failures;
    struct sample sample;
    (void)state;
    assert_int_equal(failures_create(path, (struct source_format){0}, false, &failures), 0);
    sample_init(&sample);
    for (int i = 0; i < 15000; i++) {
        memcpy(expected + (size_t)12 * (size_t)i, "one.example\n", 12);
        failures_add(failures, &sample.entry);
    }
    assert_int_equal(failures_commit(failures), 0);
    failures_destroy(failures);
    assert_content(expected, sizeof(expected));
}

static void what_was_not_committed_is_not_there(void **state)
{
    struct failures *failures;
    struct sample sample;
    (void)state;
    assert_int_equal(failures_create(path, (struct source_format){0}, false, &failures), 0);
    sample_init(&sample);
    failures_add(failures, &sample.entry);
    failures_destroy(failures);
    assert_int_equal(access(path, F_OK), -1);
    failures_destroy(NULL);
}

static void what_cannot_be_written_is_told(void **state)
{
    struct failures *failures;
    struct sample sample;
    (void)state;
    assert_int_equal(failures_create("no-folder/file", (struct source_format){0}, false, &failures), -ENOENT);
    assert_int_equal(failures_create("/dev/full", (struct source_format){0}, false, &failures), 0);
    sample_init(&sample);
    for (int i = 0; i < 15000; i++)
        failures_add(failures, &sample.entry);
    assert_int_equal(failures_commit(failures), -ENOSPC);
    failures_destroy(failures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_lines_come_back_as_they_were, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(one_argument_stays_one_line, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_ends_with_nul_may_have_newlines, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(of_a_pattern_there_is_the_one_url, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_was_no_pattern_is_none, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_was_refused_stays_refused, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_is_no_utf_8_is_encoded_in_json, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(a_json_line_is_as_it_was_read, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(many_lines_are_all_there, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_was_not_committed_is_not_there, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told, enter_folder, leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
