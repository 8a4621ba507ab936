#include "run/dedupe.h"

#include "input/json_line.h"
#include "input/line_request.h"
#include "run/entry.h"

#include <haul/result.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct dedupe *create(void)
{
    struct dedupe *dedupe;
    assert_int_equal(dedupe_create("/tmp", &dedupe), 0);
    return dedupe;
}

static struct entry *make_entry(const char *url)
{
    const char *problem;
    struct entry *entry = entry_create(url, strlen(url), NULL, 0);
    assert_non_null(entry);
    assert_int_equal(haul_url_create(url, strlen(url), &entry->url, &problem), 0);
    return entry;
}

/* An entry of a JSON line with the URL http://h/ and these members. */
static struct entry *make_json_entry(const char *members)
{
    struct json_line line;
    char text[200];
    int size = snprintf(text, sizeof(text), "{\"url\":\"http://h/\"%s}", members);
    assert_int_equal(json_line_parse(text, (size_t)size, &line), 0);
    assert_string_equal(line.problem, "");
    struct entry *entry = make_entry(line.url);
    entry->request = line_request_ref(line.request);
    json_line_finish(&line);
    return entry;
}

enum answer { FETCHED, WAITS, ANSWERED };

static enum answer enter(struct dedupe *dedupe, struct entry *entry)
{
    bool is_waiting;
    assert_int_equal(dedupe_enter(dedupe, entry, &is_waiting), 0);
    if (entry->result) {
        assert_false(is_waiting);
        return ANSWERED;
    }
    return is_waiting ? WAITS : FETCHED;
}

/* Gives it a result, and gives those that wait for it theirs; the first of them. */
static struct entry *settle(struct dedupe *dedupe, struct entry *entry, enum haul_class error_class)
{
    struct entry *waiting;
    entry->result = haul_result_create_failed(haul_url_masked(entry->url), error_class, "because");
    assert_int_equal(dedupe_settle(dedupe, entry, &waiting), 0);
    for (struct entry *twin = waiting; twin; twin = twin->twin)
        assert_int_equal(dedupe_answer(dedupe, twin), 0);
    return waiting;
}

static void check_answer(const struct entry *entry, const char *url)
{
    assert_string_equal(entry->result->message, "because");
    assert_string_equal(entry->result->url, url);
}

static void the_first_is_fetched_and_others_wait_with_it(void **state)
{
    struct dedupe *dedupe = create();
    struct entry *entries[] = {make_entry("http://h/a"), make_entry("http://h/a"), make_entry("http://h/b"),
                               make_entry("http://H:80/a#x")};
    (void)state;
    assert_int_equal(enter(dedupe, entries[0]), FETCHED);
    assert_int_equal(enter(dedupe, entries[1]), WAITS);
    assert_int_equal(enter(dedupe, entries[2]), FETCHED);
    assert_int_equal(enter(dedupe, entries[3]), WAITS);
    assert_ptr_equal(settle(dedupe, entries[0], HAUL_CLASS_DNS), entries[1]);
    assert_ptr_equal(entries[1]->twin, entries[3]);
    assert_null(entries[3]->twin);
    check_answer(entries[1], "http://h/a");
    check_answer(entries[3], "http://h/a#x");
    assert_null(settle(dedupe, entries[2], HAUL_CLASS_DNS));
    for (size_t i = 0; i < 4; i++)
        entry_destroy(entries[i]);
    dedupe_destroy(dedupe);
}

/* Of so many that most facts are in the file. */
static void later_ones_have_the_answer_though_the_first_has_left(void **state)
{
    struct dedupe *dedupe = create();
    char url[40];
    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 2000; i++) {
            snprintf(url, sizeof(url), "http://h/%d", i);
            struct entry *entry = make_entry(url);
            assert_int_equal(enter(dedupe, entry), round == 0 ? FETCHED : ANSWERED);
            if (round == 0)
                assert_null(settle(dedupe, entry, HAUL_CLASS_DNS));
            check_answer(entry, url);
            entry_destroy(entry);
        }
    dedupe_destroy(dedupe);
}

static void what_was_cut_short_is_not_known(void **state)
{
    struct dedupe *dedupe = create();
    struct entry *first = make_entry("http://h/");
    struct entry *twin = make_entry("http://h/");
    struct entry *third = make_entry("http://h/");
    (void)state;
    assert_int_equal(enter(dedupe, first), FETCHED);
    assert_int_equal(enter(dedupe, twin), WAITS);
    assert_ptr_equal(settle(dedupe, first, HAUL_CLASS_CANCELLED), twin);
    assert_int_equal(twin->result->error_class, HAUL_CLASS_CANCELLED);
    assert_int_equal(enter(dedupe, third), FETCHED);
    entry_destroy(first);
    entry_destroy(twin);
    entry_destroy(third);
    /* With one in flight. */
    dedupe_destroy(dedupe);
    dedupe_destroy(NULL);
}

static void what_json_lines_ask_for_counts(void **state)
{
    static const char *const members[] = {
        "",
        ",\"method\":\"PUT\"",
        ",\"method\":\"POST\"",
        ",\"headers\":{\"a\":\"b\"}",
        ",\"headers\":{\"a\":\"b\",\"c\":\"d\"}",
        ",\"headers\":{\"a\":\"bc\"}",
        ",\"body\":\"\"",
        ",\"body\":\"a\"",
        ",\"output\":\"a\"",
        ",\"output\":\"b\"",
    };
    enum { count = sizeof(members) / sizeof(members[0]) };
    struct dedupe *dedupe = create();
    struct entry *entries[2 * count];
    (void)state;
    for (size_t i = 0; i < 2 * count; i++) {
        entries[i] = make_json_entry(members[i % count]);
        assert_int_equal(enter(dedupe, entries[i]), i < count ? FETCHED : WAITS);
    }
    /* A tag is not sent, nor is how long to wait. */
    struct entry *tagged = make_json_entry(",\"tag\":[1],\"retry\":3,\"max_time\":1");
    assert_int_equal(enter(dedupe, tagged), WAITS);
    struct entry *plain = make_entry("http://h/");
    assert_int_equal(enter(dedupe, plain), WAITS);
    for (size_t i = 0; i < 2 * count; i++)
        entry_destroy(entries[i]);
    entry_destroy(tagged);
    entry_destroy(plain);
    dedupe_destroy(dedupe);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct dedupe *dedupe;
    (void)state;
    assert_true(dedupe_create("/tmp/there-is-no-such-folder", &dedupe) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_fetched_and_others_wait_with_it),
        cmocka_unit_test(later_ones_have_the_answer_though_the_first_has_left),
        cmocka_unit_test(what_was_cut_short_is_not_known),
        cmocka_unit_test(what_json_lines_ask_for_counts),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
