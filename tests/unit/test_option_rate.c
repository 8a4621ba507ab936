#include "options/option_rate.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static int read_as(const char *name, const char *value, struct options *ret_options)
{
    const struct option_row *row = option_find(name, strlen(name));
    char *problem = NULL;
    *ret_options = (struct options){0};
    int code = row->read(ret_options, row, value, &problem);
    if (code != 0)
        assert_non_null(strstr(problem, value));
    free(problem);
    return code;
}

static void test_rates(void **state)
{
    static const struct {
        const char *value;
        int64_t interval;
    } cases[] = {
        {"50/s", 20 * HAUL_MILLISECOND},
        {"1/s", HAUL_SECOND},
        {"60/m", HAUL_SECOND},
        {"0.5/m", 2 * HAUL_MINUTE},
        {"3600/h", HAUL_SECOND},
        {"3/s", 333333333},
        {".5/s", 2 * HAUL_SECOND},
        {"1000000/s", HAUL_MICROSECOND},
        {"2.50/s", 400 * HAUL_MILLISECOND},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct options options;
        assert_int_equal(read_as("rate", cases[i].value, &options), 0);
        assert_int_equal(options.interval, cases[i].interval);
        assert_int_equal(read_as("host-rate", cases[i].value, &options), 0);
        assert_int_equal(options.host_interval, cases[i].interval);
    }
}

static void test_what_is_no_rate(void **state)
{
    static const char *const values[] = {"50",    "/s",     "0/s",       "0.0/s",   "-1/s", "+1/s",           "1/",
                                         "1/d",   "1/sec",  "1 /s",      " 1/s",    "1/s ", "1e3/s",          "inf/s",
                                         "nan/s", "0x10/s", "2000000/s", "1.2.3/s", "./s",  "0.00000000001/h"};
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct options options;
        assert_int_equal(read_as("rate", values[i], &options), HAUL_E_INVALID);
    }
}

static void test_percentages(void **state)
{
    static const char *const refused[] = {"", "20", "%", "-1%", "1.5%", "20%%", " 20%", "12345%", "x%"};
    struct options options;
    (void)state;
    assert_int_equal(read_as("retry-budget", "20%", &options), 0);
    assert_int_equal(options.retry_budget, 20);
    assert_int_equal(read_as("retry-budget", "0%", &options), 0);
    assert_int_equal(options.retry_budget, 0);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(read_as("retry-budget", refused[i], &options), HAUL_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_what_is_no_rate),
        cmocka_unit_test(test_percentages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
