#include "options/options.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static struct options options;
static char *problem;

/* Parses `haul compare ARGUMENTS`, which end with NULL. */
static int parse(const char *const *arguments)
{
    /* Passwords are overwritten in argv, so that it cannot be literals. */
    static char room[2000];
    static char program[] = "haul";
    static char subcommand[] = "compare";
    char *argv[32] = {program, subcommand};
    int count = 2;
    size_t used = 0;

    for (; *arguments; arguments++) {
        size_t size = strlen(*arguments) + 1;
        assert_true(used + size <= sizeof(room) && count < 31);
        memcpy(room + used, *arguments, size);
        argv[count++] = room + used;
        used += size;
    }
    argv[count] = NULL;
    free(problem);
    problem = NULL;
    return options_parse(count, argv, &options, &problem);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void assert_modes(const char *names)
{
    char found[100] = "";
    size_t used = 0;

    for (size_t i = 0; i < options.comparison.mode_count; i++)
        used += (size_t)snprintf(found + used, sizeof(found) - used, "%s%s", i > 0 ? "," : "",
                                 mode_name(options.comparison.modes[i]));
    assert_string_equal(found, names);
}

static void test_modes_unless_something_else_is_compared(void **state)
{
    (void)state;

    assert_int_equal(PARSE("x"), 0);
    assert_modes("sequential,gather,as-completed");
    assert_int_equal(options.comparison.concurrency_count, 1);
    assert_int_equal(options.comparison.concurrencies[0], 50);
    assert_int_equal(options.per_host, 10);
    options_finish(&options);
    assert_int_equal(PARSE("-c", "1,4", "x"), 0);
    assert_modes("as-completed");
    options_finish(&options);
    assert_int_equal(PARSE("--base", "http://a", "--base", "http://b", "/x"), 0);
    assert_modes("as-completed");
    options_finish(&options);
    assert_int_equal(PARSE("--modes", "race,gather", "-c", "1,4", "x"), 0);
    assert_modes("race,gather");
    options_finish(&options);
}

static void test_concurrencies_rise(void **state)
{
    (void)state;

    assert_int_equal(PARSE("-c", "16,1,8,100000", "x"), 0);
    assert_int_equal(options.comparison.concurrency_count, 4);
    const size_t expected[] = {1, 8, 16, 100000};
    assert_memory_equal(options.comparison.concurrencies, expected, sizeof(expected));
    assert_int_equal(options.concurrency, 100000);
    assert_int_equal(options.per_host, 0);
    options_finish(&options);
    /* The last one counts. */
    assert_int_equal(PARSE("-c", "16,1", "-c", "7", "x"), 0);
    assert_int_equal(options.comparison.concurrency_count, 1);
    assert_int_equal(options.concurrency, 7);
    options_finish(&options);
}

static void assert_side(size_t place, const char *name, const char *url)
{
    assert_true(place < options.comparison.side_count);
    assert_string_equal(options.comparison.sides[place].name, name);
    assert_string_equal(options.comparison.sides[place].url, url);
}

static void test_sides_have_names(void **state)
{
    (void)state;

    assert_int_equal(
        PARSE("--base", "old=http://a.test:81/x?y=z", "--base=https://b.test/?c=d", "--base", "c.test/=", "/1"), 0);
    assert_int_equal(options.comparison.side_count, 3);
    assert_side(0, "old", "http://a.test:81/x?y=z");
    assert_side(1, "b.test", "https://b.test/?c=d");
    assert_side(2, "c.test", "c.test/=");
    assert_string_equal(options.base, "http://a.test:81/x?y=z");
    options_finish(&options);
}

static const struct {
    const char *arguments[7];
    const char *problem;
} mistakes[] = {
    {{"-c", "1,", "x"}, "-c, --concurrency: \"1,\" is not a number from 1 to 100000, or several with commas"},
    {{"-c", "1,0", "x"}, "-c, --concurrency: \"1,0\" is not a number from 1 to 100000, or several with commas"},
    {{"-c", "1,2,1", "x"}, "-c, --concurrency: \"1,2,1\" names 1 twice"},
    {{"-c", "auto", "x"}, "-c, --concurrency: a comparison needs a number, and does not find it"},
    {{"--base", "a=http://x", "--base", "a=http://y", "/1"}, "--base: there are two called \"a\": write NAME=URL"},
    {{"--base", "http://x", "--base", "http://x/y", "/1"}, "--base: there are two called \"x\": write NAME=URL"},
    {{"--base", "abcdefghijklmnopqrstuvwxy=http://x"},
     "--base: \"abcdefghijklmnopqrstuvwxy=http://x\" has a name of more than 24 letters"},
    {{"--base", "a=sleep:1"}, "--base: \"sleep:1\" is not an http or https URL: it is a sleep"},
    {{"--runs", "4", "--min-time", "3s", "x"}, "--runs and --min-time both say how many rounds: give one of them"},
    {{"--cold", "--warm", "x"},
     "--cold and --warm exclude each other: one mode cold and another warm would not be compared"},
    {{"--warm", "--modes", "gather,race", "x"},
     "--warm and a race exclude each other: it closes the connections of all that lose"},
    {{"--export-json", "-", "--export-csv", "-", "x"}, "standard output takes one export: give files to the others"},
    {{"--max-regression", "20%", "x"}, "--max-regression is held against a --baseline: give one"},
};

static void test_what_does_not_go_together(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        assert_int_equal(parse(mistakes[i].arguments), HAUL_E_INVALID);
        size_t size = strlen(mistakes[i].problem);
        if (strncmp(problem, mistakes[i].problem, size) != 0)
            fail_msg("%s", problem);
        assert_string_equal(problem + size, "; try 'haul compare --help'");
    }
}

static void test_only_safe_methods_unless_any_is_asked_for(void **state)
{
    static const char *const safe[] = {"GET", "HEAD", "OPTIONS"};
    static const char *const others[] = {"POST", "PUT", "DELETE", "PATCH", "get"};
    (void)state;

    for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++) {
        assert_int_equal(PARSE("-X", safe[i], "x"), 0);
        options_finish(&options);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(PARSE("-X", others[i], "x"), HAUL_E_INVALID);
        assert_non_null(strstr(problem, "--any-method"));
        assert_int_equal(PARSE("--any-method", "-X", others[i], "x"), 0);
        options_finish(&options);
    }
    assert_int_equal(PARSE("-d", "a=b", "x"), HAUL_E_INVALID);
    assert_int_equal(PARSE("--json", "{}", "x"), HAUL_E_INVALID);
    assert_int_equal(PARSE("-G", "-d", "a=b", "x"), 0);
    options_finish(&options);
    assert_int_equal(PARSE("-I", "x"), 0);
    options_finish(&options);
}

static int forget(void **state)
{
    (void)state;
    free(problem);
    problem = NULL;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes_unless_something_else_is_compared),
        cmocka_unit_test(test_concurrencies_rise),
        cmocka_unit_test(test_sides_have_names),
        cmocka_unit_test(test_what_does_not_go_together),
        cmocka_unit_test(test_only_safe_methods_unless_any_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
