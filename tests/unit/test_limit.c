#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/limit.h"

static const int64_t now = 1000 * HAUL_SECOND;

/* Of an origin that is none of those that the tests name. */
static struct haul_url *other_url;

static struct haul__limit *get(struct haul__limits *limits, const char *text)
{
    struct haul_url *url = NULL;
    const char *problem;
    if (haul_url_create(text, strlen(text), &url, &problem) != 0)
        return NULL;
    struct haul__limit *limit = haul__limits_get(limits, url, now);
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
    haul__limits_init(&limits, &(struct haul_client_options){.per_host = 2});
    struct haul__limit *limit = get(&limits, "http://a/x");
    assert_int_equal(haul_semaphore_free(&limit->places), 2);
    assert_ptr_equal(get(&limits, "http://A:80/y?z"), limit);
    struct haul__limit *others[] = {get(&limits, "https://a/x"), get(&limits, "http://a:81/x"),
                                    get(&limits, "http://b/x")};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_ptr_not_equal(others[i], limit);
        haul__limit_unref(others[i], now);
    }
    haul__limit_unref(limit, now);
    assert_int_equal(HASH_COUNT(limits.table), 1);
    haul__limit_unref(limit, now);
    assert_null(limits.table);
    haul__limits_finish(&limits);
}

static void test_what_is_not_limited(void **state)
{
    struct haul__limits limits;
    (void)state;
    haul__limits_init(&limits, &(struct haul_client_options){.per_host = 1});
    assert_true(has(&limits, "http://a/"));
    assert_false(has(&limits, "sleep:1"));
    haul__limits_init(&limits, &(struct haul_client_options){.per_host = 0});
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
    haul__limits_init(&limits, &(struct haul_client_options){.concurrency = 32, .adapt = true});
    struct haul__limit *limit = get(&limits, "http://a/");
    assert_int_equal(haul_semaphore_free(&limit->places), 16);
    end_all(limit, 16, HAUL__ANSWERED);
    assert_int_equal(haul_semaphore_free(&limit->places), 32);
    end_all(limit, 32, HAUL__REFUSED);
    assert_int_equal(limit->gradient.limit, 1);
    assert_int_equal(haul_semaphore_free(&limit->places), 1);
    assert_int_equal(limit->excess, 0);
    haul__limit_unref(limit, now);
    haul__limits_finish(&limits);
}

static void test_places_that_are_in_use_go_when_they_are_given_back(void **state)
{
    struct haul__limits limits;
    struct haul__gradient_request requests[16];
    (void)state;
    haul__limits_init(&limits, &(struct haul_client_options){.concurrency = 32, .adapt = true});
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
    haul__limit_unref(limit, now);
    haul__limits_finish(&limits);
}

/* What has a moment to come is kept without a user, and goes when others are made after that has come. */
static void test_one_with_a_moment_to_come_stays(void **state)
{
    struct haul__limits limits;
    (void)state;
    haul__limits_init(&limits, &(struct haul_client_options){.host_interval = HAUL_SECOND});
    struct haul__limit *limit = get(&limits, "http://a/");
    assert_true(haul__limit_due(limit) <= now);
    assert_int_equal(haul__rate_take(&limit->rate, now), now);
    assert_int_equal(haul__limit_due(limit), now + HAUL_SECOND);
    haul__limit_unref(limit, now);
    assert_ptr_equal(get(&limits, "http://a/"), limit);
    haul__limit_unref(limit, now);
    struct haul__limit *other = haul__limits_get(&limits, other_url, now + HAUL_SECOND - 1);
    assert_int_equal(HASH_COUNT(limits.table), 2);
    haul__limit_unref(other, now);
    assert_int_equal(HASH_COUNT(limits.table), 1);
    other = haul__limits_get(&limits, other_url, now + HAUL_SECOND);
    assert_int_equal(HASH_COUNT(limits.table), 1);
    haul__limit_unref(other, now);
    haul__limits_finish(&limits);
}

/* One that is paused for long does not keep the others from being dropped. */
static void test_one_that_is_paused_hides_no_other(void **state)
{
    enum { count = 20 };
    struct haul__limits limits;
    (void)state;
    haul__limits_init(&limits, &(struct haul_client_options){.retries = 1});
    for (int i = 0; i < count; i++) {
        char text[32];
        snprintf(text, sizeof(text), "http://h%d/", i);
        struct haul__limit *limit = get(&limits, text);
        limit->paused_until = now + (i == 0 ? HAUL_MINUTE : 1);
        haul__limit_unref(limit, now);
    }
    assert_int_equal(HASH_COUNT(limits.table), count);
    for (int i = 0; i < count; i++)
        haul__limit_unref(haul__limits_get(&limits, other_url, now + 1), now + 1);
    assert_int_equal(HASH_COUNT(limits.table), 1);
    haul__limits_finish(&limits);
    assert_null(limits.table);
}

/* What was learnt of a host is there when it comes back, but not of any number of hosts. */
static void test_what_was_learnt_is_kept(void **state)
{
    enum { count = 3000, most = 1000 };
    struct haul__limits limits;
    (void)state;
    haul__limits_init(&limits, &(struct haul_client_options){.adapt = true, .concurrency = 100});
    struct haul__limit *limit = get(&limits, "http://a/");
    limit->gradient.limit = 77;
    haul__limit_unref(limit, now);
    limit = get(&limits, "http://a/");
    assert_int_equal(limit->gradient.limit, 77);
    haul__limit_unref(limit, now);
    for (int i = 0; i < count; i++) {
        char text[32];
        snprintf(text, sizeof(text), "http://h%d/", i);
        haul__limit_unref(get(&limits, text), now);
    }
    assert_in_range(HASH_COUNT(limits.table), most - 2, most);
    haul__limits_finish(&limits);
    assert_null(limits.table);
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
        haul__limits_init(&limits, &(struct haul_client_options){.per_host = 1});
        for (size_t i = 0; i < count; i++) {
            char text[32];
            snprintf(text, sizeof(text), "http://h%zu/", i);
            all[i] = get(&limits, text);
            missing += all[i] == NULL;
        }
        assert_int_equal(missing, failing_memory_happened());
        for (size_t i = 0; i < count; i++)
            haul__limit_unref(all[i], now);
        haul__limits_finish(&limits);
    }
}

static int make_other_url(void **state)
{
    static const char text[] = "http://other/";
    const char *problem;
    (void)state;
    return haul_url_create(text, strlen(text), &other_url, &problem);
}

static int destroy_other_url(void **state)
{
    (void)state;
    haul_url_destroy(other_url);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_origin_has_its_own),
        cmocka_unit_test(test_what_is_not_limited),
        cmocka_unit_test(test_places_come_and_go_with_what_is_found),
        cmocka_unit_test(test_places_that_are_in_use_go_when_they_are_given_back),
        cmocka_unit_test(test_one_with_a_moment_to_come_stays),
        cmocka_unit_test(test_one_that_is_paused_hides_no_other),
        cmocka_unit_test(test_what_was_learnt_is_kept),
        cmocka_unit_test(test_many_and_out_of_memory),
    };
    return cmocka_run_group_tests(tests, make_other_url, destroy_other_url);
}
