#include "stage.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* What enum haul_error says, by the compiler's word: a new one without a case here is a warning. */
static const char *name_in_header(enum haul_error code)
{
#define CASE(name)                                                                                                     \
    case name:                                                                                                         \
        return #name
    switch (code) {
        CASE(HAUL_E_CANCELLED);
        CASE(HAUL_E_TIMEOUT);
        CASE(HAUL_E_DRAINED);
        CASE(HAUL_E_CLOSED);
        CASE(HAUL_E_BUSY);
        CASE(HAUL_E_SETTLED);
        CASE(HAUL_E_INVALID);
        CASE(HAUL_E_URL);
        CASE(HAUL_E_STOPPED);
        CASE(HAUL_E_STALLED);
        CASE(HAUL_E_LIMIT);
        CASE(HAUL_E_FULL);
        CASE(HAUL_E_EMPTY);
        CASE(HAUL_E_SHUTDOWN);
        CASE(HAUL_E_BROKEN);
    }
#undef CASE
    return NULL;
}

static void test_table(void **state)
{
    (void)state;
    int code = 1;
    for (const char *name; (name = name_in_header((enum haul_error)code)); code++) {
        assert_string_equal(haul_error_name(code), name);
        const char *message = haul_error_message(code);
        assert_true(strlen(message) > 5);
        assert_null(strchr(message, '.'));
    }
    assert_int_equal(code - 1, HAUL_E_BROKEN);
    assert_string_equal(haul_error_name(code), "unknown");
    assert_string_equal(haul_error_message(code), "unknown error");
}

static void test_others(void **state)
{
    (void)state;
    assert_string_equal(haul_error_name(0), "0");
    assert_string_equal(haul_error_name(-ENOMEM), "ENOMEM");
    assert_string_equal(haul_error_message(-ENOMEM), strerror(ENOMEM));
    static const int unknown[] = {INT_MIN, -100000, 100000, INT_MAX};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(haul_error_name(unknown[i]), "unknown");
        assert_string_equal(haul_error_message(unknown[i]), "unknown error");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
