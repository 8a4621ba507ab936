#include "run/mode.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void every_mode_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < MODE_COUNT; i++) {
        enum mode mode = (enum mode)((i + 1) % MODE_COUNT);
        const char *name = mode_name((enum mode)i);
        assert_int_equal(mode_find(name, strlen(name), &mode), 0);
        assert_int_equal(mode, i);
    }
    assert_string_equal(mode_name(MODE_SEQUENTIAL), "sequential");
    assert_string_equal(mode_name(MODE_GATHER), "gather");
    assert_string_equal(mode_name(MODE_AS_COMPLETED), "as-completed");
    assert_string_equal(mode_name(MODE_RACE), "race");
}

static void other_names_are_none(void **state)
{
    (void)state;
    static const char *const names[] = {"", "gathe", "gather ", "Gather", "gatherer", "as_completed", "none"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        enum mode mode = MODE_GATHER;
        assert_int_equal(mode_find(names[i], strlen(names[i]), &mode), HAUL_E_INVALID);
        assert_int_equal(mode, MODE_GATHER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mode_is_found_by_its_name),
        cmocka_unit_test(other_names_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
