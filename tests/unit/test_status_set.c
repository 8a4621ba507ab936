#include "options/status_set.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_list_of_statuses_and_ranges_is_read(void **state)
{
    struct status_set set;
    (void)state;
    assert_int_equal(status_set_parse("200-202,404,999,100", &set), 0);
    for (int status = -1; status < 1100; status++) {
        bool is_in = (status >= 200 && status <= 202) || status == 404 || status == 999 || status == 100;
        assert_int_equal(status_set_has(&set, status), is_in);
    }
}

static void anything_else_is_refused(void **state)
{
    static const char *const texts[] = {
        "",    ",",        "200,",    ",200",   "20",     "099",   "2000",     "200-", "-200",
        "2xx", "200 ,404", "404-200", "200-20", "200--1", "200;1", "200-299-", "1e2",  "all",
    };
    struct status_set set = {.words = {7}};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (status_set_parse(texts[i], &set) != HAUL_E_INVALID)
            fail_msg("\"%s\" is taken", texts[i]);
        assert_int_equal(set.words[0], 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_statuses_and_ranges_is_read),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
