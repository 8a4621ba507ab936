#include "run/verdict.h"

#include <haul/error.h>
#include <haul/result.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_list_says_what_is_a_failure(void **state)
{
    static const struct {
        const char *text;
        struct fail_on expected;
    } cases[] = {
        {"http", {FAIL_ON_HTTP, 0, false, false}},
        {"error", {FAIL_ON_ERROR, 0, false, false}},
        {"never", {FAIL_ON_NEVER, 0, false, false}},
        {"empty", {FAIL_ON_HTTP, 0, false, true}},
        {"never,empty", {FAIL_ON_NEVER, 0, false, true}},
        {"5", {FAIL_ON_HTTP, 5, false, false}},
        {"100%", {FAIL_ON_HTTP, 100, true, false}},
        {"empty,error,0%", {FAIL_ON_ERROR, 0, true, true}},
        {"1000000000", {FAIL_ON_HTTP, 1000000000, false, false}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fail_on fail_on;
        assert_int_equal(fail_on_parse(cases[i].text, &fail_on), 0);
        assert_int_equal(fail_on.kind, cases[i].expected.kind);
        assert_int_equal(fail_on.limit, cases[i].expected.limit);
        assert_int_equal(fail_on.is_share, cases[i].expected.is_share);
        assert_int_equal(fail_on.is_empty, cases[i].expected.is_empty);
    }
}

static void what_is_no_such_list_is_refused(void **state)
{
    static const char *const texts[] = {
        "",   ",",    "http,", "HTTP",       "http,error", "never,never", "1,2",      "1%,2",   "%",
        "-1", "101%", "1.5%",  "1000000001", "1 %",        "never,1",     "5%,never", "errors", "99999999999999999999",
    };
    struct fail_on fail_on;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (fail_on_parse(texts[i], &fail_on) != HAUL_E_INVALID)
            fail_msg("\"%s\" is taken", texts[i]);
}

static struct verdict make_verdict(const char *fail_on, bool is_race)
{
    struct verdict_rules rules = {.is_race = is_race};
    struct verdict verdict;
    assert_int_equal(fail_on_parse(fail_on, &rules.fail_on), 0);
    verdict_init(&verdict, &rules);
    return verdict;
}

static struct haul_result answer(int status)
{
    struct haul_result result = {.ok = status < 400, .status = status};
    if (status >= 400) {
        result.error_class = HAUL_CLASS_HTTP;
        result.message = "404 Not Found";
    }
    return result;
}

static struct haul_result failure(enum haul_class error_class, int status)
{
    return (struct haul_result){.status = status, .error_class = error_class, .message = "it failed"};
}

static void judge_it(struct verdict *verdict, struct haul_result *result)
{
    verdict_apply(verdict, result);
    verdict_apply(verdict, result);
    verdict_count(verdict, result);
}

static void judge(struct verdict *verdict, struct haul_result result)
{
    judge_it(verdict, &result);
}

/* Gives 6 results that are ok, 2 with a status that is not, 1 that failed, and 1 that was cancelled. */
static void judge_ten(struct verdict *verdict)
{
    for (int i = 0; i < 6; i++)
        judge(verdict, answer(200));
    judge(verdict, answer(404));
    judge(verdict, answer(503));
    judge(verdict, failure(HAUL_CLASS_DNS, 0));
    judge(verdict, failure(HAUL_CLASS_CANCELLED, 0));
}

static void failures_are_held_against_the_limit(void **state)
{
    static const struct {
        const char *fail_on;
        bool is_failure;
    } cases[] = {
        {"http", true},     {"error", true}, {"never", false},       {"2", true},         {"3", false},
        {"error,1", false}, {"33%", true},   {"34%", false},         {"error,11%", true}, {"error,12%", false},
        {"0%", true},       {"100%", false}, {"never,empty", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct verdict verdict = make_verdict(cases[i].fail_on, false);
        judge_ten(&verdict);
        if (verdict_is_failure(&verdict) != cases[i].is_failure)
            fail_msg("%s", cases[i].fail_on);
    }
}

static void a_failed_run_is_known_as_soon_as_it_is(void **state)
{
    struct verdict verdict = make_verdict("error,1", false);
    (void)state;
    judge(&verdict, failure(HAUL_CLASS_DNS, 0));
    judge(&verdict, answer(404));
    judge(&verdict, failure(HAUL_CLASS_CANCELLED, 0));
    assert_false(verdict_has_failed(&verdict));
    judge(&verdict, failure(HAUL_CLASS_TLS, 0));
    assert_true(verdict_has_failed(&verdict));
    verdict = make_verdict("1%", false);
    judge(&verdict, answer(404));
    assert_false(verdict_has_failed(&verdict));
}

static void an_empty_run_fails_where_that_is_asked_for(void **state)
{
    struct verdict verdict = make_verdict("http", false);
    (void)state;
    assert_false(verdict_is_failure(&verdict));
    verdict = make_verdict("5%,empty", false);
    assert_true(verdict_is_failure(&verdict));
    judge(&verdict, answer(200));
    assert_false(verdict_is_failure(&verdict));
}

static void one_success_wins_a_race(void **state)
{
    struct verdict verdict = make_verdict("http", true);
    (void)state;
    assert_true(verdict_is_failure(&verdict));
    judge(&verdict, answer(404));
    assert_true(verdict_is_failure(&verdict) && !verdict_has_ok(&verdict));
    judge(&verdict, answer(200));
    judge(&verdict, failure(HAUL_CLASS_CANCELLED, 0));
    assert_true(!verdict_is_failure(&verdict) && verdict_has_ok(&verdict));
}

static void what_is_done_is_ok(void **state)
{
    (void)state;
    struct verdict verdict = make_verdict("50%,empty", false);
    assert_true(verdict_is_failure(&verdict));
    verdict_count_done(&verdict);
    assert_false(verdict_is_failure(&verdict));
    judge(&verdict, answer(404));
    assert_false(verdict_is_failure(&verdict));
    judge(&verdict, answer(404));
    assert_true(verdict_is_failure(&verdict));
    verdict = make_verdict("http", true);
    verdict_count_done(&verdict);
    assert_true(verdict_has_ok(&verdict));
    assert_false(verdict_is_failure(&verdict));
}

static void a_race_has_one_winner(void **state)
{
    struct verdict verdict = make_verdict("http", true);
    struct haul_result failing = answer(200), first = answer(200), second = answer(200), late = answer(200);
    (void)state;
    verdict_apply(&verdict, &failing);
    failing = failure(HAUL_CLASS_LOCAL, 200);
    judge_it(&verdict, &failing);
    verdict_apply(&verdict, &first);
    verdict_apply(&verdict, &second);
    judge_it(&verdict, &second);
    judge_it(&verdict, &first);
    judge_it(&verdict, &late);
    assert_true(first.ok && !second.ok && !late.ok);
    assert_int_equal(second.error_class, HAUL_CLASS_CANCELLED);
    assert_string_equal(late.message, "race lost");
    assert_int_equal(verdict.ok, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_says_what_is_a_failure),
        cmocka_unit_test(what_is_no_such_list_is_refused),
        cmocka_unit_test(failures_are_held_against_the_limit),
        cmocka_unit_test(a_failed_run_is_known_as_soon_as_it_is),
        cmocka_unit_test(an_empty_run_fails_where_that_is_asked_for),
        cmocka_unit_test(one_success_wins_a_race),
        cmocka_unit_test(what_is_done_is_ok),
        cmocka_unit_test(a_race_has_one_winner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
