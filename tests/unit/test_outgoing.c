#include "failing_memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "net/outgoing.h"

static struct haul_url *url_of(const char *text)
{
    struct haul_url *url = NULL;
    const char *problem;
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    return url;
}

/* Follows STATUS from FROM to TO: the URL that is asked for then, which is good until the next call. */
static const char *follow(struct haul__outgoing *outgoing, int status, const char *from, const char *to)
{
    static char text[256];
    struct haul_url *before = url_of(from), *target = url_of(to);
    assert_int_equal(haul__outgoing_follow(outgoing, status, before, &target), 0);
    strncpy(text, haul_url_text(target), sizeof(text) - 1);
    haul_url_destroy(before);
    haul_url_destroy(target);
    return text;
}

static const int statuses[] = {301, 302, 303, 307, 308};

/* What is left of the method and its body after each of the statuses above. */
static const struct {
    const char *method; /* of the request */
    const char *body;
    bool keeps_method;
    const char *methods[5];
    const char *has_body; /* a letter for each: y or n */
} changes[] = {
    {NULL, NULL, false, {"GET", "GET", "GET", "GET", "GET"}, "nnnnn"},
    {NULL, "a", false, {"GET", "GET", "GET", "POST", "POST"}, "nnnyy"},
    {"POST", NULL, false, {"GET", "GET", "GET", "POST", "POST"}, "nnnnn"},
    {"HEAD", NULL, false, {"HEAD", "HEAD", "HEAD", "HEAD", "HEAD"}, "nnnnn"},
    {"PUT", "a", false, {"PUT", "PUT", "GET", "PUT", "PUT"}, "yynyy"},
    {"DELETE", NULL, false, {"DELETE", "DELETE", "GET", "DELETE", "DELETE"}, "nnnnn"},
    {"POST", "a", true, {"POST", "POST", "POST", "POST", "POST"}, "nnnyy"},
    {"PUT", "a", true, {"PUT", "PUT", "PUT", "PUT", "PUT"}, "nnnyy"},
    {"DELETE", NULL, true, {"DELETE", "DELETE", "DELETE", "DELETE", "DELETE"}, "nnnnn"},
};

static void redirects_change_the_method_and_leave_the_body(void **state)
{
    (void)state;
    struct haul_url *url = url_of("http://a/");
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        const struct haul_request request = {.method = changes[i].method,
                                             .body = changes[i].body,
                                             .body_size = 1,
                                             .keeps_method = changes[i].keeps_method};
        for (size_t j = 0; j < sizeof(statuses) / sizeof(statuses[0]); j++) {
            struct haul__outgoing outgoing;
            haul__outgoing_begin(&outgoing, &request, url);
            assert_true(outgoing.has_body == (changes[i].body != NULL));
            follow(&outgoing, statuses[j], "http://a/", "http://a/b");
            assert_string_equal(outgoing.method, changes[i].methods[j]);
            assert_int_equal(outgoing.has_body, changes[i].has_body[j] == 'y');
            haul__outgoing_finish(&outgoing);
        }
    }
    haul_url_destroy(url);
}

/* With which user information the second hop is asked for, the first having been "http://n:p@a/x". */
static const struct {
    const char *to;
    const char *trusted;   /* where it is trusting */
    const char *untrusted; /* where it is not */
} users[] = {
    {"http://a/y", "http://n:p@a/y", "http://n:p@a/y"},     {"http://A:80/y", "http://n:p@a/y", "http://n:p@a/y"},
    {"http://o:q@a/y", "http://o:q@a/y", "http://o:q@a/y"}, {"http://a:81/y", "http://n:p@a:81/y", "http://a:81/y"},
    {"https://a/y", "https://n:p@a/y", "https://a/y"},      {"http://b/y?@#@", "http://n:p@b/y?@#@", "http://b/y?@#@"},
    {"http://o:q@b/y", "http://o:q@b/y", "http://b/y"},     {"http://o@b/y", "http://o@b/y", "http://b/y"},
};

static void user_information_stays_with_its_origin(void **state)
{
    (void)state;
    struct haul_url *url = url_of("http://n:p@a/x");
    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
        for (int is_trusting = 0; is_trusting < 2; is_trusting++) {
            const struct haul_request request = {.is_trusting = is_trusting};
            struct haul__outgoing outgoing;
            haul__outgoing_begin(&outgoing, &request, url);
            const char *asked = follow(&outgoing, 302, "http://n:p@a/x", users[i].to);
            assert_string_equal(asked, is_trusting ? users[i].trusted : users[i].untrusted);
            haul__outgoing_finish(&outgoing);
        }
    haul_url_destroy(url);
}

static void credentials_come_back_with_the_first_origin(void **state)
{
    (void)state;
    struct haul_url *url = url_of("http://n:p@a/x");
    struct haul__outgoing outgoing;
    haul__outgoing_begin(&outgoing, NULL, url);
    assert_true(haul__outgoing_is_trusted(&outgoing));
    assert_string_equal(follow(&outgoing, 302, "http://n:p@a/x", "http://b/"), "http://b/");
    assert_false(haul__outgoing_is_trusted(&outgoing));
    assert_string_equal(follow(&outgoing, 302, "http://b/", "http://b/c"), "http://b/c");
    assert_false(haul__outgoing_is_trusted(&outgoing));
    assert_string_equal(follow(&outgoing, 302, "http://b/c", "http://a/d"), "http://n:p@a/d");
    assert_true(haul__outgoing_is_trusted(&outgoing));
    haul__outgoing_finish(&outgoing);
    haul_url_destroy(url);
}

static const struct {
    const char *entry;
    const char *url;
    bool is_for_it;
} hosts[] = {
    {"a.test", "http://a.test/", true},       {"a.test", "https://A.TEST:8443/", true},
    {"a.test", "http://b.a.test/", false},    {".a.test", "http://b.a.test/", true},
    {".A.test", "http://c.b.a.test/", true},  {".a.test", "http://a.test/", true},
    {".a.test", "http://nota.test/", false},  {".a.test", "http://test/", false},
    {"a.test", "http://a.test.evil/", false}, {"127.0.0.1", "http://127.0.0.1:81/", true},
    {"[::1]", "http://[::1]:81/", true},      {"a", "http://aa/", false},
    {"example", "http://an.example/", false},
};

static void hosts_narrow_who_is_authorized(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        const char *const entries[] = {"other.test", hosts[i].entry, NULL};
        const struct haul_request request = {.auth_hosts = entries};
        struct haul_url *url = url_of(hosts[i].url);
        struct haul__outgoing outgoing;
        haul__outgoing_begin(&outgoing, &request, url);
        assert_int_equal(haul__outgoing_is_authorized(&outgoing, url), hosts[i].is_for_it);
        haul__outgoing_finish(&outgoing);
        haul_url_destroy(url);
    }
}

static void fields_go_where_they_belong(void **state)
{
    (void)state;
    const struct haul_request request = {.body = "a", .body_size = 1};
    struct haul_url *url = url_of("http://a/");
    struct haul__outgoing outgoing;
    haul__outgoing_begin(&outgoing, &request, url);
    assert_true(haul__outgoing_has_field(&outgoing, "X: y", false));
    assert_true(haul__outgoing_has_field(&outgoing, "Host: y", false));
    assert_true(haul__outgoing_has_field(&outgoing, "Content-Type: y", false));
    assert_true(haul__outgoing_has_field(&outgoing, "authorization: y", true));
    assert_false(haul__outgoing_has_field(&outgoing, "AUTHORIZATION: y", false));
    assert_false(haul__outgoing_has_field(&outgoing, "Cookie;", false));
    assert_true(haul__outgoing_is_for_proxy("proxy-authorization: y"));
    assert_true(haul__outgoing_is_for_proxy("Proxy-Authorization;"));
    assert_false(haul__outgoing_is_for_proxy("Authorization: y"));
    assert_true(haul__outgoing_has_field(&outgoing, "Cookies: y", false));
    follow(&outgoing, 303, "http://a/", "http://b/");
    assert_false(haul__outgoing_has_field(&outgoing, "Host: y", false));
    assert_false(haul__outgoing_has_field(&outgoing, "CONTENT-type: y", false));
    assert_true(haul__outgoing_has_field(&outgoing, "Content: y", false));
    haul__outgoing_finish(&outgoing);
    haul_url_destroy(url);
}

static void the_hop_before_is_told_without_secrets(void **state)
{
    (void)state;
    const struct haul_request request = {.refers_to_hop_before = true};
    struct haul_url *url = url_of("https://n:p@a/x?y#z");
    struct haul__outgoing outgoing;
    haul__outgoing_begin(&outgoing, &request, url);
    assert_null(outgoing.referer);
    follow(&outgoing, 302, "https://n:p@a/x?y#z", "https://b/");
    assert_string_equal(outgoing.referer, "https://a/x?y");
    follow(&outgoing, 302, "https://b/", "http://b/");
    assert_null(outgoing.referer);
    follow(&outgoing, 302, "http://b/", "https://b/c");
    assert_string_equal(outgoing.referer, "http://b/");
    haul__outgoing_finish(&outgoing);
    haul_url_destroy(url);
}

static void only_some_requests_may_arrive_twice(void **state)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "get"};
    (void)state;
    struct haul_url *url = url_of("http://a/");
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        const struct haul_request request = {.method = methods[i]};
        struct haul__outgoing outgoing;
        haul__outgoing_begin(&outgoing, &request, url);
        assert_int_equal(haul__outgoing_is_idempotent(&outgoing), i < 6);
    }
    haul_url_destroy(url);
}

static void without_memory_nothing_is_followed(void **state)
{
    (void)state;
    const struct haul_request request = {.refers_to_hop_before = true};
    struct haul_url *url = url_of("http://n:p@a/x");
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_url *target = haul_url_copy(url);
        struct haul__outgoing outgoing;
        haul__outgoing_begin(&outgoing, &request, url);
        int code = target ? haul__outgoing_follow(&outgoing, 302, url, &target) : -ENOMEM;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul__outgoing_finish(&outgoing);
        haul_url_destroy(target);
    }
    haul_url_destroy(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redirects_change_the_method_and_leave_the_body),
        cmocka_unit_test(user_information_stays_with_its_origin),
        cmocka_unit_test(credentials_come_back_with_the_first_origin),
        cmocka_unit_test(hosts_narrow_who_is_authorized),
        cmocka_unit_test(fields_go_where_they_belong),
        cmocka_unit_test(the_hop_before_is_told_without_secrets),
        cmocka_unit_test(only_some_requests_may_arrive_twice),
        cmocka_unit_test(without_memory_nothing_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
