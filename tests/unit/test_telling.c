#include "picture/telling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A URL that starts and takes so many microseconds. */
static void add(struct telling *telling, int64_t start, int64_t duration, bool ok)
{
    char url[32];
    snprintf(url, sizeof(url), "http://h/%d", (int)start);
    struct track_hop hop = {.start = start, .time = {.phases[PHASE_WAIT] = duration, .total = duration}};
    const struct track track = {.input = url,
                                .url = url,
                                .ok = ok,
                                .error_class = ok ? NULL : "http",
                                .start = start,
                                .hops = &hop,
                                .hop_count = 1};
    assert_int_equal(telling_add(telling, &track), 0);
}

static void what_starts_at_once_is_in_the_order_of_the_list(void **state)
{
    (void)state;
    struct telling telling = {0};
    for (uint64_t index = 3; index-- > 0;) {
        struct track_hop hop = {.time = {.phases[PHASE_WAIT] = 10, .total = 10}};
        const struct track track = {.index = index, .input = "u", .url = "u", .ok = true, .hops = &hop, .hop_count = 1};
        assert_int_equal(telling_add(&telling, &track), 0);
    }
    telling_choose(&telling);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(telling.chosen[i]->index, i);
    telling_finish(&telling);
}

static bool is_chosen(const struct telling *telling, int64_t start)
{
    for (size_t i = 0; i < telling->chosen_count; i++)
        if (telling->chosen[i]->from == start)
            return true;
    return false;
}

static void assert_in_order(const struct telling *telling)
{
    for (size_t i = 1; i < telling->chosen_count; i++)
        assert_true(telling->chosen[i - 1]->from < telling->chosen[i]->from);
}

static void few_are_all_told(void **state)
{
    (void)state;
    struct telling telling = {0};
    for (int i = TELLING_MOST; i > 0; i--)
        add(&telling, i, 10, i % 2);
    telling_choose(&telling);
    assert_int_equal(telling.chosen_count, TELLING_MOST);
    assert_int_equal(telling.count, TELLING_MOST);
    assert_int_equal(telling.failures, TELLING_MOST / 2);
    assert_int_equal(telling.end, TELLING_MOST + 10);
    assert_in_order(&telling);
    telling_finish(&telling);
}

/* Among many short ones that are ok: the ends, those that failed, and the long. */
static void of_many_the_most_telling(void **state)
{
    (void)state;
    enum { many = 5000 };
    struct telling telling = {0};
    for (int i = 0; i < many; i++) {
        /* In an order that has nothing to do with when they started. */
        int start = i * 1999 % many;
        bool is_long = start % 250 == 100;
        add(&telling, start, is_long ? 1000000 + start : 10, start % 500 != 7);
    }
    telling_choose(&telling);
    assert_int_equal(telling.count, many);
    assert_int_equal(telling.failures, many / 500);
    assert_int_equal(telling.chosen_count, TELLING_MOST);
    for (int i = 0; i < TELLING_ENDS; i++)
        assert_true(is_chosen(&telling, i) && is_chosen(&telling, many - 1 - i));
    for (int start = 7; start < many; start += 500)
        assert_true(is_chosen(&telling, start));
    for (int start = 100; start < many; start += 250)
        assert_true(is_chosen(&telling, start) || start < 600);
    assert_in_order(&telling);
    telling_finish(&telling);
}

static void what_never_began_is_counted(void **state)
{
    (void)state;
    struct telling telling = {0};
    const struct track track = {.input = "x", .start = -1, .error_class = "url"};
    assert_int_equal(telling_add(&telling, &track), 0);
    telling_choose(&telling);
    assert_int_equal(telling.chosen_count, 0);
    assert_int_equal(telling.never_begun, 1);
    assert_int_equal(telling.failures, 1);
    telling_finish(&telling);
}

/* Ever so many hops take no more room. */
static void many_spans_are_bounded(void **state)
{
    (void)state;
    enum { many = 200 };
    struct track_hop hops[many];
    struct telling telling = {0};
    for (int i = 0; i < many; i++)
        hops[i] = (struct track_hop){.start = INT64_C(10) * i, .time = {.phases[PHASE_WAIT] = 5, .total = 5}};
    const struct track track = {.input = "x", .ok = true, .hops = hops, .hop_count = many};
    assert_int_equal(telling_add(&telling, &track), 0);
    telling_choose(&telling);
    const struct telling_row *row = telling.chosen[0];
    assert_int_equal(row->span_count, TELLING_SPANS);
    assert_int_equal(row->spans[TELLING_SPANS - 1].to, row->to);
    assert_int_equal(row->to, 10 * (many - 1) + 5);
    telling_finish(&telling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_are_all_told),         cmocka_unit_test(what_starts_at_once_is_in_the_order_of_the_list),
        cmocka_unit_test(of_many_the_most_telling), cmocka_unit_test(what_never_began_is_counted),
        cmocka_unit_test(many_spans_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
