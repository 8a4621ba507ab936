#include "stage.h"

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t duration;
    } cases[] = {
        {"0", 0},
        {"1", HAUL_SECOND},
        {"1.5", 1500 * HAUL_MILLISECOND},
        {".5", 500 * HAUL_MILLISECOND},
        {"5.", 5 * HAUL_SECOND},
        {"500ms", 500 * HAUL_MILLISECOND},
        {"0.5ms", 500 * HAUL_MICROSECOND},
        {"20s", 20 * HAUL_SECOND},
        {"2m", 2 * HAUL_MINUTE},
        {"1h", 60 * HAUL_MINUTE},
        {"0.25h", 15 * HAUL_MINUTE},
        {"007", 7 * HAUL_SECOND},
        {"0.000000001", 1},
        {"0.0000000019", 1},
        {"0.0000000009", 0},
        {"0.00000000009m", 5},
        {"0.000000000009h", 32},
        {"0.333333333333333333333333333333", 333333333},
        {"9223372036.854775807", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t duration = -1;
        assert_int_equal(haul_duration_parse(cases[i].text, &duration), 0);
        assert_int_equal(duration, cases[i].duration);
    }
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        ".",
        "s",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1 s",
        "1x",
        "1ss",
        "1.2.3",
        "1e3",
        "0x10",
        "1,5",
        "1S",
        "infinity",
        "nan",
        "1us",
        "1\n",
        "ms",
        "1.5.s",
        ".m",
        "9223372036.854775808",
        "9223372037",
        "99999999999999999999",
        "2562048h",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t duration = -1;
        assert_int_equal(haul_duration_parse(cases[i], &duration), HAUL_E_INVALID);
        assert_int_equal(duration, -1);
    }
}

static void test_deadline(void **state)
{
    (void)state;
    assert_int_equal(haul_deadline(10, 5), 15);
    assert_int_equal(haul_deadline(-10, 5), -5);
    assert_int_equal(haul_deadline(10, 0), 10);
    assert_int_equal(haul_deadline(10, -5), 10);
    assert_int_equal(haul_deadline(10, INT64_MIN), 10);
    assert_int_equal(haul_deadline(10, HAUL_NEVER), HAUL_NEVER);
    assert_int_equal(haul_deadline(1, INT64_MAX - 1), HAUL_NEVER);
    assert_int_equal(haul_deadline(0, INT64_MAX - 1), INT64_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
