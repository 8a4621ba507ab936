#include "files/claims.h"
#include "hash_table.h"
#include "output/text.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void take(struct claims *claims, const char *path, claims_refuse_fn *refuse, void *data, const char *expected)
{
    struct text taken = {0};
    assert_int_equal(claims_take(claims, path, strlen(path), refuse, data, &taken), 0);
    assert_int_equal(strlen(taken.bytes), taken.size);
    assert_string_equal(taken.bytes, expected);
    text_finish(&taken);
}

/* Takes the first of each pair, and has to get the second. */
static void check(const char *const (*rows)[2], size_t count)
{
    struct claims claims;
    assert_int_equal(claims_init(&claims), 0);
    for (size_t i = 0; i < count; i++)
        take(&claims, rows[i][0], NULL, NULL, rows[i][1]);
    claims_finish(&claims);
}

#define check_rows(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_the_second_has_a_number(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a", "a"},   {"b", "b"},     {"a", "a.1"},     {"a", "a.2"},       {"a.1", "a.1.1"},     {"a.3", "a.3"},
        {"a", "a.4"}, {"d/a", "d/a"}, {"d/a", "d/a.1"}, {"a.txt", "a.txt"}, {"a.txt", "a.txt.1"},
    };
    check_rows(rows);
}

static void test_folders_and_files(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a", "a"},     {"a/b", "a.1/b"}, {"a/c", "a.1/c"}, {"a/b", "a.1/b.1"},   {"a", "a.2"},
        {"d/e", "d/e"}, {"d", "d.1"},     {"d", "d.2"},     {"d/e/f", "d/e.1/f"},
    };
    check_rows(rows);
}

static void test_parts_are_taken_as_well(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a", "a"},   {"a.part", "a.part.1"},     {"b.part", "b.part"},
        {"b", "b.1"}, {"c/d.part", "c/d.part"},   {"c/d", "c/d.1"},
        {"e", "e"},   {"e.part/x", "e.part.1/x"},
    };
    check_rows(rows);
}

static bool is_there(void *data, const char *path)
{
    ++*(size_t *)data;
    return strcmp(path, "x") == 0 || strcmp(path, "x.1") == 0 || strcmp(path, "d/x") == 0;
}

static void test_what_is_there_is_left(void **state)
{
    (void)state;
    struct claims claims;
    assert_int_equal(claims_init(&claims), 0);
    size_t asked = 0;
    take(&claims, "x", is_there, &asked, "x.2");
    assert_int_equal(asked, 3);
    take(&claims, "x", is_there, &asked, "x.3");
    assert_int_equal(asked, 4);
    take(&claims, "d/x", is_there, &asked, "d/x.1");
    claims_finish(&claims);
}

/* However many there are of a name, the next one is found at once. */
static void test_many(void **state)
{
    (void)state;
    enum { count = 90000 };
    struct claims claims;
    assert_int_equal(claims_init(&claims), 0);
    for (unsigned i = 0; i < count; i++) {
        char expected[32];
        char other[32];
        snprintf(expected, sizeof(expected), i > 0 ? "a.%u" : "a", i);
        snprintf(other, sizeof(other), "b%u", i);
        take(&claims, "a", NULL, NULL, expected);
        take(&claims, other, NULL, NULL, other);
    }
    assert_in_range(hash_table_memory(claims.table), 16 * 2 * count, 24 * 2 * count);
    claims_finish(&claims);
}

/* However many files there are of its name, a folder has one, and keeps it. */
static void test_a_folder_among_many_files(void **state)
{
    (void)state;
    struct claims claims;
    assert_int_equal(claims_init(&claims), 0);
    for (unsigned i = 0; i < 5000; i++) {
        char path[32];
        snprintf(path, sizeof(path), i > 0 ? "a.%u" : "a", i);
        take(&claims, i % 2 > 0 ? path : "a", NULL, NULL, path);
    }
    take(&claims, "a/b", NULL, NULL, "a.5000/b");
    take(&claims, "a", NULL, NULL, "a.5001");
    take(&claims, "a/c", NULL, NULL, "a.5000/c");
    take(&claims, "a/b", NULL, NULL, "a.5000/b.1");
    claims_finish(&claims);
}

static void test_what_is_kept_is_nobodys(void **state)
{
    (void)state;
    struct claims claims;
    assert_int_equal(claims_init(&claims), 0);
    static const char *const kept[] = {"a", "b.1", "d/e", "d/f", "d", "a"};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        assert_int_equal(claims_keep(&claims, kept[i], strlen(kept[i])), 0);
    static const char *const rows[][2] = {
        {"a", "a.1"},     {"a", "a.2"},   {"b", "b"},   {"b", "b.2"},
        {"d/e", "d/e.1"}, {"d/g", "d/g"}, {"d", "d.1"}, {"a/b", "a.3/b"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        take(&claims, rows[i][0], NULL, NULL, rows[i][1]);
    claims_finish(&claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_second_has_a_number),
        cmocka_unit_test(test_folders_and_files),
        cmocka_unit_test(test_parts_are_taken_as_well),
        cmocka_unit_test(test_what_is_there_is_left),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_what_is_kept_is_nobodys),
        cmocka_unit_test(test_a_folder_among_many_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
