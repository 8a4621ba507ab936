#include "failing_memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "net/redirect.h"

#include <haul/error.h>

static struct haul_url *url_of(const char *text)
{
    struct haul_url *url = NULL;
    const char *problem;
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    return url;
}

static void test_statuses(void **state)
{
    (void)state;
    for (int status = 100; status < 600; status++)
        assert_int_equal(haul__is_redirect(status),
                         status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

static void test_fragments(void **state)
{
    static const struct {
        const char *from;
        const char *location;
        const char *target;
    } cases[] = {
        {"http://a/b#c", "/d", "http://a/d#c"},  {"http://a/b#c", "/d#e", "http://a/d#e"},
        {"http://a/b#c", "/d#", "http://a/d"},   {"http://a/b", "/d", "http://a/d"},
        {"http://a/b#c", "//d/", "http://d/#c"}, {"http://a/b#c", "https://d/e?f", "https://d/e?f#c"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct haul_url *from = url_of(cases[i].from), *target = NULL;
        const char *problem = NULL;
        assert_int_equal(haul__redirect_target(from, cases[i].location, &target, &problem), 0);
        assert_string_equal(haul_url_text(target), cases[i].target);
        haul_url_destroy(target);
        haul_url_destroy(from);
    }
}

static void test_refused(void **state)
{
    struct haul_url *from = url_of("http://a/b#c"), *target = NULL;
    const char *problem = NULL;
    (void)state;
    assert_int_equal(haul__redirect_target(from, "file:///etc/passwd", &target, &problem), HAUL_E_URL);
    assert_non_null(problem);
    assert_null(target);
    haul_url_destroy(from);
}

static void test_out_of_memory(void **state)
{
    struct haul_url *from = url_of("http://a/b#c");
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_url *target = NULL;
        const char *problem = NULL;
        int code = haul__redirect_target(from, "/d e", &target, &problem);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_url_destroy(target);
    }
    haul_url_destroy(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
