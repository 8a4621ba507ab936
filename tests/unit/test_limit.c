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
    haul__limits_init(&limits, 2, false);
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
    haul__limits_init(&limits, 1, false);
    assert_true(has(&limits, "http://a/"));
    assert_false(has(&limits, "sleep:1"));
    haul__limits_init(&limits, 0, false);
    assert_false(has(&limits, "http://a/"));
    haul__limits_finish(&limits);
}

/* As if so many were in flight, and each had come out so. */
static void end_all(struct haul__limit *limit, size_t count, enum haul__sign sign)
{
    struct haul__gradient_request requests[64];
    for (size_t i = 0; i < count; i++) {
        assert_true(haul_semaphore_try_acquire(&limit->places));
        requests[i] = haul__limit_begin(limit);
    }
    for (size_t i = 0; i < count; i++) {
        haul__limit_end(limit, &requests[i], sign, 1000);
        haul__limit_release(limit);
    }
}

static void test_places_come_and_go_with_what_is_found(void **state)
{
    struct haul__limits limits;
    (void)state;
    haul__limits_init(&limits, 32, true);
    struct haul__limit *limit = get(&limits, "http://a/");
    assert_int_equal(haul_semaphore_free(&limit->places), 16);
    end_all(limit, 16, HAUL__ANSWERED);
    assert_int_equal(haul_semaphore_free(&limit->places), 32);
    end_all(limit, 32, HAUL__REFUSED);
    assert_int_equal(limit->gradient.limit, 1);
    assert_int_equal(haul_semaphore_free(&limit->places), 1);
    assert_int_equal(limit->excess, 0);
    haul__limit_unref(limit);
    haul__limits_finish(&limits);
}

static void test_places_that_are_in_use_go_when_they_are_given_back(void **state)
{
    struct haul__limits limits;
    struct haul__gradient_request requests[16];
    (void)state;
    haul__limits_init(&limits, 32, true);
    struct haul__limit *limit = get(&limits, "http://a/");
    for (int i = 0; i < 16; i++) {
        assert_true(haul_semaphore_try_acquire(&limit->places));
        requests[i] = haul__limit_begin(limit);
    }
    haul__limit_end(limit, &requests[15], HAUL__REFUSED, 0);
    assert_int_equal(limit->gradient.limit, 11);
    /* Fifteen are in flight yet. */
    for (int i = 15; i > 10; i--) {
        haul__limit_release(limit);
        assert_true(haul_semaphore_locked(&limit->places));
    }
    haul__limit_release(limit);
    assert_int_equal(haul_semaphore_free(&limit->places), 1);
    haul__limit_unref(limit);
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
        haul__limits_init(&limits, 1, false);
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
        cmocka_unit_test(test_places_come_and_go_with_what_is_found),
        cmocka_unit_test(test_places_that_are_in_use_go_when_they_are_given_back),
        cmocka_unit_test(test_many_and_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
