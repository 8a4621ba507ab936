#include "input/glob.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { maximum = 1000 };

/* Appends to TEXT, which has room. */
static void append(char *text, const char *bytes, size_t size)
{
    char *end = text + strlen(text);
    memcpy(end, bytes, size);
    end[size] = '\0';
}

/* Takes a pattern apart that lies in memory of exactly its size, so that a sanitizer sees a look behind it. */
static int create(const char *text, size_t most, struct glob **ret_glob, struct glob_problem *ret_problem)
{
    size_t size = strlen(text);
    char *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    int code = glob_create(copy, size, most, ret_glob, ret_problem);
    free(copy);
    return code;
}

/* What it stands for, with a space behind each, and the values in brackets where WITH_VALUES. */
static void expand(const char *text, bool with_values, char *ret_all)
{
    struct glob *glob;
    struct glob_problem problem;
    size_t steps = 0;
    int code = create(text, maximum, &glob, &problem);
    if (code != 0)
        fail_msg("%s: %s", text, problem.text);
    *ret_all = '\0';
    do {
        size_t size;
        size_t count;
        const char *url = glob_text(glob, &size);
        const struct glob_value *values = glob_values(glob, &count);
        append(ret_all, url, size);
        for (size_t i = 0; with_values && i < count; i++) {
            append(ret_all, "<", 1);
            append(ret_all, values[i].bytes, values[i].size);
            append(ret_all, ">", 1);
        }
        append(ret_all, " ", 1);
        steps++;
    } while (glob_step(glob) == 0);
    assert_int_equal(steps, glob_count(glob));
    glob_destroy(glob);
}

/* Each of these is what curl makes of it (tests/command/test_globs.py holds both side by side). */
static void patterns_stand_for_what_they_do_in_curl(void **state)
{
    static const struct {
        const char *text, *all;
    } cases[] = {
        {"h/{a,b}", "h/a h/b "},
        {"h/{a,b}[1-2]", "h/a1 h/a2 h/b1 h/b2 "},
        {"{a}", "a "},
        {"{a,}x", "ax x "},
        {"{,}", "  "},
        {"[a-c]", "a b c "},
        {"[a-e:2]", "a c e "},
        {"[a-a]", "a "},
        {"[A-C]", "A B C "},
        {"[Z-a]", "Z [ \\ ] ^ _ ` a "},
        {"[0-3]", "0 1 2 3 "},
        {"[8-11]", "8 9 10 11 "},
        {"[08-11]", "08 09 10 11 "},
        {"[001-010:4]", "001 005 009 "},
        {"[00-1]", "00 01 "},
        {"[8-010]", "8 9 10 "},
        {"[1- 3]", "1 2 3 "},
        {"[1-3: 2]", "1 3 "},
        {"[1-1]", "1 "},
        {"[18446744073709551615-18446744073709551615]", "18446744073709551615 "},
        {"[18446744073709551613-18446744073709551615:2]", "18446744073709551613 18446744073709551615 "},
        /* Escapes. */
        {"\\{a\\}", "{a} "},
        {"\\[1-3\\]", "[1-3] "},
        {"a\\b\\\\c[1-1]", "a\\b\\\\c1 "},
        {"{a\\,b,c}", "a,b c "},
        {"{a\\}b,c}", "a}b c "},
        {"{a\\\\}", "a\\ "},
        {"{\\a,b}", "a b "},
        {"[1-1]\\", "1\\ "},
        /* Addresses. */
        {"http://[::1]:1/{a,b}", "http://[::1]:1/a http://[::1]:1/b "},
        {"http://[fe80::1%25lo]/[1-2]", "http://[fe80::1%25lo]/1 http://[fe80::1%25lo]/2 "},
        {"[dead:beef::1][]", "[dead:beef::1][] "},
        {"plain", "plain "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char all[400];
        expand(cases[i].text, false, all);
        assert_string_equal(all, cases[i].all);
    }
}

static void values_are_those_of_each_pattern(void **state)
{
    char all[400];
    (void)state;
    expand("x{a,}y[08-10:2]z", true, all);
    assert_string_equal(all, "xay08z<a><08> xay10z<a><10> xy08z<><08> xy10z<><10> ");
    expand("\\{a\\}[::1]", true, all);
    assert_string_equal(all, "{a}[::1] ");
}

static void what_is_no_pattern_is_refused_with_its_position(void **state)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"h/{a,{b}}", "nested brace at position 6"},
        {"{[1-2]}", "nested brace at position 2"},
        {"{a]}", "unexpected close bracket at position 3"},
        {"h/{}", "empty braces at position 3"},
        {"h/{a", "unmatched brace at position 3"},
        {"{a\\", "unmatched brace at position 1"},
        {"{", "unmatched brace at position 1"},
        {"{a,b}{", "unmatched brace at position 6"},
        {"a}", "unmatched close brace or bracket at position 2"},
        {"a]", "unmatched close brace or bracket at position 2"},
        {"[", "bad range at position 1"},
        {"[1", "bad range at position 1"},
        {"[1-", "bad range at position 1"},
        {"[1-2", "bad range at position 1"},
        {"[1-2:", "bad range at position 1"},
        {"[1-2:1", "bad range at position 1"},
        {"[a", "bad range at position 1"},
        {"[a-", "bad range at position 1"},
        {"[a-b", "bad range at position 1"},
        {"[a-b:", "bad range at position 1"},
        {"x[3-1]", "bad range at position 2"},
        {"[c-a]", "bad range at position 1"},
        {"[A-z]", "bad range at position 1"},
        {"[a-Z]", "bad range at position 1"},
        {"[a-a:2]", "bad range at position 1"},
        {"[a-c:0]", "bad range at position 1"},
        {"[a-c:3]", "bad range at position 1"},
        {"[1-1:2]", "bad range at position 1"},
        {"[1-3:0]", "bad range at position 1"},
        {"[1-5:9]", "bad range at position 1"},
        {"[1-3:-1]", "bad range at position 1"},
        {"[-1-3]", "bad range at position 1"},
        {"[1 -3]", "bad range at position 1"},
        {"[1-3}", "bad range at position 1"},
        {"[1-18446744073709551616]", "bad range at position 1"},
        {"[0-18446744073709551615]", "bad range at position 1"},
        {"[*]", "bad range at position 1"},
        {"http://[1:2]:3/", "bad range at position 8"},
        {"http://[::1", "bad range at position 8"},
        {"[00000000000000000000000000000000000000000000000000000000000000001-2]", "bad range at position 1"},
        /* How many it may stand for: 1000 here. */
        {"[1-1001]", "it stands for more than 1000 URLs (--glob-max)"},
        {"[1-32][1-32]", "it stands for more than 1000 URLs (--glob-max)"},
        {"[1-18446744073709551615][1-18446744073709551615]", "it stands for more than 1000 URLs (--glob-max)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct glob *glob;
        struct glob_problem problem;
        if (create(cases[i].text, maximum, &glob, &problem) != HAUL_E_INVALID)
            fail_msg("%s is not refused", cases[i].text);
        assert_string_equal(problem.text, cases[i].problem);
    }
}

static void the_maximum_is_allowed(void **state)
{
    struct glob *glob;
    struct glob_problem problem;
    (void)state;
    assert_int_equal(create("[1-10][a-j]{x,y,z,1,2,3,4,5,6,7}", maximum, &glob, &problem), 0);
    assert_int_equal(glob_count(glob), maximum);
    glob_destroy(glob);
    glob_destroy(NULL);
}

static void what_has_neither_brace_nor_bracket_is_left_alone(void **state)
{
    (void)state;
    assert_false(glob_is_pattern("http://h/a\\b-c", 14));
    assert_false(glob_is_pattern("", 0));
    assert_true(glob_is_pattern("a{", 2));
    assert_true(glob_is_pattern("a}", 2));
    assert_true(glob_is_pattern("[a", 2));
    assert_true(glob_is_pattern("]", 1));
    assert_false(glob_is_pattern("a{", 1));
}

/* NULs are bytes like others; that they are no URL is said elsewhere. */
static void bytes_are_kept(void **state)
{
    struct glob *glob;
    struct glob_problem problem;
    size_t size;
    (void)state;
    assert_int_equal(glob_create("\0{\0,\xff}", 6, maximum, &glob, &problem), 0);
    assert_memory_equal(glob_text(glob, &size), "\0\0", 2);
    assert_int_equal(size, 2);
    assert_int_equal(glob_step(glob), 0);
    assert_memory_equal(glob_text(glob, &size), "\0\xff", 2);
    glob_destroy(glob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_stand_for_what_they_do_in_curl),
        cmocka_unit_test(values_are_those_of_each_pattern),
        cmocka_unit_test(what_is_no_pattern_is_refused_with_its_position),
        cmocka_unit_test(the_maximum_is_allowed),
        cmocka_unit_test(what_has_neither_brace_nor_bracket_is_left_alone),
        cmocka_unit_test(bytes_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
