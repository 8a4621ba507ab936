#include "report/table.h"

#include "output/text.h"
#include "sample.h"

#include <string.h>

static void assert_table(const struct sample *sample, const char *expected)
{
    struct text text = {0};

    assert_int_equal(table_append(&text, &sample->comparison), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void test_all_modes(void **state)
{
    const int64_t sequential[] = {2101, 2094, 2090};
    const int64_t gather[] = {510, 512, 515};
    struct sample sample;
    (void)state;

    sample_begin(&sample, 16, "sga", 3);
    for (size_t round = 0; round < 3; round++) {
        sample_set(&sample, round, 0, sequential[round], 50, 1047);
        sample_set(&sample, round, 1, gather[round], 480, 500);
        sample_set(&sample, round, 2, gather[round] + 1, 52, 260);
        for (size_t mode = 0; mode < 3; mode++) {
            struct measured_run *run = comparison_run(&sample.comparison, round, mode);
            run->peak_in_flight = mode == 0 ? 1 : 10 + round;
            run->connections = run->peak_in_flight;
            run->not_ok = round == 1;
            run->slowest = 3;
            run->urls[3].total = (500 + (int64_t)round) * 1000000;
        }
    }
    assert_table(&sample,
                 "16 URLs on 1 host, concurrency 50, 3 rounds, connections fresh in each run\n"
                 "\n"
                 "in seconds      wall                         first   mean  slowest  peak in\n"
                 "mode          median    min    max  speedup    out    out      URL   flight  connections  not ok\n"
                 "sequential     2.094  2.090  2.101     1.00  0.050  1.047    0.502        1            1       1\n"
                 "gather         0.512  0.510  0.515     4.09  0.480  0.500    0.502       12           12       1\n"
                 "as-completed   0.513  0.511  0.516     4.08  0.052  0.260    0.502       12           12       1\n");
    sample_end(&sample);
}

static void test_without_sequential_there_is_no_speedup(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 1, "g", 1);
    sample_set(&sample, 0, 0, 1000, 1000, 1000);
    assert_table(&sample,
                 "1 URL on 1 host, concurrency 50, 1 round, connections fresh in each run\n"
                 "\n"
                 "in seconds    wall                         first   mean  slowest  peak in\n"
                 "mode        median    min    max  speedup    out    out      URL   flight  connections  not ok\n"
                 "gather       1.000  1.000  1.000        -  1.000  1.000    0.000        0            0       0\n");
    sample_end(&sample);
}

static void test_no_time_at_all(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 1, "sg", 1);
    assert_table(
        &sample,
        "1 URL on 1 host, concurrency 50, 1 round, connections fresh in each run\n"
        "\n"
        "in seconds    wall                            first    mean  slowest  peak in\n"
        "mode        median     min     max  speedup     out     out      URL   flight  connections  not ok\n"
        "sequential  0.0000  0.0000  0.0000        -  0.0000  0.0000   0.0000        0            0       0\n"
        "gather      0.0000  0.0000  0.0000        -  0.0000  0.0000   0.0000        0            0       0\n");
    sample_end(&sample);
}

static void test_an_empty_list(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 0, "sa", 0);
    assert_table(&sample,
                 "0 URLs, concurrency 50, 0 rounds, connections fresh in each run\n"
                 "\n"
                 "in seconds      wall                     first  mean  slowest  peak in\n"
                 "mode          median  min  max  speedup    out   out      URL   flight  connections  not ok\n"
                 "sequential         -    -    -        -      -     -        -        -            -       -\n"
                 "as-completed       -    -    -        -      -     -        -        -            -       -\n");
    sample_end(&sample);
}

static void test_the_head_names_limits_and_what_is_missing(void **state)
{
    static const char head[] =
        "2 URLs on 2 hosts, concurrency 8 (4 a host), 1 of 3 rounds, connections fresh in each run\n";
    struct sample sample;
    struct text text = {0};
    (void)state;

    sample_begin(&sample, 2, "sg", 3);
    sample.comparison.rounds_complete = 1;
    sample.comparison.concurrency = 8;
    sample.comparison.per_host = 4;
    sample.comparison.host_count = 2;
    assert_int_equal(table_append(&text, &sample.comparison), 0);
    assert_true(text.size > strlen(head));
    assert_memory_equal(text.bytes, head, strlen(head));
    text_finish(&text);
    sample_end(&sample);
}

/* Whatever the times, no line is longer than 100 columns. */
static void test_lines_fit(void **state)
{
    const int64_t walls[] = {1, 99, 100, 9999, 99999, 100000, 999999};
    (void)state;

    for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
        struct sample sample;
        struct text text = {0};
        sample_begin(&sample, 1, "sga", 1);
        for (size_t mode = 0; mode < 3; mode++) {
            sample_set(&sample, 0, mode, mode == 0 ? walls[i] : 1 + walls[i] / 10000, walls[i], walls[i]);
            comparison_run(&sample.comparison, 0, mode)->connections = 1000000;
        }
        assert_int_equal(table_append(&text, &sample.comparison), 0);
        for (size_t begin = 0; begin < text.size;) {
            const char *end = memchr(text.bytes + begin, '\n', text.size - begin);
            assert_non_null(end);
            size_t length = (size_t)(end - text.bytes) - begin;
            assert_in_range(length, 0, 100);
            begin += length + 1;
        }
        text_finish(&text);
        sample_end(&sample);
    }
}

static void test_numbers(void **state)
{
    char buffer[TABLE_NUMBER_SIZE];
    (void)state;

    assert_string_equal(table_number(buffer, 4.0899, 1), "4.1");
    assert_string_equal(table_number(buffer, 0, 2), "0.00");
    assert_string_equal(table_number(buffer, 0.9999, 3), "1.000");
    assert_string_equal(table_number(buffer, 1e30, 1), "9000000000.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_modes),
        cmocka_unit_test(test_without_sequential_there_is_no_speedup),
        cmocka_unit_test(test_no_time_at_all),
        cmocka_unit_test(test_an_empty_list),
        cmocka_unit_test(test_the_head_names_limits_and_what_is_missing),
        cmocka_unit_test(test_lines_fit),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
