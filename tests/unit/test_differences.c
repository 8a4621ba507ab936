#include "compare/differences.h"

#include "sample.h"

static void assert_only(const struct differences *differences, size_t index, bool error_class, bool status, bool size)
{
    assert_int_equal(differences->count, 1);
    assert_int_equal(differences->items[0].index, index);
    assert_int_equal(differences->items[0].error_class, error_class);
    assert_int_equal(differences->items[0].status, status);
    assert_int_equal(differences->items[0].size, size);
}

static void test_alike_in_all_runs(void **state)
{
    struct sample sample;
    struct differences differences;
    (void)state;

    sample_begin(&sample, 3, "sga", 2);
    sample_fail(&sample, 0, 404, HAUL_CLASS_HTTP);
    sample_fail(&sample, 2, 0, HAUL_CLASS_DNS);
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_int_equal(differences.count, 0);
    differences_finish(&differences);
    sample_end(&sample);
}

static void test_one_run_with_another_status(void **state)
{
    struct sample sample;
    struct differences differences;
    (void)state;

    sample_begin(&sample, 3, "sga", 2);
    sample_url(&sample, 1, 2, 1)->status = 503;
    sample_url(&sample, 1, 2, 1)->error_class = HAUL_CLASS_HTTP;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_only(&differences, 1, false, true, false);
    differences_finish(&differences);
    sample_end(&sample);
}

static void test_the_very_first_run_differs(void **state)
{
    struct sample sample;
    struct differences differences;
    (void)state;

    sample_begin(&sample, 2, "sg", 1);
    sample_url(&sample, 0, 0, 0)->bytes = 99;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_only(&differences, 0, false, false, true);
    differences_finish(&differences);
    sample_end(&sample);
}

static void test_a_failed_transfer_differs_by_its_class_alone(void **state)
{
    struct sample sample;
    struct differences differences;
    (void)state;

    sample_begin(&sample, 1, "ga", 1);
    *sample_url(&sample, 0, 1, 0) =
        (struct measured_url){.is_out = true, .bytes = 3, .error_class = HAUL_CLASS_TIMEOUT};
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_only(&differences, 0, true, false, false);
    differences_finish(&differences);
    sample_end(&sample);
}

static void test_what_came_of_a_failed_transfer_is_chance(void **state)
{
    const struct measured_url one = {.status = 200, .bytes = 3, .error_class = HAUL_CLASS_TIMEOUT};
    const struct measured_url other = {.status = 0, .bytes = 4, .error_class = HAUL_CLASS_TIMEOUT};
    (void)state;

    assert_true(differences_alike(&one, &other));
}

static void test_rounds_that_are_not_complete_are_not_looked_at(void **state)
{
    struct sample sample;
    struct differences differences;
    (void)state;

    sample_begin(&sample, 1, "sg", 2);
    sample_url(&sample, 1, 0, 0)->bytes = 0;
    sample.comparison.rounds_complete = 1;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_int_equal(differences.count, 0);
    differences_finish(&differences);

    sample.comparison.rounds_complete = 0;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_int_equal(differences.count, 0);
    sample.comparison.rounds_complete = 2;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_only(&differences, 0, false, false, true);
    differences_finish(&differences);
    sample_end(&sample);
}

/* More than the first room for them. */
static void test_many(void **state)
{
    enum { count = 100 };
    struct measured_url urls[2][count] = {0};
    struct measured_run runs[] = {{.urls = urls[0], .count = count}, {.urls = urls[1], .count = count}};
    const struct variant variants[] = {{MODE_GATHER, 50, 0}, {MODE_AS_COMPLETED, 50, 0}};
    const struct comparison comparison = {
        .url_count = count, .variants = variants, .variant_count = 2, .rounds = 1, .rounds_complete = 1, .runs = runs};
    struct differences differences;
    (void)state;

    for (size_t i = 0; i < count; i++) {
        urls[0][i].is_out = urls[1][i].is_out = true;
        urls[1][i].bytes = (int64_t)i % 2;
    }
    assert_int_equal(differences_find(&comparison, &differences), 0);
    assert_int_equal(differences.count, count / 2);
    for (size_t i = 0; i < count / 2; i++)
        assert_int_equal(differences.items[i].index, 2 * i + 1);
    differences_finish(&differences);
}

static void test_what_did_not_come_out_is_not_looked_at(void **state)
{
    struct sample sample;
    struct differences differences;
    (void)state;

    sample_begin(&sample, 2, "ar", 2);
    *sample_url(&sample, 0, 1, 0) = (struct measured_url){.error_class = HAUL_CLASS_CANCELLED};
    *sample_url(&sample, 0, 0, 1) = (struct measured_url){0};
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_int_equal(differences.count, 0);
    differences_finish(&differences);
    sample_end(&sample);
}

static void test_sides_may_differ_and_each_be_steady(void **state)
{
    static const struct variant variants[] = {
        {MODE_GATHER, 4, 0}, {MODE_AS_COMPLETED, 4, 0}, {MODE_GATHER, 4, 1}, {MODE_AS_COMPLETED, 4, 1}};
    struct sample sample;
    struct differences differences;
    (void)state;

    sample_begin_variants(&sample, 3, variants, 4, 2);
    for (size_t round = 0; round < 2; round++)
        sample_url(&sample, round, 2, 1)->bytes = sample_url(&sample, round, 3, 1)->bytes = 7;
    sample_url(&sample, 1, 3, 2)->status = 201;
    assert_int_equal(differences_find(&sample.comparison, &differences), 0);
    assert_int_equal(differences.count, 2);
    assert_int_equal(differences.within, 1);
    assert_true(differences.items[0].index == 1 && differences.items[0].size && !differences.items[0].is_within);
    assert_true(differences.items[1].index == 2 && differences.items[1].status && differences.items[1].is_within);
    differences_finish(&differences);
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alike_in_all_runs),
        cmocka_unit_test(test_one_run_with_another_status),
        cmocka_unit_test(test_the_very_first_run_differs),
        cmocka_unit_test(test_a_failed_transfer_differs_by_its_class_alone),
        cmocka_unit_test(test_what_came_of_a_failed_transfer_is_chance),
        cmocka_unit_test(test_rounds_that_are_not_complete_are_not_looked_at),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_what_did_not_come_out_is_not_looked_at),
        cmocka_unit_test(test_sides_may_differ_and_each_be_steady),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
