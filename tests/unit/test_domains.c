#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/domains.h"

#include <errno.h>

/* All candidates, with a space between them. */
static void write_candidates(const struct haul__domains *domains, const char *name, char *text, size_t room)
{
    char candidate[HAUL__LONGEST_NAME + 1];
    size_t size = 0;
    *text = '\0';
    for (size_t i = 0; haul__domains_candidate(domains, name, i, candidate); i++)
        size += (size_t)snprintf(text + size, room - size, "%s%s", i > 0 ? " " : "", candidate);
}

static void test_candidates(void **state)
{
    static char one[] = "one.test", two[] = "one.test\0two.test", with_dot[] = "one.test.";
    static const struct {
        struct haul__domains domains;
        const char *name;
        const char *candidates;
    } cases[] = {
        {{0, 1, NULL}, "a", "a"},
        {{0, 1, NULL}, "a.b.", "a.b"},
        {{2, 1, two}, "a", "a.one.test a.two.test a"},
        {{2, 1, two}, "a.b", "a.b a.b.one.test a.b.two.test"},
        {{2, 1, two}, "a.", "a"},
        {{2, 1, two}, "a.b.", "a.b"},
        {{1, 2, one}, "a.b", "a.b.one.test a.b"},
        {{1, 2, one}, "a.b.c", "a.b.c a.b.c.one.test"},
        {{1, 0, one}, "a", "a a.one.test"},
        {{1, 1, with_dot}, "a", "a.one.test a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char candidates[1024];
        write_candidates(&cases[i].domains, cases[i].name, candidates, sizeof(candidates));
        assert_string_equal(candidates, cases[i].candidates);
    }
}

/* It is left out, and the next is there. */
static void test_a_candidate_that_is_too_long(void **state)
{
    char one[] = "one.test";
    struct haul__domains domains = {1, 1, one};
    char name[HAUL__LONGEST_NAME + 1], candidate[HAUL__LONGEST_NAME + 1];
    (void)state;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_true(haul__domains_candidate(&domains, name, 0, candidate));
    assert_string_equal(candidate, "");
    assert_true(haul__domains_candidate(&domains, name, 1, candidate));
    assert_string_equal(candidate, name);
    assert_false(haul__domains_candidate(&domains, name, 2, candidate));
}

/* The environment is read once in a process. */
static void test_what_is_read(void **state)
{
    (void)state;
    setenv("LOCALDOMAIN", "one.test two.test", 1);
    setenv("RES_OPTIONS", "ndots:3", 1);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__domains domains;
        int code = haul__domains_init(&domains);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        if (code == 0) {
            assert_int_equal(domains.count, 2);
            assert_int_equal(domains.dots, 3);
            assert_memory_equal(domains.texts, "one.test\0two.test", 18);
        }
        haul__domains_finish(&domains);
    }
}

#define LABEL_63 "a23456789b123456789c123456789d123456789e123456789f123456789g123"

static void test_kinds(void **state)
{
    static const struct {
        const char *name;
        enum haul__name_kind kind;
    } cases[] = {
        {"example.com", HAUL__ORDINARY_NAME},
        {"example.com.", HAUL__ORDINARY_NAME},
        {"a", HAUL__ORDINARY_NAME},
        {"_a_b.example", HAUL__ORDINARY_NAME},
        {"xn--bcher-kva.example", HAUL__ORDINARY_NAME},
        {LABEL_63 ".example", HAUL__ORDINARY_NAME},
        {LABEL_63 "." LABEL_63 "." LABEL_63 ".a23456789b123456789c123456789d123456789e123456789f123456789g1",
         HAUL__ORDINARY_NAME},
        {LABEL_63 "." LABEL_63 "." LABEL_63 ".a23456789b123456789c123456789d123456789e123456789f123456789g1.",
         HAUL__ORDINARY_NAME},
        {LABEL_63 "." LABEL_63 "." LABEL_63 ".a23456789b123456789c123456789d123456789e123456789f123456789g12",
         HAUL__BROKEN_NAME},
        {LABEL_63 "x.example", HAUL__BROKEN_NAME},
        {"example." LABEL_63 "x", HAUL__BROKEN_NAME},
        {"", HAUL__BROKEN_NAME},
        {".", HAUL__BROKEN_NAME},
        {".a", HAUL__BROKEN_NAME},
        {"a..b", HAUL__BROKEN_NAME},
        {"a..", HAUL__BROKEN_NAME},
        {"-a.example", HAUL__BROKEN_NAME},
        {"a.-b-", HAUL__ORDINARY_NAME},
        {"localhost", HAUL__LOCAL_NAME},
        {"a.LocalHost.", HAUL__LOCAL_NAME},
        {"notlocalhost", HAUL__ORDINARY_NAME},
        {"a.onion", HAUL__ABSENT_NAME},
        {"A.OnIoN.", HAUL__ABSENT_NAME},
        {"onion", HAUL__ABSENT_NAME},
        {"a.invalid", HAUL__ABSENT_NAME},
        {"scallonion", HAUL__ORDINARY_NAME},
        {"onion.example", HAUL__ORDINARY_NAME},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(haul__name_kind(cases[i].name), cases[i].kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_candidates),
        cmocka_unit_test(test_a_candidate_that_is_too_long),
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
