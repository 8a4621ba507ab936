#include "compare/variant.h"

#include "options/options.h"
#include "output/text.h"

#include <stdarg.h>
#include <stdlib.h>

#include <setjmp.h>

#include <cmocka.h>

static size_t concurrencies[] = {2, 8};
static struct side_option side_options[2]; /* the names are given apart */
static const char *const names[] = {"old", "new"};

static void assert_labels(const struct comparison_options *options, const char *expected)
{
    size_t count;
    struct variant *variants = variant_list(options, &count);
    struct text text = {0};

    assert_non_null(variants);
    struct variant_labels labels = variant_labels_of(variants, count, names, options->side_count);
    for (size_t i = 0; i < count; i++) {
        text_append_string(&text, i > 0 ? ", " : "");
        variant_append(&text, &labels, &variants[i]);
    }
    text_append(&text, "", 1);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
    free(variants);
}

static void test_labels_say_what_differs(void **state)
{
    struct comparison_options options = {.modes = {MODE_SEQUENTIAL, MODE_GATHER},
                                         .mode_count = 2,
                                         .concurrencies = concurrencies,
                                         .concurrency_count = 1};
    (void)state;

    assert_labels(&options, "sequential, gather");
    options.concurrency_count = 2;
    assert_labels(&options, "sequential, gather -c 2, gather -c 8");
    options.sides = side_options;
    options.side_count = 2;
    assert_labels(&options, "old sequential, old gather -c 2, old gather -c 8, "
                            "new sequential, new gather -c 2, new gather -c 8");
    options.modes[0] = MODE_AS_COMPLETED;
    options.mode_count = 1;
    assert_labels(&options, "old -c 2, old -c 8, new -c 2, new -c 8");
    options.concurrency_count = 1;
    assert_labels(&options, "old, new");
    options.side_count = 1;
    assert_labels(&options, "as-completed");
    options.concurrency_count = 2;
    assert_labels(&options, "-c 2, -c 8");
}

static void test_sequential_is_one_at_a_time(void **state)
{
    const struct comparison_options options = {
        .modes = {MODE_RACE, MODE_SEQUENTIAL}, .mode_count = 2, .concurrencies = concurrencies, .concurrency_count = 2};
    size_t count;
    (void)state;

    struct variant *variants = variant_list(&options, &count);
    assert_int_equal(count, 3);
    assert_true(variants[1].mode == MODE_RACE && variants[1].concurrency == 8);
    assert_true(variants[2].mode == MODE_SEQUENTIAL && variants[2].concurrency == 1);
    free(variants);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_say_what_differs),
        cmocka_unit_test(test_sequential_is_one_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
