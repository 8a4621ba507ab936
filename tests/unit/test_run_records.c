#include "compare/run_records.h"

#include "output/text.h"
#include "run/entry.h"

#include <haul/duration.h>
#include <haul/result.h>

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* When haul began, and when runs do. */
static const struct epoch epoch = {.wall = 1000 * HAUL_SECOND, .monotonic = 5 * HAUL_SECOND};
static const int64_t start = 7 * HAUL_SECOND;

static void add(struct run_records *records, const char *input, uint64_t index)
{
    struct haul_result *result = haul_result_create_failed(NULL, HAUL_CLASS_URL, "is none");
    struct entry *entry = entry_create(input, strlen(input), NULL, 0);
    assert_non_null(result);
    assert_non_null(entry);
    entry->index = index;
    entry->result = result;
    run_records_add(records, entry, start);
    entry_destroy(entry);
}

/* What came: how many lines, each whole, and those that are of INDEX. */
struct reading {
    uint64_t count;
    uint64_t wrong;
    uint64_t last; /* to be taken; 0: all */
};

static int take(void *data, const char *line, size_t size)
{
    struct reading *reading = data;
    char key[32];
    snprintf(key, sizeof(key), "\"index\":%" PRIu64 ",", reading->count++);
    bool is_whole = line[0] == '{' && line[size - 1] == '\n' && memchr(line, '\n', size) == line + size - 1;
    reading->wrong += !is_whole || memmem(line, size, key, strlen(key)) == NULL;
    return reading->count == reading->last ? -ECANCELED : 0;
}

static void check(struct run_records *records, size_t number, uint64_t count)
{
    struct reading reading = {0};
    assert_int_equal(run_records_read(records, number, take, &reading), 0);
    assert_int_equal(reading.count, count);
    assert_int_equal(reading.wrong, 0);
}

static void runs_come_back_each_with_its_own(void **state)
{
    (void)state;
    struct run_records *records;
    assert_int_equal(run_records_create("/tmp", &epoch, &records), 0);
    run_records_begin(records, 0);
    add(records, "to warm up", 0);
    run_records_begin(records, 1);
    add(records, "a", 0);
    add(records, "b", 1);
    run_records_begin(records, 2);
    run_records_begin(records, 3);
    /* More than is held, or read, at once. */
    for (uint64_t index = 0; index < 3000; index++)
        add(records, "c", index);
    check(records, 3, 3000);
    check(records, 1, 2);
    check(records, 2, 0);
    check(records, 3, 3000);
    run_records_destroy(records);
}

static int find_epoch(void *data, const char *line, size_t size)
{
    static const char key[] = "\"ts\":1002.";
    *(bool *)data = memmem(line, size, key, sizeof(key) - 1) != NULL;
    return 0;
}

static void records_are_of_the_run_that_they_are_in(void **state)
{
    (void)state;
    struct run_records *records;
    bool is_right = false;
    assert_int_equal(run_records_create("/tmp", &epoch, &records), 0);
    run_records_begin(records, 1);
    struct haul_result *result = haul_result_create_failed(NULL, HAUL_CLASS_CONNECT, "refused");
    struct entry *entry = entry_create("a", 1, NULL, 0);
    assert_non_null(result);
    assert_non_null(entry);
    result->started = start;
    result->attempts = 1;
    entry->result = result;
    run_records_add(records, entry, start);
    entry_destroy(entry);
    assert_int_equal(run_records_read(records, 1, find_epoch, &is_right), 0);
    assert_true(is_right);
    run_records_destroy(records);
}

static void who_takes_them_may_end_it(void **state)
{
    (void)state;
    struct run_records *records;
    struct reading reading = {.last = 2};
    assert_int_equal(run_records_create("/tmp", &epoch, &records), 0);
    run_records_begin(records, 1);
    for (uint64_t index = 0; index < 3; index++)
        add(records, "a", index);
    assert_int_equal(run_records_read(records, 1, take, &reading), -ECANCELED);
    assert_int_equal(reading.count, 2);
    run_records_destroy(records);
}

static void where_there_is_no_folder(void **state)
{
    (void)state;
    struct run_records *records;
    assert_int_equal(run_records_create("/nowhere", &epoch, &records), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_come_back_each_with_its_own),
        cmocka_unit_test(records_are_of_the_run_that_they_are_in),
        cmocka_unit_test(who_takes_them_may_end_it),
        cmocka_unit_test(where_there_is_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
