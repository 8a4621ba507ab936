#include "compare/export_json.h"

#include "output/text.h"
#include "sample.h"

#include <haul/version.h>

#include <cjson/cJSON.h>
#include <math.h>

/* The comparison's export, read again; it must be one JSON text in one line. */
static cJSON *export(struct sample *sample)
{
    struct text text = {0};

    assert_int_equal(export_json_append(&text, sample_find(sample)), 0);
    assert_int_equal(text.bytes[text.size - 1], '\n');
    text.bytes[text.size - 1] = '\0';
    cJSON *root = cJSON_ParseWithOpts(text.bytes, NULL, true);
    assert_non_null(root);
    text_finish(&text);
    sample_forget(sample);
    return root;
}

static const cJSON *item(const cJSON *object, const char *key)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);

    assert_non_null(found);
    return found;
}

static void assert_number(const cJSON *object, const char *key, double expected)
{
    const cJSON *found = item(object, key);

    assert_true(cJSON_IsNumber(found));
    assert_true(fabs(found->valuedouble - expected) < 1e-12);
}

static void assert_text(const cJSON *object, const char *key, const char *expected)
{
    const cJSON *found = item(object, key);

    assert_true(cJSON_IsString(found));
    assert_string_equal(found->valuestring, expected);
}

static void begin_example(struct sample *sample)
{
    sample_begin(sample, 3, "sa", 2);
    sample->comparison.per_host = 10;
    for (size_t round = 0; round < 2; round++) {
        sample_set(sample, round, 0, 600, 100, 300 + 100 * (int64_t)round);
        sample_set(sample, round, 1, 300, 100, 200);
        for (size_t mode = 0; mode < 2; mode++) {
            struct measured_run *run = comparison_run(&sample->comparison, round, mode);
            run->slowest = 2;
            run->sum_of_totals = 600000000;
            run->bytes = 300;
            run->peak_in_flight = mode == 0 ? 1 : 3;
            run->connections = mode == 0 ? 1 : 3;
            for (size_t url = 0; url < 3; url++) {
                run->urls[url].total = 100000000 * (int64_t)(url + 1);
                run->urls[url].out = 100000001;
            }
        }
    }
}

static void test_what_was_run(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample);
    cJSON *root = export(&sample);
    assert_number(root, "v", EXPORT_JSON_VERSION);
    assert_text(root, "haul", haul_version());
    assert_number(root, "url_count", 3);
    assert_number(root, "host_count", 1);
    assert_number(root, "per_host", 10);
    assert_text(root, "connections", "fresh");
    assert_number(root, "rounds", 2);
    assert_number(root, "rounds_complete", 2);
    assert_int_equal(cJSON_GetArraySize(item(root, "urls")), 3);
    assert_string_equal(cJSON_GetArrayItem(item(root, "urls"), 2)->valuestring, "http://a.test/2");
    assert_int_equal(cJSON_GetArraySize(item(root, "differences")), 0);
    assert_int_equal(cJSON_GetArraySize(item(root, "sides")), 0);
    cJSON_Delete(root);
    sample_end(&sample);
}

static void test_modes(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample);
    cJSON *root = export(&sample);
    const cJSON *modes = item(root, "modes");
    assert_int_equal(cJSON_GetArraySize(modes), 2);
    assert_text(cJSON_GetArrayItem(modes, 0), "mode", "sequential");
    assert_number(cJSON_GetArrayItem(modes, 0), "mean_out", 0.35);

    const cJSON *mode = cJSON_GetArrayItem(modes, 1);
    assert_text(mode, "mode", "as-completed");
    assert_number(mode, "concurrency", 50);
    assert_true(cJSON_IsNull(item(mode, "side")));
    assert_true(cJSON_IsFalse(item(mode, "estimate")));
    assert_number(item(mode, "wall"), "mean", 0.3);
    assert_number(item(mode, "wall"), "stddev", 0);
    assert_number(item(mode, "wall"), "outliers", 0);
    assert_true(cJSON_IsNull(item(item(mode, "wall"), "error")));
    assert_number(item(mode, "wall"), "median", 0.3);
    assert_number(item(mode, "wall"), "min", 0.3);
    assert_number(item(mode, "wall"), "max", 0.3);
    assert_number(item(mode, "speedup"), "ratio", 2);
    assert_number(item(mode, "speedup"), "over", 0);
    assert_true(cJSON_IsNull(item(item(mode, "speedup"), "low")));
    assert_true(cJSON_IsNull(item(item(mode, "speedup"), "high")));
    assert_number(mode, "first_out", 0.1);
    assert_number(mode, "mean_out", 0.2);
    assert_number(mode, "rate", 10);
    assert_number(mode, "p50", 0.2);
    assert_number(mode, "p90", 0.3);
    assert_number(mode, "p95", 0.3);
    assert_number(mode, "p99", 0.3);
    assert_number(mode, "ideal", 0.3);
    assert_number(mode, "reached", 1);
    assert_number(item(mode, "slowest"), "index", 2);
    assert_number(item(mode, "slowest"), "total", 0.3);
    assert_number(mode, "bytes", 300);
    assert_number(mode, "peak_in_flight", 3);
    assert_number(mode, "connections", 3);
    assert_number(mode, "not_ok", 0);
    cJSON_Delete(root);
    sample_end(&sample);
}

static void test_runs_and_their_urls(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample);
    sample_fail(&sample, 1, 503, HAUL_CLASS_HTTP);
    cJSON *root = export(&sample);
    const cJSON *runs = item(root, "runs");
    assert_int_equal(cJSON_GetArraySize(runs), 4);
    const char *const names[] = {"sequential", "as-completed"};
    for (int i = 0; i < 4; i++) {
        assert_text(cJSON_GetArrayItem(runs, i), "mode", names[i % 2]);
        int round = i / 2;
        assert_number(cJSON_GetArrayItem(runs, i), "round", round);
    }

    const cJSON *run = cJSON_GetArrayItem(runs, 2);
    assert_number(run, "wall", 0.6);
    assert_number(run, "first_out", 0.1);
    assert_number(run, "mean_out", 0.4);
    assert_number(run, "sum_of_totals", 0.6);
    assert_number(run, "p50", 0.1); /* of 0, 0.1 and 0.3 */
    assert_number(run, "p90", 0.26);
    assert_number(run, "p95", 0.28);
    assert_number(run, "p99", 0.296);
    assert_number(item(run, "slowest"), "index", 2);
    assert_number(item(run, "slowest"), "total", 0.3);
    assert_number(run, "peak_in_flight", 1);
    assert_number(run, "connections", 1);
    assert_number(run, "not_ok", 1);
    assert_number(run, "bytes", 300);

    const cJSON *urls = item(run, "urls");
    assert_int_equal(cJSON_GetArraySize(urls), 3);
    const cJSON *url = cJSON_GetArrayItem(urls, 0);
    assert_true(cJSON_IsTrue(item(url, "ok")));
    assert_number(url, "status", 200);
    assert_true(cJSON_IsNull(item(url, "class")));
    assert_number(url, "bytes", 100);
    assert_number(url, "total", 0.1);
    assert_number(url, "out", 0.100000001);
    url = cJSON_GetArrayItem(urls, 1);
    assert_true(cJSON_IsFalse(item(url, "ok")));
    assert_number(url, "status", 503);
    assert_text(url, "class", "http");
    cJSON_Delete(root);
    sample_end(&sample);
}

static void test_differences(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample);
    sample_url(&sample, 1, 0, 2)->status = 204;
    sample_url(&sample, 1, 1, 2)->bytes = 1;
    cJSON *root = export(&sample);
    assert_int_equal(cJSON_GetArraySize(item(root, "differences")), 1);
    const cJSON *difference = cJSON_GetArrayItem(item(root, "differences"), 0);
    assert_number(difference, "index", 2);
    assert_true(cJSON_IsFalse(item(difference, "class")));
    assert_true(cJSON_IsTrue(item(difference, "status")));
    assert_true(cJSON_IsTrue(item(difference, "size")));
    assert_true(cJSON_IsTrue(item(difference, "within")));
    cJSON_Delete(root);
    sample_end(&sample);
}

static void test_only_complete_rounds(void **state)
{
    struct sample sample;
    (void)state;

    begin_example(&sample);
    sample.comparison.rounds_complete = 1;
    cJSON *root = export(&sample);
    assert_number(root, "rounds", 2);
    assert_number(root, "rounds_complete", 1);
    assert_int_equal(cJSON_GetArraySize(item(root, "runs")), 2);
    cJSON_Delete(root);

    sample.comparison.rounds_complete = 0;
    root = export(&sample);
    assert_int_equal(cJSON_GetArraySize(item(root, "modes")), 0);
    assert_int_equal(cJSON_GetArraySize(item(root, "runs")), 0);
    cJSON_Delete(root);
    sample.comparison.rounds_complete = 2;
    sample_end(&sample);
}

static void test_what_is_not_there_is_null(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 2, "ar", 1);
    sample_url(&sample, 0, 1, 1)->is_out = false;
    cJSON *root = export(&sample);
    const cJSON *mode = cJSON_GetArrayItem(item(root, "modes"), 1);
    assert_true(cJSON_IsNull(item(mode, "speedup")));
    assert_true(cJSON_IsNull(item(mode, "ideal")));
    assert_true(cJSON_IsNull(item(item(mode, "wall"), "stddev")));
    const cJSON *urls = item(cJSON_GetArrayItem(item(root, "runs"), 1), "urls");
    assert_true(cJSON_IsObject(cJSON_GetArrayItem(urls, 0)));
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(urls, 1)));
    cJSON_Delete(root);
    sample_end(&sample);

    sample_begin(&sample, 0, "a", 1);
    root = export(&sample);
    assert_int_equal(cJSON_GetArraySize(item(root, "modes")), 0);
    const cJSON *run = cJSON_GetArrayItem(item(root, "runs"), 0);
    assert_true(cJSON_IsNull(item(run, "p50")));
    assert_true(cJSON_IsNull(item(run, "slowest")));
    cJSON_Delete(root);
    sample_end(&sample);
}

static void test_sides_and_pairs(void **state)
{
    static const struct variant variants[] = {{MODE_AS_COMPLETED, 4, 0}, {MODE_AS_COMPLETED, 4, 1}};
    struct sample sample;
    (void)state;

    sample_begin_variants(&sample, 1, variants, 2, 5);
    for (size_t round = 0; round < 5; round++) {
        sample_set(&sample, round, 0, 200, 1, 1);
        sample_set(&sample, round, 1, 100, 1, 1);
    }
    cJSON *root = export(&sample);
    assert_text(cJSON_GetArrayItem(item(root, "sides"), 1), "name", "new");
    assert_text(cJSON_GetArrayItem(item(root, "sides"), 1), "base", "http://new.test/");
    assert_text(cJSON_GetArrayItem(item(root, "runs"), 3), "side", "new");
    assert_int_equal(cJSON_GetArraySize(item(root, "pairs")), 1);
    const cJSON *pair = cJSON_GetArrayItem(item(root, "pairs"), 0);
    assert_text(pair, "kind", "wall");
    assert_number(pair, "one", 0);
    assert_number(pair, "other", 1);
    assert_number(pair, "p", 2.0 / 252);
    assert_true(cJSON_IsTrue(item(pair, "different")));
    assert_true(fabs(item(pair, "ratio")->valuedouble - 2) < 1e-9);
    assert_true(fabs(item(pair, "low")->valuedouble - 2) < 1e-9);
    assert_true(cJSON_IsFalse(item(root, "too_few_rounds")));
    cJSON_Delete(root);
    sample_end(&sample);
}

static void test_an_estimate_has_its_error(void **state)
{
    struct sample sample;
    (void)state;

    sample_begin(&sample, 4, "s", 2);
    for (size_t round = 0; round < 2; round++) {
        struct measured_run *run = comparison_run(&sample.comparison, round, 0);
        sample_set(&sample, round, 0, 2000, 1, 1);
        run->is_estimate = true;
        run->error = round == 0 ? 3e9 : 4e9;
        run->urls[2].is_out = false;
    }
    cJSON *root = export(&sample);
    const cJSON *mode = cJSON_GetArrayItem(item(root, "modes"), 0);
    assert_true(cJSON_IsTrue(item(mode, "estimate")));
    assert_number(item(mode, "wall"), "error", 2.5);
    assert_number(mode, "rate", 2);
    assert_true(cJSON_IsTrue(item(cJSON_GetArrayItem(item(root, "runs"), 0), "estimate")));
    cJSON_Delete(root);
    sample_end(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_run),         cmocka_unit_test(test_modes),
        cmocka_unit_test(test_runs_and_their_urls),  cmocka_unit_test(test_differences),
        cmocka_unit_test(test_only_complete_rounds), cmocka_unit_test(test_what_is_not_there_is_null),
        cmocka_unit_test(test_sides_and_pairs),      cmocka_unit_test(test_an_estimate_has_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
