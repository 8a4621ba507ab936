#include "compare/url_list.h"

#include "compare/ideal.h"
#include "compare/measure.h"
#include "output/text.h"
#include "run/entry.h"
#include "run/feed.h"
#include "stage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct entry *make_entry(const char *input)
{
    const char *problem;
    struct entry *entry = entry_create(input, strlen(input), NULL, 0);
    assert_non_null(entry);
    int code = haul_url_create(input, strlen(input), &entry->url, &problem);
    if (code == HAUL_E_URL) {
        entry->result = haul_result_create_failed(NULL, HAUL_CLASS_URL, problem);
        assert_non_null(entry->result);
    } else {
        assert_int_equal(code, 0);
    }
    return entry;
}

/* Gives entries for texts, says once between two of them that there is nothing yet, and ends with a code. */
struct text_feed {
    struct feed feed;
    const char *const *texts; /* ends with NULL */
    int end;
    bool is_late;
};

static int next(struct feed *feed, struct entry **ret_entry)
{
    struct text_feed *self = (struct text_feed *)feed;
    self->is_late = !self->is_late;
    if (self->is_late)
        return HAUL_E_BUSY;
    if (!*self->texts)
        return self->end;
    *ret_entry = make_entry(*self->texts++);
    return 0;
}

static struct haul_await wait_for_next(struct haul_task *task, struct feed *feed)
{
    (void)feed;
    return haul_sleep(task, HAUL_SECOND);
}

static int read_texts(void **state, struct url_list *list, const char *const *texts, int end)
{
    struct text_feed feed = {.feed = {.next = next, .wait = wait_for_next}, .texts = texts, .end = end};
    return stage_run(*state, HAUL_CALL(url_list_read, .list = list, .feed = &feed.feed));
}

static void test_reads_all_and_waits_for_it(void **state)
{
    static const char *const texts[] = {"http://a.test/1", "http://user:secret@a.test:80/2",
                                        "https://a.test/", "ftp://me:secret@a.test/\033",
                                        "sleep:1",         NULL};
    struct url_list list = {0};
    assert_int_equal(read_texts(state, &list, texts, HAUL_E_DRAINED), 0);
    assert_int_equal(stage_time(*state), 6000);
    assert_int_equal(list.count, 5);
    assert_string_equal(list.names[0], "http://a.test/1");
    assert_string_equal(list.names[1], "http://user:***@a.test/2");
    assert_string_equal(list.names[3], "ftp://me:***@a.test/\\x1b");
    assert_int_equal(list.host_count, 2);
    assert_false(url_list_is_offline(&list));
    url_list_finish(&list);
}

static void test_an_empty_list(void **state)
{
    static const char *const texts[] = {NULL};
    struct url_list list = {0};
    assert_int_equal(read_texts(state, &list, texts, HAUL_E_DRAINED), 0);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.host_count, 0);
    assert_true(url_list_is_offline(&list));
    url_list_finish(&list);
}

static void test_a_list_that_cannot_be_read_on(void **state)
{
    static const char *const texts[] = {"http://a.test/1", NULL};
    struct url_list list = {0};
    assert_int_equal(read_texts(state, &list, texts, -EIO), -EIO);
    url_list_finish(&list);
}

/* More than the first room. */
static void test_a_long_list(void **state)
{
    struct url_list list = {0};
    (void)state;
    for (int i = 0; i < 1000; i++) {
        char text[40];
        sprintf(text, "http://%d.test/", i % 7);
        assert_int_equal(url_list_add(&list, make_entry(text)), 0);
    }
    assert_int_equal(list.count, 1000);
    assert_string_equal(list.names[999], "http://5.test/");
    assert_int_equal(url_list_count_hosts(&list), 0);
    assert_int_equal(list.host_count, 7);
    url_list_finish(&list);
}

static void test_what_sleeps_will_take(void **state)
{
    static const char *const texts[] = {"sleep:3", "sleep:2", "sleep:1", "ftp://a.test/"};
    struct url_list list = {0};
    struct measured_run run;
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(url_list_add(&list, make_entry(texts[i])), 0);
    assert_true(url_list_is_offline(&list));
    url_list_foretell(&list, 50, &run);
    assert_int_equal(run.sum_of_totals, 6 * HAUL_SECOND);
    assert_int_equal(run.wall, 3 * HAUL_SECOND);
    url_list_foretell(&list, 1, &run);
    assert_int_equal(run.wall, 6 * HAUL_SECOND);
    url_list_finish(&list);
}

static void test_hosts_have_numbers(void **state)
{
    static const char *const texts[] = {"http://b.test/", "sleep:1", "http://a.test/1", "ftp://a.test/",
                                        "http://b.test/2"};
    struct url_list list = {0};
    (void)state;
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(url_list_add(&list, make_entry(texts[i])), 0);
    assert_int_equal(url_list_count_hosts(&list), 0);
    const size_t expected[] = {1, IDEAL_NO_HOST, 0, IDEAL_NO_HOST, 1};
    assert_memory_equal(list.hosts, expected, sizeof(expected));
    url_list_finish(&list);
}

static struct entry *make_path(const char *path)
{
    struct entry *entry = entry_create(path, strlen(path), NULL, 0);
    assert_non_null(entry);
    const char *problem;
    struct haul_url *base;
    assert_int_equal(haul_url_create("http://old.test/", 16, &base, &problem), 0);
    assert_int_equal(haul_url_resolve(base, path, &entry->url, &problem), 0);
    haul_url_destroy(base);
    return entry;
}

static void test_a_list_of_paths_is_made_for_another_base(void **state)
{
    struct url_list list = {0};
    struct url_list copy;
    struct text query = {.bytes = (char[]){"a=b"}, .size = 3};
    (void)state;
    assert_int_equal(url_list_add(&list, make_path("/1?c=d")), 0);
    assert_int_equal(url_list_add(&list, make_entry("/\033")), 0);
    assert_int_equal(url_list_find_other_than_path(&list), 2);
    assert_int_equal(url_list_copy_for(&list, "https://new.test:444/sub/", &query, &copy), 0);
    assert_int_equal(copy.count, 2);
    assert_string_equal(copy.names[0], "https://new.test:444/1?c=d&a=b");
    assert_string_equal(list.names[0], "http://old.test/1?c=d");
    url_list_finish(&copy);
    assert_int_equal(url_list_show_paths(&list), 0);
    assert_string_equal(list.names[0], "/1?c=d");
    assert_string_equal(list.names[1], "/\\x1b");
    assert_int_equal(url_list_add(&list, make_entry("http://a.test/")), 0);
    assert_int_equal(url_list_find_other_than_path(&list), 2);
    url_list_finish(&list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reads_all_and_waits_for_it),
        TEST(test_an_empty_list),
        TEST(test_a_list_that_cannot_be_read_on),
        cmocka_unit_test(test_a_long_list),
        cmocka_unit_test(test_what_sleeps_will_take),
        cmocka_unit_test(test_hosts_have_numbers),
        cmocka_unit_test(test_a_list_of_paths_is_made_for_another_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
