#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/limit.h"

static struct haul__limit *get(struct haul__limits *limits, const char *text)
{
    struct haul_url *url = NULL;
    const char *problem;
    if (haul_url_create(text, strlen(text), &url, &problem) != 0)
        return NULL;
    struct haul__limit *limit = haul__limits_get(limits, url);
    haul_url_destroy(url);
    return limit;
}

static bool has(const struct haul__limits *limits, const char *text)
{
    struct haul_url *url = NULL;
    const char *problem;
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    bool answer = haul__limits_has(limits, url);
    haul_url_destroy(url);
    return answer;
}

static void test_each_origin_has_its_own(void **state)
{
    struct haul__limits limits;
    (void)state;
    haul__limits_init(&limits, 2);
    struct haul__limit *limit = get(&limits, "http://a/x");
    assert_int_equal(haul_semaphore_free(&limit->places), 2);
    assert_ptr_equal(get(&limits, "http://A:80/y?z"), limit);
    struct haul__limit *others[] = {get(&limits, "https://a/x"), get(&limits, "http://a:81/x"),
                                    get(&limits, "http://b/x")};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_ptr_not_equal(others[i], limit);
        haul__limit_unref(others[i]);
    }
    haul__limit_unref(limit);
    assert_int_equal(HASH_COUNT(limits.table), 1);
    haul__limit_unref(limit);
    assert_null(limits.table);
    haul__limits_finish(&limits);
}

static void test_what_is_not_limited(void **state)
{
    struct haul__limits limits;
    (void)state;
    haul__limits_init(&limits, 1);
    assert_true(has(&limits, "http://a/"));
    assert_false(has(&limits, "sleep:1"));
    haul__limits_init(&limits, 0);
    assert_false(has(&limits, "http://a/"));
    haul__limits_finish(&limits);
}

static void test_many_and_out_of_memory(void **state)
{
    enum { count = 100 };
    (void)state;
    /* Far enough for the table to grow, the memory for that missing too. */
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__limits limits;
        struct haul__limit *all[count] = {0};
        size_t missing = 0;
        haul__limits_init(&limits, 1);
        for (size_t i = 0; i < count; i++) {
            char text[32];
            snprintf(text, sizeof(text), "http://h%zu/", i);
            all[i] = get(&limits, text);
            missing += all[i] == NULL;
        }
        assert_int_equal(missing, failing_memory_happened());
        for (size_t i = 0; i < count; i++)
            haul__limit_unref(all[i]);
        haul__limits_finish(&limits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_origin_has_its_own),
        cmocka_unit_test(test_what_is_not_limited),
        cmocka_unit_test(test_many_and_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
