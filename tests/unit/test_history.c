#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "net/history.h"

static void assert_field(const struct haul_header *field, const char *name, const char *value)
{
    assert_string_equal(field->name, name);
    assert_string_equal(field->value, value);
}

static void test_secret_fields(void **state)
{
    static const char *const secret[] = {
        "Authorization", "proxy-authorization", "Cookie",   "Set-Cookie",           "X-Api-Key",
        "x-auth-token",  "X-Access-Key",        "Password", "X-Amz-Security-Token", "X-Hub-Signature-256",
    };
    static const char *const open[] = {"Accept", "WWW-Authenticate", "ETag", "Key", "", "X-Author", "Host"};
    (void)state;
    for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++)
        assert_true(haul__is_secret_field(secret[i], strlen(secret[i])));
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
        assert_false(haul__is_secret_field(open[i], strlen(open[i])));
}

/* Of all that was sent the last header counts: a tunnel comes first, and what met a dead connection is sent again. */
static void test_what_was_sent(void **state)
{
    static const char sent[] = "CONNECT h:443 HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n"
                               "POST /x HTTP/1.1\r\nHost: h\r\nAuthorization: Basic eA==\r\nEmpty:\r\nodd\r\n"
                               "Referer: http://me:secret@h/\r\n\r\n";
    (void)state;
    struct haul__result *result = haul__result_create("u");
    const struct haul_hop hop = {.url = "u", .status = 200, .lane = 7};
    assert_int_equal(haul__history_add(result, &hop, sent, sizeof(sent) - 1), 0);
    assert_int_equal(result->public.hop_count, 1);
    const struct haul_hop *added = &result->public.hops[0];
    assert_int_equal(added->status, 200);
    assert_int_equal(added->lane, 7);
    assert_int_equal(added->header_count, 0);
    assert_int_equal(added->request_header_count, 5);
    assert_field(&added->request_headers[0], "Host", "h");
    assert_field(&added->request_headers[1], "Authorization", "***");
    assert_field(&added->request_headers[2], "Empty", "");
    assert_field(&added->request_headers[3], "odd", "");
    assert_field(&added->request_headers[4], "Referer", "http://me:***@h/");
    haul_result_destroy(&result->public);
}

static void test_nothing_was_sent(void **state)
{
    static const char *const texts[] = {"", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: broken"};
    (void)state;
    struct haul__result *result = haul__result_create("u");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(haul__history_add(result, &(struct haul_hop){.url = "u"}, texts[i], strlen(texts[i])), 0);
        assert_int_equal(result->public.hops[i].request_header_count, 0);
    }
    assert_int_equal(haul__history_add(result, &(struct haul_hop){.url = "u"}, NULL, 0), 0);
    assert_int_equal(result->public.hop_count, 4);
    haul_result_destroy(&result->public);
}

/* The fields of an answer stay as they were when the next hop's come. */
static void test_answers(void **state)
{
    (void)state;
    struct haul__result *result = haul__result_create("u");
    haul__result_make_headers(result, 1)[0] = (struct haul_header){"Set-Cookie", "secret"};
    assert_int_equal(haul__history_add(result, &(struct haul_hop){.attempt = 1}, NULL, 0), 0);
    haul__result_make_headers(result, 1)[0] = (struct haul_header){"Location", "http://me:secret@h/"};
    assert_int_equal(haul__history_add(result, &(struct haul_hop){.attempt = 2}, NULL, 0), 0);
    const struct haul_hop *hops = result->public.hops;
    assert_int_equal(hops[0].header_count, 1);
    assert_field(&hops[0].headers[0], "Set-Cookie", "***");
    assert_field(&hops[1].headers[0], "Location", "http://me:***@h/");
    /* Those of the result itself are as the server sent them. */
    assert_string_equal(result->public.headers[0].value, "http://me:secret@h/");
    haul_result_destroy(&result->public);
}

static void test_without_memory(void **state)
{
    static const char sent[] = "GET / HTTP/1.1\r\nHost: h\r\nReferer: http://me:secret@h/\r\n\r\n";
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__result *result = haul__result_create("u");
        struct haul_header *headers = result ? haul__result_make_headers(result, 1) : NULL;
        int code = -ENOMEM;
        if (headers) {
            headers[0] = (struct haul_header){"Location", "http://me:secret@h/"};
            code = haul__history_add(result, &(struct haul_hop){.url = "u"}, sent, sizeof(sent) - 1);
        }
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        if (result)
            assert_int_equal(result->public.hop_count, code == 0);
        haul_result_destroy(result ? &result->public : NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_fields),    cmocka_unit_test(test_what_was_sent),
        cmocka_unit_test(test_nothing_was_sent), cmocka_unit_test(test_answers),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
