#include "compare/table.h"

#include "compare/prose.h"
#include "output/text.h"
#include "sample.h"

#include <haul/duration.h>

#include <string.h>

static void assert_table(struct sample *sample, const char *expected)
{
    struct text text = {0};

    assert_int_equal(table_append(&text, &sample->comparison, sample_find(sample)->figures), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
    sample_forget(sample);
}

#define COLD                                                                                                           \
    "cold: haul's connections, DNS answers and TLS sessions, new in each run;\n"                                       \
    "    not cold: what the servers and the system cache\n"

static void test_all_modes(void **state)
{
    const int64_t sequential[] = {2101, 2094, 2090, 2095, 2096};
    const int64_t gather[] = {510, 512, 515, 511, 514};
    struct sample sample;
    (void)state;

    sample_begin(&sample, 16, "sgar", 5);
    sample.comparison.per_host = 10;
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, sequential[round], 50, 1047);
        sample_set(&sample, round, 1, gather[round], 480, 500);
        sample_set(&sample, round, 2, gather[round] + 1, 52, 260);
        sample_set(&sample, round, 3, 50, 50, 50);
        for (size_t mode = 0; mode < 4; mode++) {
            struct measured_run *run = comparison_run(&sample.comparison, round, mode);
            run->peak_in_flight = mode == 0 ? 1 : 10 + round;
            run->connections = run->peak_in_flight;
            run->bytes = mode == 0 ? 9999 : 1234567;
            run->not_ok = round == 1;
            run->came_out = mode == 3 ? 1 : 16;
            for (size_t i = 0; i < 16; i++)
                run->urls[i].total = (int64_t)(i + 1) * 10 * HAUL_MILLISECOND;
        }
    }
    assert_table(&sample, "16 URLs on 1 host, concurrency 50 (10 a host), 5 rounds, times in seconds\n"
                          "cold: haul's connections, DNS answers and TLS sessions, new in each run;\n"
                          "    not cold: what the servers and the system cache\n"
                          "\n"
                          "wall               mean ± σ  median    min    max  speedup (95 % CI)\n"
                          "sequential    2.095 ± 0.004   2.095  2.090  2.101  1.00\n"
                          "gather        0.512 ± 0.002   0.512  0.510  0.515  4.09 (4.07 to 4.11)\n"
                          "as-completed  0.513 ± 0.002   0.513  0.511  0.516  4.08 (4.06 to 4.10)\n"
                          "race          0.050 ± 0.000   0.050  0.050  0.050  -\n"
                          "\n"
                          "results       first out  mean out  URLs/s    p50    p90    p95    p99\n"
                          "sequential        0.050     1.047    7.64  0.085  0.150  0.160  0.160\n"
                          "gather            0.480     0.500    31.3  0.085  0.150  0.160  0.160\n"
                          "as-completed      0.052     0.260    31.2  0.085  0.150  0.160  0.160\n"
                          "race              0.050     0.050    20.0  0.085  0.150  0.160  0.160\n"
                          "\n"
                          "transfers     ideal  reached  in flight  connections   bytes  not ok\n"
                          "sequential    1.360    64.9%          1            1    9999       1\n"
                          "gather        0.220    43.0%         14           14  1.2 MB       1\n"
                          "as-completed  0.220    42.9%         14           14  1.2 MB       1\n"
                          "race              -        -         14           14  1.2 MB       1\n");
    sample_end(&sample);
}

static void test_a_sample_is_marked(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 4, "sa", 5);
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, 200000, 50, 1047);
        sample_set(&sample, round, 1, 10000, 50, 1047);
        comparison_run(&sample.comparison, round, 0)->is_estimate = true;
        comparison_run(&sample.comparison, round, 0)->error = 5e9;
    }
    assert_table(&sample, "4 URLs on 1 host, concurrency 50, 5 rounds, times in seconds\n"
                          "cold: haul's connections, DNS answers and TLS sessions, new in each run;\n"
                          "    not cold: what the servers and the system cache\n"
                          "\n"
                          "wall                 mean ± σ  median    min    max  speedup (95 % CI)\n"
                          "sequential    ≈ 200.00 ± 2.24       -      -      -  1.00\n"
                          "as-completed     10.00 ± 0.00   10.00  10.00  10.00  ≈ 20.0\n"
                          "\n"
                          "results       first out  mean out  URLs/s   p50   p90   p95   p99\n"
                          "sequential         0.05         -  ≈ 0.02  0.00  0.00  0.00  0.00\n"
                          "as-completed       0.05      1.05    0.40  0.00  0.00  0.00  0.00\n"
                          "\n"
                          "transfers     ideal  reached  in flight  connections  bytes  not ok\n"
                          "sequential        -        -          0            0      0       0\n"
                          "as-completed   0.00     0.0%          0            0      0       0\n");
    sample_end(&sample);
}

static void test_markdown_has_the_same_cells(void **state)
{
    static const struct variant variants[] = {{MODE_SEQUENTIAL, 1, 0}, {MODE_AS_COMPLETED, 8, 0}, {MODE_RACE, 8, 1}};
    struct sample sample;
    struct text text = {0};
    (void)state;

    sample_begin_variants(&sample, 4, variants, 3, 4);
    for (size_t round = 0; round < 4; round++) {
        sample_set(&sample, round, 0, 2000, 50, 1000);
        sample_set(&sample, round, 1, 500, 52, 260);
        sample_set(&sample, round, 2, 50, 50, 50);
        comparison_run(&sample.comparison, round, 0)->is_estimate = true;
        comparison_run(&sample.comparison, round, 0)->error = 2e8;
        comparison_run(&sample.comparison, round, 1)->bytes = 12345678;
    }
    assert_int_equal(table_append_markdown(&text, &sample.comparison, sample_find(&sample)->figures), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes,
                        "| wall, in seconds | mean ± σ | median | min | max | speedup (95 % CI) |\n"
                        "|:---|---:|---:|---:|---:|:---|\n"
                        "| old sequential | ≈ 2.000 ± 0.100 | - | - | - | 1.00 |\n"
                        "| old as-completed | 0.500 ± 0.000 | 0.500 | 0.500 | 0.500 | ≈ 4.00 |\n"
                        "| new race | 0.050 ± 0.000 | 0.050 | 0.050 | 0.050 | - |\n"
                        "\n"
                        "| results, in seconds | first out | mean out | URLs/s | p50 | p90 | p95 | p99 |\n"
                        "|:---|---:|---:|---:|---:|---:|---:|---:|\n"
                        "| old sequential | 0.050 | - | ≈ 2.00 | 0.000 | 0.000 | 0.000 | 0.000 |\n"
                        "| old as-completed | 0.052 | 0.260 | 8.00 | 0.000 | 0.000 | 0.000 | 0.000 |\n"
                        "| new race | 0.050 | 0.050 | 80.0 | 0.000 | 0.000 | 0.000 | 0.000 |\n"
                        "\n"
                        "| transfers, in seconds | ideal | reached | in flight | connections | bytes | not ok |\n"
                        "|:---|---:|---:|---:|---:|---:|---:|\n"
                        "| old sequential | - | - | 0 | 0 | 0 | 0 |\n"
                        "| old as-completed | 0.000 | 0.0% | 0 | 0 | 12.3 MB | 0 |\n"
                        "| new race | - | - | 0 | 0 | 0 | 0 |\n");
    text_finish(&text);
    sample_forget(&sample);
    sample_end(&sample);
}

static void test_no_time_at_all(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 1, "sg", 1);
    sample.comparison.host_count = 0;
    assert_table(&sample, "1 URL, concurrency 50, 1 round, times in seconds\n"
                          "\n"
                          "wall          mean ± σ  median     min     max  speedup (95 % CI)\n"
                          "sequential      0.0000  0.0000  0.0000  0.0000  -\n"
                          "gather          0.0000  0.0000  0.0000  0.0000  -\n"
                          "\n"
                          "results       first out  mean out  URLs/s     p50     p90     p95     p99\n"
                          "sequential       0.0000    0.0000       -  0.0000  0.0000  0.0000  0.0000\n"
                          "gather           0.0000    0.0000       -  0.0000  0.0000  0.0000  0.0000\n"
                          "\n"
                          "transfers      ideal  reached  in flight  connections  bytes  not ok\n"
                          "sequential    0.0000   100.0%          0            0      0       0\n"
                          "gather        0.0000   100.0%          0            0      0       0\n");
    sample_end(&sample);
}

static void test_an_empty_list(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 0, "sa", 0);
    assert_table(&sample, "0 URLs, concurrency 50, 0 rounds, times in seconds\n"
                          "\n"
                          "wall          mean ± σ  median  min  max  speedup (95 % CI)\n"
                          "sequential           -       -    -    -  -\n"
                          "as-completed         -       -    -    -  -\n"
                          "\n"
                          "results       first out  mean out  URLs/s  p50  p90  p95  p99\n"
                          "sequential            -         -       -    -    -    -    -\n"
                          "as-completed          -         -       -    -    -    -    -\n"
                          "\n"
                          "transfers     ideal  reached  in flight  connections  bytes  not ok\n"
                          "sequential        -        -          -            -      -       -\n"
                          "as-completed      -        -          -            -      -       -\n");
    sample_end(&sample);
}

static void assert_head(struct sample *sample, const char *head)
{
    struct text text = {0};

    assert_int_equal(table_append(&text, &sample->comparison, sample_find(sample)->figures), 0);
    assert_true(text.size > strlen(head));
    text.bytes[strlen(head)] = '\0';
    assert_string_equal(text.bytes, head);
    text_finish(&text);
    sample_forget(sample);
}

static void test_the_head_names_limits_and_what_is_missing(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sg", 3);
    sample.comparison.rounds_complete = 1;
    sample.comparison.per_host = 4;
    sample.comparison.host_count = 2;
    sample.variants[1].concurrency = 8;
    assert_head(&sample, "2 URLs on 2 hosts, concurrency 8 (4 a host), 1 of 3 rounds, times in seconds\n" COLD "\n");
    sample.comparison.is_warm = true;
    assert_head(&sample, "2 URLs on 2 hosts, concurrency 8 (4 a host), 1 of 3 rounds, times in seconds\n"
                         "warm: haul keeps connections, DNS answers and TLS sessions from run to run\n\n");
    sample_end(&sample);
}

static void test_the_head_names_sides_and_the_sweep(void **state)
{
    static const struct variant variants[] = {
        {MODE_GATHER, 1, 0}, {MODE_GATHER, 4, 0}, {MODE_AS_COMPLETED, 1, 0}, {MODE_GATHER, 1, 1}, {MODE_GATHER, 4, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 2, variants, 5, 1);
    assert_head(&sample, "2 URLs on each side, concurrency 1, 4, 1 round, times in seconds\n"
                         "side old: http://old.test/\n"
                         "side new: http://new.test/\n" COLD "\n");
    sample_end(&sample);
}

static void test_rows_of_a_side_stand_below_its_name(void **state)
{
    static const struct variant variants[] = {
        {MODE_GATHER, 4, 0}, {MODE_AS_COMPLETED, 4, 0}, {MODE_GATHER, 4, 1}, {MODE_AS_COMPLETED, 4, 1}};
    struct sample sample;
    struct text text = {0};
    (void)state;

    sample_begin_variants(&sample, 2, variants, 4, 1);
    assert_int_equal(table_append(&text, &sample.comparison, sample_find(&sample)->figures), 0);
    text_append(&text, "", 1);
    assert_non_null(strstr(text.bytes, "connections  bytes  not ok\n"
                                       "old:\n"
                                       "gather        0.0000   100.0%          0            0      0       0\n"
                                       "as-completed  0.0000   100.0%          0            0      0       0\n"
                                       "new:\n"
                                       "gather        0.0000   100.0%          0            0      0       0\n"
                                       "as-completed  0.0000   100.0%          0            0      0       0\n"));
    text_finish(&text);
    sample_forget(&sample);
    sample_end(&sample);
}

static void assert_lines_fit(struct sample *sample)
{
    struct text text = {0};

    assert_int_equal(table_append(&text, &sample->comparison, sample_find(sample)->figures), 0);
    for (size_t begin = 0; begin < text.size;) {
        const char *end = memchr(text.bytes + begin, '\n', text.size - begin);
        assert_non_null(end);
        size_t size = (size_t)(end - text.bytes) - begin;
        assert_in_range(prose_width(text.bytes + begin, size), 0, 80);
        begin += size + 1;
    }
    text_finish(&text);
    sample_forget(sample);
}

/* Whatever the times, no line is longer than 80 columns. */
static void test_lines_fit(void **state)
{
    static const struct variant variants[] = {{MODE_SEQUENTIAL, 1, 0},    {MODE_AS_COMPLETED, 2, 0},
                                              {MODE_AS_COMPLETED, 64, 0}, {MODE_SEQUENTIAL, 1, 1},
                                              {MODE_AS_COMPLETED, 2, 1},  {MODE_AS_COMPLETED, 64, 1}};
    const int64_t walls[] = {1, 90, 100, 9999, 98000, 100000, 998000};
    (void)state;

    for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
        struct sample sample;
        sample_begin_variants(&sample, 1, variants, 6, 5);
        for (size_t run = 0; run < 30; run++) {
            size_t round = run / 6;
            size_t place = run % 6;
            int64_t wall = place % 3 == 0 ? walls[i] : 1 + walls[i] / 20 + (int64_t)round;
            sample_set(&sample, round, place, wall, walls[i], walls[i]);
            comparison_run(&sample.comparison, round, place)->connections = 1000000;
            comparison_run(&sample.comparison, round, place)->bytes = 123456789;
            sample_url(&sample, round, place, 0)->total = walls[i] * HAUL_MILLISECOND;
        }
        assert_lines_fit(&sample);
        sample_end(&sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_modes),
        cmocka_unit_test(test_a_sample_is_marked),
        cmocka_unit_test(test_markdown_has_the_same_cells),
        cmocka_unit_test(test_no_time_at_all),
        cmocka_unit_test(test_an_empty_list),
        cmocka_unit_test(test_the_head_names_limits_and_what_is_missing),
        cmocka_unit_test(test_the_head_names_sides_and_the_sweep),
        cmocka_unit_test(test_rows_of_a_side_stand_below_its_name),
        cmocka_unit_test(test_lines_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
