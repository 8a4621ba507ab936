#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/route.h"

/* Where the connection for URL leads: "HOST:PORT", "proxy HOST:PORT", or "" where no name is to be looked up. */
static void assert_route(const struct haul_client_options *options, const char *text, const char *expected)
{
    struct haul_url *url = NULL;
    const char *problem;
    char shown[128] = "";
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    struct haul__route route = haul__route_find(options, haul_url_origin(url));
    if (route.host.size > 0)
        snprintf(shown, sizeof(shown), "%s%.*s:%u", route.is_proxy ? "proxy " : "", (int)route.host.size, route.host.at,
                 route.port);
    if (strcmp(shown, expected) != 0)
        fail_msg("%s: \"%s\" is not \"%s\"", text, shown, expected);
    haul_url_destroy(url);
}

static void test_the_host(void **state)
{
    static const char *const cases[][2] = {
        {"http://example.com/x", "example.com:80"},
        {"https://Example.COM", "example.com:443"},
        {"https://u:p@example.com:8443/", "example.com:8443"},
        {"http://example.com./", "example.com.:80"},
        {"http://127.0.0.1/", ""},
        {"http://0x7f.1/", ""},
        {"http://[::1]:81/", ""},
        {"http://localhost/", ""},
        {"http://localhost./", "localhost.:80"},
        {"http://a.LOCALHOST/", ""},
        {"http://notlocalhost/", "notlocalhost:80"},
    };
    const struct haul_client_options options = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_route(&options, cases[i][0], cases[i][1]);
}

static void test_resolve(void **state)
{
    static const char *const resolve[] = {"a.test:80:127.0.0.1", "+B.test:443:[::1]", "-c.test:80",
                                          "*:81:127.0.0.1",      "d.test:81x",        NULL};
    const struct haul_client_options options = {.resolve = resolve};
    (void)state;
    assert_route(&options, "http://a.test/", "");
    assert_route(&options, "https://a.test/", "a.test:443");
    assert_route(&options, "https://b.test/", "");
    assert_route(&options, "http://c.test/", "c.test:80");
    assert_route(&options, "http://whatever.test:81/", "");
    assert_route(&options, "http://aa.test/", "aa.test:80");
}

/* One that takes another back is for those before it. */
static void test_what_resolve_has_no_more(void **state)
{
    static const char *const resolve[] = {"a.test:80:127.0.0.1", "*:81:127.0.0.1", "b.test:80:127.0.0.1", "-A.test:80",
                                          "-c.test:81",          "-b.test:81",     "b.test:80:127.0.0.2", NULL};
    static const char *const again[] = {"a.test:80:127.0.0.1", "-a.test:80", "+a.test:80:127.0.0.2", NULL};
    static const char *const all[] = {"*:81:127.0.0.1", "-*:81", NULL};
    struct haul_client_options options = {.resolve = resolve};
    (void)state;
    assert_route(&options, "http://a.test/", "a.test:80");
    assert_route(&options, "http://b.test/", "");
    assert_route(&options, "http://c.test:81/", "");
    options.resolve = again;
    assert_route(&options, "http://a.test/", "");
    options.resolve = all;
    assert_route(&options, "http://a.test:81/", "a.test:81");
}

static void test_connect_to(void **state)
{
    static const char *const connect_to[] = {
        "a.test:80:b.test:81", "a.test::c.test:", ":82:[::1]:", "[::1]:90:d.test:91", ":83::84", NULL};
    static const char *const resolve[] = {"b.test:81:127.0.0.1", NULL};
    struct haul_client_options options = {.connect_to = connect_to};
    (void)state;
    assert_route(&options, "http://a.test/", "b.test:81");
    assert_route(&options, "https://A.test/", "c.test:443");
    assert_route(&options, "http://x.test:82/", "");
    assert_route(&options, "http://[::1]:90/", "d.test:91");
    assert_route(&options, "http://x.test:83/", "x.test:84");
    assert_route(&options, "http://x.test/", "x.test:80");
    options.resolve = resolve;
    assert_route(&options, "http://a.test/", "");
}

static void test_proxies(void **state)
{
    static const char *const cases[][2] = {
        {"http://proxy.test:3128", "proxy proxy.test:3128"},
        {"proxy.test", "proxy proxy.test:1080"},
        {"https://u:p@proxy.test/", "proxy proxy.test:443"},
        {"socks5h://u@x@proxy.test:9", "proxy proxy.test:9"},
        {"http://127.0.0.1:3128", ""},
        {"http://[::1]:3128", ""},
        {"localhost:3128", ""},
        {"", "far.test:80"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct haul_client_options options = {.http_proxy = cases[i][0], .https_proxy = "other.test:1"};
        assert_route(&options, "http://far.test/", cases[i][1]);
        assert_route(&options, "https://far.test/", "proxy other.test:1");
        assert_route(&options, "http://127.0.0.1/", *cases[i][0] ? cases[i][1] : "");
    }
}

static void test_exceptions_to_the_proxy(void **state)
{
    static const struct {
        const char *no_proxy, *url, *route;
    } cases[] = {
        {"*", "http://a.test/", "a.test:80"},
        {"a.test", "http://a.test./", "a.test.:80"},
        {"A.test.", "http://b.a.test/", "b.a.test:80"},
        {".a.test", "http://a.test/", "a.test:80"},
        {"a.test", "http://ba.test/", "proxy p.test:1"},
        {"b.test, a.test", "http://a.test/", "a.test:80"},
        {"b.test,", "http://a.test/", "proxy p.test:1"},
        {"", "http://a.test/", "proxy p.test:1"},
        {"127.0.0.1", "http://127.0.0.1/", ""},
        {"127.0.0.1", "http://127.0.0.2/", "proxy p.test:1"},
        {"127.0.0.0/8", "http://127.0.0.2/", ""},
        {"::1", "http://[::1]/", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct haul_client_options options = {.http_proxy = "p.test:1", .no_proxy = cases[i].no_proxy};
        assert_route(&options, cases[i].url, cases[i].route);
    }
}

/* Where haul cannot tell it may be otherwise. */
static void test_what_surely_goes_by_no_proxy(void **state)
{
    static const struct {
        const char *proxy, *no_proxy, *origin;
        bool is_direct;
    } cases[] = {
        {NULL, NULL, "http://a.test:80", true},
        {"", NULL, "http://a.test:80", true},
        {"p.test:1", NULL, "http://a.test:80", false},
        {"p.test:1", NULL, "https://a.test:443", true},
        {"p.test:1", "a.test", "http://a.test:80", true},
        {"p.test:1", "a.test", "http://b.test:80", false},
        {"p.test:1", "127.0.0.1", "http://127.0.0.1:80", true},
        {"p.test:1", "127.0.0.0/8", "http://127.0.0.1:80", false},
        {"p.test:1", "*", "http://[::1]:80", true},
        {"p.test:1", "a.test", "http://[::1]:80", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct haul_client_options options = {.http_proxy = cases[i].proxy, .no_proxy = cases[i].no_proxy};
        assert_int_equal(haul__route_is_direct(&options, cases[i].origin), cases[i].is_direct);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_host),
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_what_resolve_has_no_more),
        cmocka_unit_test(test_connect_to),
        cmocka_unit_test(test_proxies),
        cmocka_unit_test(test_exceptions_to_the_proxy),
        cmocka_unit_test(test_what_surely_goes_by_no_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
