#include "compare/words.h"

#include "output/text.h"
#include "sample.h"

#include <haul/duration.h>

#include <string.h>

static void assert_words(struct sample *sample, const char *expected)
{
    struct text text = {0};

    assert_int_equal(words_append(&text, sample_find(sample)), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
    sample_forget(sample);
}

/* Rounds in all modes with the times of the manual's example. */
static void begin_example(struct sample *sample, size_t url_count, size_t rounds)
{
    const int64_t sequential[] = {2094, 2090, 2105, 2093, 2096};
    const int64_t gather[] = {512, 522, 501, 511, 514};

    sample_begin(sample, url_count, "sga", rounds);
    for (size_t round = 0; round < rounds; round++) {
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

    begin_example(&sample, 3, 5);
    assert_words(&sample, "gather took 0.512 s where sequential took 2.094 s: 4.09 times as fast (4.01 to\n"
                          "    4.18; p=0.032)\n"
                          "as-completed took 0.512 s where sequential took 2.094 s: 4.09 times as fast\n"
                          "    (4.01 to 4.18; p=0.032)\n"
                          "as-completed had a result after 0.260 s on average where gather had it after\n"
                          "    0.490 s: 1.88 times as early (1.88 to 1.88; p=0.032)\n"
                          "first result: as-completed after 0.052 s, gather after 0.480 s;\n"
                          "    asyncio.gather would have given its first after 0.512 s\n"
                          "slowest URL: http://a.test/2 with 0.500 s\n");
    sample_end(&sample);
}

static void test_too_few_rounds_have_no_verdict(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sa", 1);
    sample_set(&sample, 0, 0, 3000, 1000, 1000);
    sample_set(&sample, 0, 1, 4000, 1000, 1000);
    assert_words(&sample, "as-completed took 4.000 s where sequential took 3.000 s: 0.75 times as fast\n"
                          "too few runs for a verdict: 1 round cannot tell a difference from noise;\n"
                          "    --runs 4 can\n"
                          "first result: as-completed after 1.000 s;\n"
                          "    asyncio.gather would have given its first after 4.000 s\n");
    sample_end(&sample);
}

static void test_one_round_without_a_network_is_enough(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sa", 1);
    sample.comparison.host_count = 0;
    sample_set(&sample, 0, 0, 3000, 1000, 1000);
    sample_set(&sample, 0, 1, 1500, 1000, 1000);
    assert_words(&sample, "as-completed took 1.500 s where sequential took 3.000 s: 2.00 times as fast\n"
                          "first result: as-completed after 1.000 s;\n"
                          "    asyncio.gather would have given its first after 1.500 s\n");
    sample_end(&sample);
}

static void test_no_difference_beyond_the_noise_and_a_disturbance(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "ga", 5);
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, 500 + (int64_t)round, 10, 100 + (int64_t)round % 2);
        sample_set(&sample, round, 1, 600 + (int64_t)round, 10, 100 + (int64_t)round % 3);
    }
    assert_words(&sample, "as-completed had a result after 0.101 s on average where gather had it after\n"
                          "    0.100 s: no difference beyond the noise (p=0.683)\n"
                          "disturbed: gather and as-completed make the same transfers, and yet took 0.502 s\n"
                          "    and 0.602 s (p=0.016); something else was going on\n"
                          "first result: as-completed after 0.010 s, gather after 0.010 s;\n"
                          "    asyncio.gather would have given its first after 0.502 s\n");
    sample_end(&sample);
}

static void test_no_ratio_where_runs_came_out_differently(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 3, 3);
    sample_url(&sample, 1, 2, 1)->bytes = 1;
    assert_words(&sample, "1 of 3 URLs did not come out alike in all runs, so the times do not compare like\n"
                          "    with like:\n"
                          "  http://a.test/1\n"
                          "    sequential 200 with 100 bytes; gather 200 with 100 bytes;\n"
                          "    as-completed 200 with 100 bytes or 200 with 1 byte\n"
                          "first result: as-completed after 0.052 s, gather after 0.480 s;\n"
                          "    asyncio.gather would have given its first after 0.512 s\n"
                          "slowest URL: http://a.test/2 with 0.500 s\n");
    sample_end(&sample);
}

static void test_sides_that_differ_have_verdicts(void **state)
{
    static const struct variant variants[] = {{MODE_AS_COMPLETED, 4, 0}, {MODE_AS_COMPLETED, 4, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 1, variants, 2, 4);
    for (size_t round = 0; round < 4; round++) {
        sample_set(&sample, round, 0, 500 + (int64_t)round, 10, 100);
        sample_set(&sample, round, 1, 600 + (int64_t)round, 10, 100);
        sample_url(&sample, round, 1, 0)->bytes = 98;
    }
    assert_words(&sample, "1 of 1 URL came out differently on the sides:\n"
                          "  http://a.test/0\n"
                          "    old 200 with 100 bytes; new 200 with 98 bytes\n"
                          "new took 0.602 s where old took 0.502 s: 0.83 times as fast (0.83 to 0.84;\n"
                          "    p=0.029)\n");
    sample_end(&sample);
}

static void test_failures_are_named_beside_the_figures(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 4, 1);
    sample_fail(&sample, 0, 404, HAUL_CLASS_HTTP);
    assert_words(&sample, "1 of 4 URLs was not ok, alike in all runs:\n"
                          "  404 http://a.test/0\n"
                          "gather took 0.512 s where sequential took 2.094 s: 4.09 times as fast\n"
                          "as-completed took 0.512 s where sequential took 2.094 s: 4.09 times as fast\n"
                          "as-completed had a result after 0.260 s on average where gather had it after\n"
                          "    0.490 s: 1.88 times as early\n"
                          "too few runs for a verdict: 1 round cannot tell a difference from noise;\n"
                          "    --runs 5 can\n"
                          "first result: as-completed after 0.052 s, gather after 0.480 s;\n"
                          "    asyncio.gather would have given its first after 0.512 s\n"
                          "slowest URL: http://a.test/3 with 0.500 s\n");
    sample_end(&sample);
}

static void test_no_ratio_where_everything_fails(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 2, 1);
    sample_fail(&sample, 0, 0, HAUL_CLASS_DNS);
    sample_fail(&sample, 1, 0, HAUL_CLASS_DNS);
    assert_words(&sample, "2 of 2 URLs were not ok, alike in all runs:\n"
                          "  dns http://a.test/0\n"
                          "  dns http://a.test/1\n"
                          "every URL failed: these are the times of failing\n"
                          "first result: as-completed after 0.052 s, gather after 0.480 s;\n"
                          "    asyncio.gather would have given its first after 0.512 s\n");
    sample_end(&sample);
}

static void test_a_side_where_everything_fails_is_in_no_verdict(void **state)
{
    static const struct variant variants[] = {
        {MODE_AS_COMPLETED, 4, 0}, {MODE_AS_COMPLETED, 4, 1}, {MODE_AS_COMPLETED, 4, 2}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 1, variants, 3, 6);
    for (size_t round = 0; round < 6; round++) {
        sample_set(&sample, round, 0, 500 + (int64_t)round, 10, 100);
        sample_set(&sample, round, 1, 1 + (int64_t)round, 1, 1);
        sample_set(&sample, round, 2, 500 - (int64_t)round, 10, 100);
        struct measured_url *url = sample_url(&sample, round, 1, 0);
        url->status = 0;
        url->ok = false;
        url->error_class = HAUL_CLASS_CONNECT;
        comparison_run(&sample.comparison, round, 1)->not_ok = 1;
    }
    assert_words(&sample, "1 of 1 URL came out differently on the sides:\n"
                          "  http://a.test/0\n"
                          "    old 200; new connect; other 200\n"
                          "every URL failed on new: these are the times of failing, and in no verdict\n"
                          "other took 0.498 s where old took 0.503 s: 1.01 times as fast (1.00 to 1.02;\n"
                          "    p=0.0043)\n");
    sample_end(&sample);
}

static void test_no_ratio_with_one_url(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample, 1, 1);
    assert_words(&sample, "with one URL there is nothing to do side by side\n"
                          "first result: as-completed after 0.052 s, gather after 0.480 s;\n"
                          "    asyncio.gather would have given its first after 0.512 s\n"
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
    assert_words(&sample, "too few runs for a verdict: 1 round cannot tell a difference from noise;\n"
                          "    --runs 4 can\n"
                          "first result: gather after 0.0000 s;\n"
                          "    asyncio.gather would have given its first after 0.0000 s\n");
    sample_end(&sample);
}

/* Of values of which one is 0 there is no ratio, and a difference all the same. */
static void test_a_difference_without_a_ratio(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sg", 4);
    for (size_t round = 0; round < 4; round++)
        sample_set(&sample, round, 0, 100 + (int64_t)round, 10, 10);
    assert_words(&sample, "gather took 0.000 s where sequential took 0.102 s: a difference beyond the noise\n"
                          "    (p=0.029)\n"
                          "first result: gather after 0.000 s;\n"
                          "    asyncio.gather would have given its first after 0.000 s\n");
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

static void begin_sweep(struct sample *sample, size_t sides, const int64_t *walls)
{
    static const struct variant variants[] = {{MODE_AS_COMPLETED, 4, 0},  {MODE_AS_COMPLETED, 8, 0},
                                              {MODE_AS_COMPLETED, 16, 0}, {MODE_AS_COMPLETED, 4, 1},
                                              {MODE_AS_COMPLETED, 8, 1},  {MODE_AS_COMPLETED, 16, 1}};
    sample_begin_variants(sample, 2, variants, 3 * sides, 8);
    for (size_t round = 0; round < 8; round++) {
        for (size_t i = 0; i < 3 * sides; i++)
            sample_set(sample, round, i, walls[i] + (int64_t)(5 * round + 3 * i) % 8, 10, 100);
    }
}

static void test_the_knee_of_a_sweep(void **state)
{
    struct sample sample;
    (void)state;

    begin_sweep(&sample, 1, (const int64_t[]){800, 400, 400});
    assert_words(&sample, "-c 8 took 0.404 s where -c 4 took 0.804 s: 1.99 times as fast (1.98 to 2.00;\n"
                          "    p=0.0003)\n"
                          "-c 16 took 0.404 s where -c 8 took 0.404 s: no difference beyond the noise\n"
                          "    (p=1.000)\n"
                          "past 8 it no longer gets faster\n");
    sample_end(&sample);
}

static void test_small_steps_of_a_sweep(void **state)
{
    struct sample sample;
    (void)state;

    begin_sweep(&sample, 1, (const int64_t[]){800, 798, 795});
    assert_words(&sample, "-c 8 took 0.802 s where -c 4 took 0.804 s: no difference beyond the noise\n"
                          "    (p=0.155)\n"
                          "-c 16 took 0.799 s where -c 8 took 0.802 s: no difference beyond the noise\n"
                          "    (p=0.084)\n"
                          "past 4 no step alone is faster beyond the noise, though several together may be\n");
    sample_end(&sample);
}

static void test_knees_of_sides(void **state)
{
    struct sample sample;
    (void)state;

    begin_sweep(&sample, 2, (const int64_t[]){800, 400, 200, 800, 800, 900});
    assert_words(&sample, "old -c 8 took 0.404 s where old -c 4 took 0.804 s: 1.99 times as fast (1.98 to\n"
                          "    2.00; p=0.0011)\n"
                          "new -c 4 took 0.804 s where old -c 4 took 0.804 s: no difference beyond the\n"
                          "    noise (p=1.000)\n"
                          "old -c 16 took 0.204 s where old -c 8 took 0.404 s: 1.98 times as fast (1.96 to\n"
                          "    2.00; p=0.0011)\n"
                          "new -c 8 took 0.804 s where old -c 8 took 0.404 s: 0.50 times as fast (0.50 to\n"
                          "    0.50; p=0.0011)\n"
                          "new -c 16 took 0.904 s where old -c 16 took 0.204 s: 0.23 times as fast (0.22 to\n"
                          "    0.23; p=0.0011)\n"
                          "new -c 8 took 0.804 s where new -c 4 took 0.804 s: no difference beyond the\n"
                          "    noise (p=1.000)\n"
                          "new -c 16 took 0.904 s where new -c 8 took 0.804 s: 0.89 times as fast (0.89 to\n"
                          "    0.89; p=0.0011)\n"
                          "old: up to 16, the most that was tried, it gets faster\n"
                          "new: past 4 it no longer gets faster, and at 16 it is slower\n");
    sample_end(&sample);
}

static void test_an_estimate_is_in_no_verdict(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 4, "sa", 1);
    sample_set(&sample, 0, 0, 200000, 50, 1047);
    sample_set(&sample, 0, 1, 10000, 50, 1047);
    struct measured_run *run = comparison_run(&sample.comparison, 0, 0);
    run->is_estimate = true;
    run->error = 5e9;
    run->counted = 3;
    assert_words(&sample, "sequential would take about 200.00 s ± 5.00 s, going by random samples of at\n"
                          "    least 3 of 4 URLs run in sequence; no verdict counts it in\n"
                          "first result: as-completed after 0.05 s;\n"
                          "    asyncio.gather would have given its first after 10.00 s\n");
    sample_end(&sample);
}

static void test_outliers_and_connections_that_were_not_kept(void **state)
{
    const int64_t walls[] = {500, 501, 502, 503, 900};
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "r", 5);
    sample.comparison.is_warm = true;
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, walls[round], 10, 100);
        comparison_run(&sample.comparison, round, 0)->connections = round == 3;
    }
    assert_words(&sample, "first result: race after 0.010 s\n"
                          "outliers: 1 of 5 runs of race is far from its median of 0.502 s, where all took\n"
                          "    0.500 s to 0.900 s; was the machine, the network or the server busy?\n"
                          "not all warm: 1 of 5 runs had to open connections;\n"
                          "    servers close those that are idle, or keep none\n");
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_concurrency_does),
        cmocka_unit_test(test_too_few_rounds_have_no_verdict),
        cmocka_unit_test(test_one_round_without_a_network_is_enough),
        cmocka_unit_test(test_no_difference_beyond_the_noise_and_a_disturbance),
        cmocka_unit_test(test_no_ratio_where_runs_came_out_differently),
        cmocka_unit_test(test_sides_that_differ_have_verdicts),
        cmocka_unit_test(test_failures_are_named_beside_the_figures),
        cmocka_unit_test(test_no_ratio_where_everything_fails),
        cmocka_unit_test(test_a_side_where_everything_fails_is_in_no_verdict),
        cmocka_unit_test(test_no_ratio_with_one_url),
        cmocka_unit_test(test_sequential_alone_is_compared_with_nothing),
        cmocka_unit_test(test_no_ratio_without_time),
        cmocka_unit_test(test_a_difference_without_a_ratio),
        cmocka_unit_test(test_nothing_measured),
        cmocka_unit_test(test_the_knee_of_a_sweep),
        cmocka_unit_test(test_small_steps_of_a_sweep),
        cmocka_unit_test(test_knees_of_sides),
        cmocka_unit_test(test_an_estimate_is_in_no_verdict),
        cmocka_unit_test(test_outliers_and_connections_that_were_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
