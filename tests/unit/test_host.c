#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/host.h"

static struct haul_url *url_of(const char *text)
{
    struct haul_url *url = NULL;
    const char *problem;
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    return url;
}

static struct haul__host *get(struct haul__hosts *hosts, const char *text)
{
    struct haul_url *url = url_of(text);
    struct haul__host *host = haul__hosts_get(hosts, url);
    haul_url_destroy(url);
    return host;
}

static void test_an_origin_is_a_host(void **state)
{
    struct haul__hosts hosts;
    (void)state;
    haul__hosts_init(&hosts, true);
    struct haul__host *host = get(&hosts, "http://a/x");
    assert_ptr_equal(get(&hosts, "http://A:80/y?z"), host);
    struct haul__host *others[] = {get(&hosts, "https://a/x"), get(&hosts, "http://a:81/x"), get(&hosts, "http://b/x"),
                                   get(&hosts, "sleep:1")};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_ptr_not_equal(others[i], host);
        haul__host_unref(others[i]);
    }
    haul__host_unref(host);
    assert_int_equal(HASH_COUNT(hosts.table), 1);
    haul__host_unref(host);
    assert_null(hosts.table);
    haul__hosts_finish(&hosts);
}

static void test_whether_a_connection_is_there(void **state)
{
    struct haul__hosts hosts;
    (void)state;
    haul__hosts_init(&hosts, true);
    struct haul__host *host = get(&hosts, "http://a/");
    assert_true(haul__host_opens(host));
    host->connections = 1;
    assert_false(haul__host_opens(host));
    host->running = 1;
    assert_true(haul__host_opens(host));
    host->connections = host->running = 0;
    haul__host_unref(host);
    haul__hosts_finish(&hosts);
}

static void test_many_and_out_of_memory(void **state)
{
    enum { count = 500 };
    (void)state;
    /* Far enough for the table to grow, the memory for that missing too. */
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__hosts hosts;
        struct haul__host *all[count] = {0};
        size_t missing = 0;
        haul__hosts_init(&hosts, true);
        for (size_t i = 0; i < count; i++) {
            char text[32];
            snprintf(text, sizeof(text), "http://h%zu/", i);
            struct haul_url *url = NULL;
            const char *problem;
            if (haul_url_create(text, strlen(text), &url, &problem) == 0)
                all[i] = haul__hosts_get(&hosts, url);
            haul_url_destroy(url);
            missing += all[i] == NULL;
        }
        assert_int_equal(missing, failing_memory_happened());
        for (size_t i = 0; i < count; i++)
            haul__host_unref(all[i]);
        haul__hosts_finish(&hosts);
        /* One size in ten is enough once the first tables are made. */
        if (n > 60)
            n += 9;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_origin_is_a_host),
        cmocka_unit_test(test_whether_a_connection_is_there),
        cmocka_unit_test(test_many_and_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
