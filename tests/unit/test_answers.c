#include "compare/answers.h"

#include "output/text.h"
#include "sample.h"

#include <string.h>

static void assert_answers(struct sample *sample, const char *differences, const char *failures)
{
    struct text text = {0};
    const struct findings *findings = sample_find(sample);

    answers_append_differences(&text, &sample->comparison, findings->differences);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, differences);
    text_clear(&text);
    answers_append_failures(&text, &sample->comparison, findings->differences);
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, failures);
    text_finish(&text);
    sample_forget(sample);
}

static void test_all_was_well(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "sg", 2);
    assert_answers(&sample, "", "");
    sample_end(&sample);
}

static void test_each_variant_tells_how_a_url_came_out(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 3, "sga", 3);
    *sample_url(&sample, 0, 1, 0) = (struct measured_url){.is_out = true, .error_class = HAUL_CLASS_TIMEOUT};
    sample_url(&sample, 1, 2, 1)->bytes = 1;
    sample_url(&sample, 2, 2, 1)->bytes = 2;
    assert_answers(&sample,
                   "2 of 3 URLs did not come out alike in all runs, so the times do not compare like\n"
                   "    with like:\n"
                   "  http://a.test/0\n"
                   "    sequential 200; gather timeout or 200; as-completed 200\n"
                   "  http://a.test/1\n"
                   "    sequential 200 with 100 bytes; gather 200 with 100 bytes;\n"
                   "    as-completed 200 with 100 bytes or 200 with 1 byte or 200 with 2 bytes\n",
                   "");
    sample_end(&sample);
}

static void test_each_side_tells_how_a_url_came_out(void **state)
{
    static const struct variant variants[] = {
        {MODE_GATHER, 4, 0}, {MODE_GATHER, 8, 0}, {MODE_GATHER, 4, 1}, {MODE_GATHER, 8, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 2, variants, 4, 1);
    sample_url(&sample, 0, 2, 1)->status = sample_url(&sample, 0, 3, 1)->status = 204;
    assert_answers(&sample,
                   "1 of 2 URLs came out differently on the sides:\n"
                   "  http://a.test/1\n"
                   "    old 200; new 204\n",
                   "");
    sample_end(&sample);
}

static void test_many_are_not_all_named(void **state)
{
    struct sample sample;
    struct text text = {0};
    (void)state;

    sample_begin(&sample, 16, "ga", 1);
    for (size_t i = 0; i < 12; i++)
        sample_url(&sample, 0, 0, i)->status = 201;
    answers_append_differences(&text, &sample.comparison, sample_find(&sample)->differences);
    text_append(&text, "", 1);
    assert_non_null(strstr(text.bytes, "  http://a.test/9\n    gather 201; as-completed 200\n  and 2 more\n"));
    assert_null(strstr(text.bytes, "http://a.test/10"));
    text_finish(&text);
    sample_forget(&sample);
    sample_end(&sample);
}

static void test_failures_are_those_alike_in_all_runs(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 4, "sa", 2);
    sample_fail(&sample, 0, 404, HAUL_CLASS_HTTP);
    sample_fail(&sample, 1, 503, HAUL_CLASS_HTTP);
    sample_fail(&sample, 3, 0, HAUL_CLASS_CONNECT);
    sample_url(&sample, 1, 1, 1)->status = 500;
    /* What is in no first run's sample is looked for in the others. */
    sample_url(&sample, 0, 0, 3)->is_out = false;
    assert_answers(&sample,
                   "1 of 4 URLs did not come out alike in all runs, so the times do not compare like\n"
                   "    with like:\n"
                   "  http://a.test/1\n"
                   "    sequential 503; as-completed 503 or 500\n",
                   "2 of 4 URLs were not ok, alike in all runs:\n"
                   "  404 http://a.test/0\n"
                   "  connect http://a.test/3\n");
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_was_well),
        cmocka_unit_test(test_each_variant_tells_how_a_url_came_out),
        cmocka_unit_test(test_each_side_tells_how_a_url_came_out),
        cmocka_unit_test(test_many_are_not_all_named),
        cmocka_unit_test(test_failures_are_those_alike_in_all_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
