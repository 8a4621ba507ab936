#include "compare/baseline.h"

#include "compare/export_json.h"
#include "output/text.h"
#include "sample.h"

#include <haul/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/haul-baseline-XXXXXX";

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A comparison of one mode with wall times about so many milliseconds. */
static void begin(struct sample *sample, int64_t wall, size_t rounds)
{
    sample_begin(sample, 2, "sa", rounds);
    for (size_t round = 0; round < rounds; round++) {
        sample_set(sample, round, 0, 2000 + (int64_t)round, 1, 1);
        sample_set(sample, round, 1, wall + (int64_t)round, 1, 1);
    }
}

static void export(struct sample *sample)
{
    struct text text = {0};

    assert_int_equal(export_json_append(&text, sample_find(sample)), 0);
    text_append(&text, "", 1);
    write_file(text.bytes);
    text_finish(&text);
    sample_forget(sample);
}

/* Holds NOW against the file. */
static bool assert_judged(struct sample *now, struct baseline_limit limit, const char *expected)
{
    struct baseline baseline;
    struct text text = {0};
    const char *problem;
    bool is_worse;

    assert_int_equal(baseline_read(path, &baseline, &problem), 0);
    assert_false(baseline_is_warm(&baseline));
    assert_int_equal(baseline_append(&text, &baseline, sample_find(now), limit, &is_worse), 0);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
    sample_forget(now);
    baseline_finish(&baseline);
    return is_worse;
}

static void test_past_the_limit_only_with_all_of_the_interval(void **state)
{
    struct sample then;
    struct sample now;
    (void)state;

    begin(&then, 500, 5);
    begin(&now, 600, 5);
    export(&then);
    assert_false(assert_judged(&now, (struct baseline_limit){0},
                               "sequential took 2.002 s where the baseline took 2.002 s: +0.0% (-0.1% to +0.1%):\n"
                               "    no difference beyond the noise\n"
                               "as-completed took 0.602 s where the baseline took 0.502 s: +19.9% (+19.3% to\n"
                               "    +20.6%)\n"));
    assert_false(assert_judged(&now, (struct baseline_limit){true, 20},
                               "sequential took 2.002 s where the baseline took 2.002 s: +0.0% (-0.1% to +0.1%):\n"
                               "    no difference beyond the noise\n"
                               "as-completed took 0.602 s where the baseline took 0.502 s: +19.9% (+19.3% to\n"
                               "    +20.6%)\n"));
    assert_true(assert_judged(&now, (struct baseline_limit){true, 19},
                              "sequential took 2.002 s where the baseline took 2.002 s: +0.0% (-0.1% to +0.1%):\n"
                              "    no difference beyond the noise\n"
                              "as-completed took 0.602 s where the baseline took 0.502 s: +19.9% (+19.3% to\n"
                              "    +20.6%), past --max-regression\n"));
    sample_end(&then);
    sample_end(&now);
}

static void test_too_few_runs_and_other_urls(void **state)
{
    struct sample then;
    struct sample now;
    (void)state;

    begin(&then, 500, 3);
    begin(&now, 900, 3);
    now.urls[1] = "http://b.test/";
    export(&then);
    assert_false(assert_judged(&now, (struct baseline_limit){true, 1},
                               "the baseline is of other URLs\n"
                               "sequential took 2.001 s where the baseline took 2.001 s: +0.0%: too few runs for\n"
                               "    an interval, and so for a verdict\n"
                               "as-completed took 0.901 s where the baseline took 0.501 s: +79.8%: too few runs\n"
                               "    for an interval, and so for a verdict\n"));
    sample_end(&then);
    sample_end(&now);
}

static void test_nothing_in_common(void **state)
{
    struct sample then;
    struct sample now;
    (void)state;

    begin(&then, 500, 5);
    sample_begin(&now, 2, "g", 5);
    export(&then);
    assert_false(
        assert_judged(&now, (struct baseline_limit){true, 1}, "the baseline has nothing of what was run here\n"));
    sample_end(&then);
    sample_end(&now);
}

static void test_estimates_are_not_judged(void **state)
{
    struct sample then;
    struct sample now;
    (void)state;

    begin(&then, 500, 5);
    begin(&now, 900, 5);
    for (size_t round = 0; round < 5; round++)
        comparison_run(&then.comparison, round, 1)->is_estimate = true;
    comparison_run(&now.comparison, 0, 0)->is_estimate = true;
    export(&then);
    assert_false(
        assert_judged(&now, (struct baseline_limit){true, 1}, "the baseline has nothing of what was run here\n"));
    sample_end(&then);
    sample_end(&now);
}

static const struct {
    const char *text;
    const char *problem;
} mistakes[] = {
    {"", "it is no JSON"},
    {"{\"v\":2", "it is no JSON"},
    {"[]", "it is no export of haul compare --export-json"},
    {"{\"runs\":[]}", "it is no export of haul compare --export-json"},
    {"{\"v\":2,\"runs\":1}", "it is no export of haul compare --export-json"},
    {"{\"v\":1,\"runs\":[]}", "it was exported by another version of haul, whose figures have another form"},
    {"{\"v\":2,\"runs\":[{\"mode\":\"fast\",\"concurrency\":1,\"wall\":1}]}",
     "it is no export of haul compare --export-json"},
    {"{\"v\":2,\"runs\":[{\"mode\":\"gather\",\"concurrency\":0,\"wall\":1}]}",
     "it is no export of haul compare --export-json"},
    {"{\"v\":2,\"runs\":[{\"mode\":\"gather\",\"concurrency\":1,\"wall\":1e999}]}",
     "it is no export of haul compare --export-json"},
    {"{\"v\":2,\"runs\":[{\"mode\":\"gather\",\"concurrency\":1,\"wall\":-1}]}",
     "it is no export of haul compare --export-json"},
    {"{\"v\":2,\"runs\":[7]}", "it is no export of haul compare --export-json"},
};

static void test_what_is_no_export_is_refused(void **state)
{
    struct baseline baseline;
    const char *problem;
    (void)state;

    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        write_file(mistakes[i].text);
        assert_int_equal(baseline_read(path, &baseline, &problem), HAUL_E_INVALID);
        assert_string_equal(problem, mistakes[i].problem);
    }
    assert_int_equal(baseline_read("/nowhere/at.all", &baseline, &problem), -ENOENT);
    assert_int_equal(baseline_read("/", &baseline, &problem), -EISDIR);
}

static int make_file(void **state)
{
    (void)state;
    int descriptor = mkstemp(path);
    return descriptor < 0 ? -1 : close(descriptor);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_past_the_limit_only_with_all_of_the_interval),
        cmocka_unit_test(test_too_few_runs_and_other_urls),
        cmocka_unit_test(test_nothing_in_common),
        cmocka_unit_test(test_estimates_are_not_judged),
        cmocka_unit_test(test_what_is_no_export_is_refused),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
