#include "output/same_names.h"

#include <haul/result.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <cmocka.h>

static size_t comparisons;

int __real_strcasecmp(const char *a, const char *b);
int __wrap_strcasecmp(const char *a, const char *b);

int __wrap_strcasecmp(const char *a, const char *b)
{
    comparisons++;
    return __real_strcasecmp(a, b);
}

static void test_names(void **state)
{
    (void)state;
    static const struct haul_header fields[] = {{"b", "1"}, {"A", "2"}, {"B", "3"}, {"c", "4"}, {"b", "5"}, {"a", "6"}};
    static const size_t next[] = {2, 5, 4, 6, 6, 6};
    struct same_names same;
    assert_int_equal(same_names_init(&same, fields, 6), 0);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(same.of[i].next, next[i]);
        assert_int_equal(same.of[i].is_repeated, i == 2 || i >= 4);
    }
    same_names_finish(&same);
    assert_int_equal(same_names_init(&same, NULL, 0), 0);
    same_names_finish(&same);
}

/* As many as an answer may have. */
static void test_many(void **state)
{
    (void)state;
    enum { count = 5000, comparisons_of_a_field = 20 };
    static char names[count][8];
    static struct haul_header fields[count];
    struct same_names same;
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "x-%zu", i * 7919 % (count - 1));
        fields[i] = (struct haul_header){names[i], ""};
    }
    comparisons = 0;
    assert_int_equal(same_names_init(&same, fields, count), 0);
    assert_in_range(comparisons, count, count * comparisons_of_a_field);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(same.of[i].next, i == 0 ? count - 1 : count);
        assert_int_equal(same.of[i].is_repeated, i == count - 1);
    }
    same_names_finish(&same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
