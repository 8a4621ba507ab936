#include "compare/export_csv.h"

#include "output/text.h"
#include "sample.h"

typedef int append_fn(struct text *text, const struct findings *findings);

static void assert_export(struct sample *sample, append_fn *append, const char *expected)
{
    struct text text = {0};

    assert_int_equal(append(&text, sample_find(sample)), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
    sample_forget(sample);
}

static void begin_example(struct sample *sample)
{
    static const struct variant variants[] = {{MODE_SEQUENTIAL, 1, 0}, {MODE_AS_COMPLETED, 8, 0}, {MODE_RACE, 8, 1}};

    sample_begin_variants(sample, 4, variants, 3, 4);
    for (size_t round = 0; round < 4; round++) {
        sample_set(sample, round, 0, 2000, 50, 1000);
        sample_set(sample, round, 1, 500, 52, 260);
        sample_set(sample, round, 2, 50, 50, 50);
        comparison_run(&sample->comparison, round, 1)->connections = 7;
        comparison_run(&sample->comparison, round, 1)->bytes = 12345678;
        comparison_run(&sample->comparison, round, 2)->came_out = 1;
    }
}

static void test_csv(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample);
    assert_export(
        &sample, export_csv_append,
        "mode,concurrency,side,estimate,wall_mean,wall_stddev,wall_median,wall_min,wall_max,speedup,speedup_low,"
        "speedup_high,first_out,mean_out,rate,p50,p90,p95,p99,ideal,reached,peak_in_flight,connections,bytes,not_ok\n"
        "sequential,1,old,false,2.000000,0.000000,2.000000,2.000000,2.000000,1.000000,,,0.050000,1."
        "000000,2.000000,0.000000,0.000000,0.000000,0.000000,0.000000,0.000000,0,0,0,0\n"
        "as-completed,8,old,false,0.500000,0.000000,0.500000,0.500000,0.500000,4.000000,4.000000,4.000000,0.052000,0."
        "260000,8.000000,0.000000,0.000000,0.000000,0.000000,0.000000,0.000000,0,7,12345678,0\n"
        "race,8,new,false,0.050000,0.000000,0.050000,0.050000,0.050000,,,,0.050000,0.050000,20.000000,0.000000,0."
        "000000,0.000000,0.000000,,,0,0,0,0\n");
    sample_end(&sample);
}

static void test_without_figures_there_is_a_head(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 0, "s", 1);
    assert_export(
        &sample, export_csv_append,
        "mode,concurrency,side,estimate,wall_mean,wall_stddev,wall_median,wall_min,wall_max,speedup,speedup_low,"
        "speedup_high,first_out,mean_out,rate,p50,p90,p95,p99,ideal,reached,peak_in_flight,connections,bytes,not_ok\n");
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_without_figures_there_is_a_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
