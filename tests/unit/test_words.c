#include "report/words.h"

#include "output/text.h"
#include "sample.h"

#include <stdio.h>
#include <string.h>

static void assert_words(const struct sample *sample, const char *expected)
{
    struct differences differences;
    struct text text = {0};

    assert_int_equal(differences_find(&sample->comparison, &differences), 0);
    assert_int_equal(words_append(&text, &sample->comparison, &differences), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
    differences_finish(&differences);
}

/* Three rounds in all modes with the times of the manual's example. */
static void begin_example(struct sample *sample, size_t url_count)
{
    const int64_t sequential[] = {2094, 2090, 2105};
    const int64_t gather[] = {512, 522, 501};

    sample_begin(sample, url_count, "sga", 3);
    for (size_t round = 0; round < 3; round++) {
        sample_set(sample, round, 0, sequential[round], 50, 1000);
        sample_set(sample, round, 1, gather[round], 480, 490);
        sample_set(sample, round, 2, gather[round], 52, 260);
        sample_url(sample, round, 2, url_count - 1)->total = 500000000;
        comparison_run(&sample->comparison, round, 2)->slowest = url_count - 1;
    }
}

#define FIRST_RESULTS                                                                                                  \
    "first result: as-completed after 0.052 s, gather after 0.480 s;\n"                                                \
    "    asyncio.gather would have given its first after 0.512 s\n"

static void test_what_concurrency_does(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 3);
    assert_words(
        &sample,
        "gather took 0.512 s where sequential took 2.094 s: 4.1 times as fast (4.0 to 4.2)\n"
        "as-completed took 0.512 s where sequential took 2.094 s: 4.1 times as fast (4.0 to 4.2)\n" FIRST_RESULTS
        "slowest URL: http://a.test/2 with 0.500 s\n");
    sample_end(&sample);
}

static void test_one_round_has_no_range_and_slower_shows_more_digits(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sa", 1);
    sample_set(&sample, 0, 0, 3000, 1000, 1000);
    sample_set(&sample, 0, 1, 4000, 1000, 1000);
    assert_words(&sample,
                 "as-completed took 4.000 s where sequential took 3.000 s: 0.75 times as fast\n"
                 "first result: as-completed after 1.000 s; asyncio.gather would have given its first after 4.000 s\n");
    sample_end(&sample);
}

static void test_no_ratio_where_runs_came_out_differently(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 3);
    *sample_url(&sample, 0, 1, 0) = (struct measured_url){.error_class = HAUL_CLASS_TIMEOUT};
    sample_url(&sample, 1, 2, 1)->bytes = 1;
    sample_url(&sample, 2, 2, 1)->bytes = 2;
    assert_words(&sample,
                 "2 of 3 URLs did not come out alike in all runs, so the times do not compare like with like:\n"
                 "  http://a.test/0\n"
                 "    sequential 200; gather timeout or 200; as-completed 200\n"
                 "  http://a.test/1\n"
                 "    sequential 200 with 100 bytes; gather 200 with 100 bytes;\n"
                 "    as-completed 200 with 100 bytes or 200 with 1 byte or 200 with 2 bytes\n" FIRST_RESULTS
                 "slowest URL: http://a.test/2 with 0.500 s\n");
    sample_end(&sample);
}

static void test_many_differences_are_not_all_named(void **state)
{
    struct sample sample;
    struct differences differences;
    struct text text = {0};
    (void)state;

    sample_begin(&sample, 12, "ga", 1);
    for (size_t i = 0; i < 12; i++)
        sample_url(&sample, 0, 0, i)->status = 201;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_int_equal(words_append(&text, &sample.comparison, &differences), 0);
    text_append(&text, "", 1);
    assert_non_null(strstr(text.bytes, "  http://a.test/9\n    gather 201; as-completed 200\n  and 2 more\n"));
    assert_null(strstr(text.bytes, "http://a.test/10"));
    assert_null(strstr(text.bytes, "times as fast"));
    text_finish(&text);
    differences_finish(&differences);
    sample_end(&sample);
}

static void test_failures_that_are_alike_are_named_beside_the_ratio(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 4);
    sample_fail(&sample, 0, 404, HAUL_CLASS_HTTP);
    sample_fail(&sample, 1, 0, HAUL_CLASS_CONNECT);
    assert_words(&sample, "gather took 0.512 s where sequential took 2.094 s: 4.1 times as fast (4.0 to 4.2)\n"
                          "as-completed took 0.512 s where sequential took 2.094 s: 4.1 times as fast (4.0 to 4.2)\n"
                          "2 of 4 URLs were not ok, alike in all runs:\n"
                          "  404 http://a.test/0\n"
                          "  connect http://a.test/1\n" FIRST_RESULTS "slowest URL: http://a.test/3 with 0.500 s\n");
    sample_end(&sample);
}

static void test_no_ratio_where_everything_fails(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 2);
    sample_fail(&sample, 0, 0, HAUL_CLASS_DNS);
    sample_fail(&sample, 1, 0, HAUL_CLASS_DNS);
    assert_words(&sample, "every URL failed: these are the times of failing\n"
                          "2 of 2 URLs were not ok, alike in all runs:\n"
                          "  dns http://a.test/0\n"
                          "  dns http://a.test/1\n" FIRST_RESULTS);
    sample_end(&sample);
}

static void test_no_ratio_with_one_url(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 1);
    assert_words(&sample, "with one URL there is nothing to do side by side\n" FIRST_RESULTS
                          "slowest URL: http://a.test/0 with 0.500 s\n");
    sample_end(&sample);
}

static void test_sequential_alone_is_compared_with_nothing(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "s", 1);
    sample_set(&sample, 0, 0, 3000, 1000, 1000);
    assert_words(&sample, "");
    sample_end(&sample);
}

static void test_no_ratio_without_time(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sg", 1);
    assert_words(&sample, "first result: gather after 0.0000 s;"
                          " asyncio.gather would have given its first after 0.0000 s\n");
    sample_end(&sample);
}

static void test_nothing_measured(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 0, "sga", 0);
    assert_words(&sample, "the list is empty: nothing was measured\n");
    sample_end(&sample);

    sample_begin(&sample, 1, "sga", 2);
    sample.comparison.rounds_complete = 0;
    assert_words(&sample, "no round is complete: nothing can be said\n");
    sample_end(&sample);
}

/* Cut between characters, not in one. */
static void test_a_long_url_is_cut(void **state)
{
    char url[201];
    struct sample sample;
    struct differences differences;
    struct text text = {0};
    (void)state;

    for (size_t i = 0; i < 200; i += 2)
        memcpy(url + i, "\xc3\xa9", 3);
    url[0] = 'h';
    url[1] = 't';
    memmove(url + 1, url + 2, 199);
    sample_begin(&sample, 1, "g", 1);
    sample.urls[0] = url;
    sample_url(&sample, 0, 0, 0)->total = 1000000;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_int_equal(words_append(&text, &sample.comparison, &differences), 0);
    text_append(&text, "", 1);
    char *shown = strstr(text.bytes, "slowest URL: ") + strlen("slowest URL: ");
    char *end = strstr(shown, "...");
    assert_non_null(end);
    assert_int_equal(end - shown, 73);
    assert_memory_equal(shown, url, 73);
    text_finish(&text);
    differences_finish(&differences);
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_concurrency_does),
        cmocka_unit_test(test_one_round_has_no_range_and_slower_shows_more_digits),
        cmocka_unit_test(test_no_ratio_where_runs_came_out_differently),
        cmocka_unit_test(test_many_differences_are_not_all_named),
        cmocka_unit_test(test_failures_that_are_alike_are_named_beside_the_ratio),
        cmocka_unit_test(test_no_ratio_where_everything_fails),
        cmocka_unit_test(test_no_ratio_with_one_url),
        cmocka_unit_test(test_sequential_alone_is_compared_with_nothing),
        cmocka_unit_test(test_no_ratio_without_time),
        cmocka_unit_test(test_nothing_measured),
        cmocka_unit_test(test_a_long_url_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
