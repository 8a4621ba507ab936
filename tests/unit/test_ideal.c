#include "compare/ideal.h"

#include "compare/measure.h"

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

enum { URLS_AT_MOST = 16 };

/* The ideal of URLs that took these TOTALS, which end with -1, of the hosts that letters name ('-': none). */
static int64_t ideal(const char *letters, const int64_t *totals, size_t concurrency, size_t per_host)
{
    struct measured_url urls[URLS_AT_MOST] = {0};
    size_t hosts[URLS_AT_MOST];
    struct measured_run run = {.urls = urls};
    int64_t wall;

    for (; totals[run.count] >= 0; run.count++) {
        char letter = letters[run.count];
        urls[run.count] = (struct measured_url){.total = totals[run.count], .is_out = true};
        hosts[run.count] = letter == '-' ? IDEAL_NO_HOST : (size_t)(letter - 'a');
    }
    const struct ideal_places places = {
        .concurrency = concurrency, .per_host = per_host, .hosts = hosts, .host_count = 3};
    assert_int_equal(ideal_wall(&run, &places, &wall), 0);
    return wall;
}

#define TOTALS(...) ((const int64_t[]){__VA_ARGS__, -1})

static void test_one_place_takes_the_sum_and_enough_the_longest(void **state)
{
    (void)state;
    assert_int_equal(ideal("aaaa", TOTALS(3, 1, 4, 1), 1, 0), 9);
    assert_int_equal(ideal("aaaa", TOTALS(3, 1, 4, 1), 4, 0), 4);
    assert_int_equal(ideal("aaaa", TOTALS(3, 1, 4, 1), 100000, 0), 4);
    assert_int_equal(ideal("", (const int64_t[]){-1}, 5, 0), 0);
}

/* Two places: 3 and 1 begin at 0, 4 at 1, 1 at 3, 5 at 4: it ends at 9. The order counts: the best would be 7. */
static void test_each_begins_in_the_order_of_the_list(void **state)
{
    (void)state;
    assert_int_equal(ideal("aaaaa", TOTALS(3, 1, 4, 1, 5), 2, 0), 9);
    assert_int_equal(ideal("aaaaa", TOTALS(5, 4, 3, 1, 1), 2, 0), 7);
}

/* Two places for a host: those of the third of a stand aside, and b's begins at once. */
static void test_a_full_host_stands_aside(void **state)
{
    (void)state;
    assert_int_equal(ideal("aaab", TOTALS(4, 4, 4, 7), 3, 2), 8);
    assert_int_equal(ideal("aaab", TOTALS(4, 4, 4, 9), 3, 2), 9);
    /* Without the limit 9 would begin behind the first. */
    assert_int_equal(ideal("aaab", TOTALS(4, 4, 4, 9), 3, 0), 13);
    assert_int_equal(ideal("aaaaa", TOTALS(2, 2, 2, 2, 2), 5, 1), 10);
    /* What has no host has no such limit. */
    assert_int_equal(ideal("-----", TOTALS(2, 2, 2, 2, 2), 5, 1), 2);
}

static void test_places_are_taken_again_in_order_of_reading(void **state)
{
    (void)state;
    /* One a host: a runs at 0, 2 and 4, b at 0 and 3. */
    assert_int_equal(ideal("abaab", TOTALS(2, 3, 2, 2, 3), 2, 1), 6);
}

static void test_what_did_not_come_out_takes_no_time(void **state)
{
    struct measured_url urls[] = {{.total = 5, .is_out = true}, {.total = 100}, {.total = 5, .is_out = true}};
    const struct measured_run run = {.urls = urls, .count = 3};
    const size_t hosts[] = {0, 0, 0};
    const struct ideal_places places = {.concurrency = 1, .hosts = hosts, .host_count = 1};
    int64_t wall;
    (void)state;

    assert_int_equal(ideal_wall(&run, &places, &wall), 0);
    assert_int_equal(wall, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_place_takes_the_sum_and_enough_the_longest),
        cmocka_unit_test(test_each_begins_in_the_order_of_the_list),
        cmocka_unit_test(test_a_full_host_stands_aside),
        cmocka_unit_test(test_places_are_taken_again_in_order_of_reading),
        cmocka_unit_test(test_what_did_not_come_out_takes_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
