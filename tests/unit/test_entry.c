#include "input/glob.h"
#include "input/line_request.h"
#include "run/entry.h"

#include <haul/result.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_copies_its_texts(void **state)
{
    (void)state;
    char input[] = "a\0b";
    char tag[] = "tag";
    struct entry *entry = entry_create(input, 3, tag, 3);
    assert_non_null(entry);
    memset(input, 'x', sizeof(input));
    memset(tag, 'x', sizeof(tag));
    assert_int_equal(entry->input_size, 3);
    assert_memory_equal(entry->input, "a\0b", 3);
    assert_int_equal(entry->tag_size, 3);
    assert_memory_equal(entry->tag, "tag", 3);
    assert_null(entry->url);
    assert_null(entry->result);
    assert_null(entry->body);
    entry_destroy(entry);
}

/* No tag and an empty one are two things. */
static void test_tag(void **state)
{
    (void)state;
    struct entry *without = entry_create("", 0, NULL, 0);
    struct entry *empty = entry_create("", 0, "", 0);
    assert_null(without->tag);
    assert_non_null(empty->tag);
    assert_int_equal(empty->tag_size, 0);
    entry_destroy(without);
    entry_destroy(empty);
}

static void test_copies_its_globs(void **state)
{
    (void)state;
    char bytes[] = "onetwo";
    const struct glob_value globs[] = {{bytes, 3}, {NULL, 0}, {bytes + 3, 3}};
    struct entry *entry = entry_create("", 0, NULL, 0);
    assert_int_equal(entry_set_globs(entry, globs, 0), 0);
    assert_null(entry->globs);
    assert_int_equal(entry_set_globs(entry, globs, 3), 0);
    memset(bytes, 'x', sizeof(bytes));
    assert_int_equal(entry->glob_count, 3);
    assert_memory_equal(entry->globs[0].bytes, "one", 3);
    assert_int_equal(entry->globs[1].size, 0);
    assert_memory_equal(entry->globs[2].bytes, "two", 3);
    entry_destroy(entry);
}

static void test_owns_what_it_holds(void **state)
{
    (void)state;
    struct entry *entry = entry_create("sleep:1", 7, NULL, 0);
    const char *problem;
    assert_int_equal(haul_url_create("sleep:1", 7, &entry->url, &problem), 0);
    entry->result = haul_result_create_failed("sleep:1", HAUL_CLASS_CANCELLED, "no");
    assert_non_null(entry->result);
    entry->request = line_request_create("{}", 2);
    assert_non_null(entry->request);
    entry_destroy(entry);
    entry_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_its_texts),
        cmocka_unit_test(test_tag),
        cmocka_unit_test(test_copies_its_globs),
        cmocka_unit_test(test_owns_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
