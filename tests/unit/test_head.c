#include "failing_memory.h"

#include <haul/duration.h>
#include <haul/result.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "net/head.h"

static int take(struct haul__head *head, const char *line)
{
    return haul__head_take(head, line, strlen(line), true);
}

static struct haul_result *write(const struct haul__head *head)
{
    struct haul_result *result = haul_result_create_failed("http://h/", HAUL_CLASS_CANCELLED, "");
    assert_int_equal(haul__head_write(head, haul__result_of(result)), 0);
    return result;
}

static void assert_fields(const struct haul__head *head, const char *const (*expected)[2], size_t count)
{
    struct haul_result *result = write(head);
    assert_int_equal(result->header_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(result->headers[i].name, expected[i][0]);
        assert_string_equal(result->headers[i].value, expected[i][1]);
    }
    haul_result_destroy(result);
}

static void test_fields_as_they_come(void **state)
{
    static const char *const lines[] = {"A: b\r\n",     "a:c\n",          "Empty:\r\n", "Spaces: \t x  y \r\n",
                                        "no field\r\n", "Name : value\n", "Bare: end",  ": nameless\r\n"};
    static const char *const expected[][2] = {{"A", "b"},        {"a", "c"},      {"Empty", ""},   {"Spaces", "x  y"},
                                              {"Name", "value"}, {"Bare", "end"}, {"", "nameless"}};
    struct haul__head head = {.count = 0};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_int_equal(take(&head, lines[i]), 0);
    assert_fields(&head, expected, sizeof(expected) / sizeof(expected[0]));
    haul__head_begin(&head);
    assert_fields(&head, NULL, 0);
    haul__head_finish(&head);
}

static void test_a_line_that_goes_on(void **state)
{
    static const char *const expected[][2] = {{"A", "b c d"}};
    struct haul__head head = {.count = 0};
    (void)state;
    assert_int_equal(take(&head, " of nothing\r\n"), 0);
    assert_int_equal(take(&head, "A: b\r\n"), 0);
    assert_int_equal(take(&head, "\t c\r\n"), 0);
    assert_int_equal(take(&head, "  d \r\n"), 0);
    assert_fields(&head, expected, 1);
    haul__head_finish(&head);
}

static void test_a_nul_ends_a_line(void **state)
{
    static const char *const expected[][2] = {{"A", "b"}};
    static const char line[] = "A: b\0c\r\n";
    struct haul__head head = {.count = 0};
    (void)state;
    assert_int_equal(haul__head_take(&head, line, sizeof(line) - 1, true), 0);
    assert_fields(&head, expected, 1);
    haul__head_finish(&head);
}

static void test_the_longest_wait_counts(void **state)
{
    struct haul__head head = {.count = 0};
    (void)state;
    assert_int_equal(haul__head_take(&head, "Retry-After: 3\r\n", 16, false), 0);
    assert_int_equal(haul__head_take(&head, "RETRY-AFTER:7\r\n", 15, false), 0);
    assert_int_equal(haul__head_take(&head, "retry-after: 5", 14, false), 0);
    assert_int_equal(haul__head_take(&head, "Retry-Afterwards: 9", 19, false), 0);
    assert_int_equal(head.retry_after, 7 * HAUL_SECOND);
    assert_int_equal(head.count, 0);
    haul__head_begin(&head);
    assert_int_equal(head.retry_after, 0);
    haul__head_finish(&head);
}

static void test_a_wait_of_many_digits(void **state)
{
    static const char name[] = "Retry-After: ";
    char line[200];
    struct haul__head head = {.count = 0};
    (void)state;
    memset(line, '9', sizeof(line));
    memcpy(line, name, sizeof(name) - 1);
    assert_int_equal(haul__head_take(&head, line, 100, false), 0);
    assert_int_equal(head.retry_after, HAUL_NEVER);
    haul__head_begin(&head);
    assert_int_equal(haul__head_take(&head, line, sizeof(line), false), 0);
    assert_int_equal(head.retry_after, 0);
    haul__head_finish(&head);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__head head = {.count = 0};
        int code = take(&head, "A: b\r\n");
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul__head_finish(&head);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_as_they_come),   cmocka_unit_test(test_a_line_that_goes_on),
        cmocka_unit_test(test_a_nul_ends_a_line),     cmocka_unit_test(test_the_longest_wait_counts),
        cmocka_unit_test(test_a_wait_of_many_digits), cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
