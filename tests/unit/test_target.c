#include "failing_memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "net/target.h"
#include "net/url.h"

static const char *const texts[] = {
    "http://a/",
    "http://a/b",
    "http://a/b?",
    "http://a/b?c",
    "http://a/b?c=d&e=f+g;h,i",
    "http://a/b?c?d",
    "http://a/?c",
    "http://a//b//",
    "http://a/b%2Fc%2fd",
    "http://a/b?%C3%A4%c3%a4",
    "http://a/b%",
    "http://a/b#fragment",
    "http://a/b?c#fragment?d",
    "http://a/[]|{}\"<>^`\\",
    "http://a:81/b",
    "https://a/b",
    "https://a/b?c",
    "http://b/b",
    "http://user@a/b",
    "http://user:password@a/b",
    "http://user:pass%40word@a/b?c",
    "http://user:pass%40word@a/d",
    "http://[::1]/b",
    "http://[::1]:81/b",
    "http://[fe80::1%25lo]/b?c",
    "http://[fe80::1%25lo]/d",
    "http://[fe80::1%25eth0]/d",
};

enum { text_count = sizeof(texts) / sizeof(texts[0]) };

static struct haul_url *url_of(const char *text)
{
    struct haul_url *url = NULL;
    const char *problem = "none";
    if (haul_url_create(text, strlen(text), &url, &problem) != 0)
        fail_msg("%s: %s", text, problem);
    return url;
}

/* What libcurl makes its request from. */
static void assert_same_parts(CURLU *parsed, CURLU *whole, const char *text, const char *before)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                      CURLUPART_HOST,   CURLUPART_PORT, CURLUPART_PATH,     CURLUPART_QUERY,
                                      CURLUPART_ZONEID, CURLUPART_URL,  CURLUPART_FRAGMENT};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char *part = NULL, *expected = NULL;
        CURLUcode code = curl_url_get(parsed, parts[i], &part, 0);
        CURLUcode expected_code = curl_url_get(whole, parts[i], &expected, 0);
        if (code != expected_code || (code == CURLUE_OK && strcmp(part, expected) != 0))
            fail_msg("%s after %s: part %zu is %s and not %s", text, before, i, part, expected);
        curl_free(part);
        curl_free(expected);
    }
}

static void test_after_another(void **state)
{
    CURL *easy = curl_easy_init();
    CURLU *whole = curl_url();
    (void)state;
    for (size_t i = 0; i < text_count * text_count; i++) {
        struct haul_url *before = url_of(texts[i / text_count]);
        struct haul_url *url = url_of(texts[i % text_count]);
        struct haul__target target;
        assert_int_equal(haul__target_init(&target), 0);
        assert_int_equal(haul__target_set(&target, easy, before), 0);
        assert_int_equal(haul__target_set(&target, easy, url), 0);
        assert_int_equal(curl_url_set(whole, CURLUPART_URL, haul_url_text(url), 0), CURLUE_OK);
        assert_same_parts(target.parsed, whole, haul_url_text(url), haul_url_text(before));
        haul__target_finish(&target);
        haul_url_destroy(before);
        haul_url_destroy(url);
    }
    curl_url_cleanup(whole);
    curl_easy_cleanup(easy);
}

/* Whether only the path and the query of TEXT are set where BEFORE was parsed: then the rest stays as it is, even what
 * is changed behind its back. */
static bool is_set_in_part(const char *before, const char *text)
{
    CURL *easy = curl_easy_init();
    struct haul_url *urls[] = {url_of(before), url_of(text)};
    struct haul__target target;
    char *host = NULL;
    assert_int_equal(haul__target_init(&target), 0);
    assert_int_equal(haul__target_set(&target, easy, urls[0]), 0);
    assert_int_equal(curl_url_set(target.parsed, CURLUPART_HOST, "changed", 0), CURLUE_OK);
    assert_int_equal(haul__target_set(&target, easy, urls[1]), 0);
    assert_int_equal(curl_url_get(target.parsed, CURLUPART_HOST, &host, 0), CURLUE_OK);
    bool is_changed = strcmp(host, "changed") == 0;
    curl_free(host);
    haul__target_finish(&target);
    haul_url_destroy(urls[0]);
    haul_url_destroy(urls[1]);
    curl_easy_cleanup(easy);
    return is_changed;
}

static void test_in_part(void **state)
{
    (void)state;
    assert_true(is_set_in_part("http://a/b", "http://a/c?d"));
    assert_true(is_set_in_part("http://user:pass%40word@a/b?c", "http://user:pass%40word@a/d"));
    assert_true(is_set_in_part("http://[fe80::1%25lo]/b?c", "http://[fe80::1%25lo]/d"));
    assert_false(is_set_in_part("http://a/b", "http://b/b"));
    assert_false(is_set_in_part("http://a/b", "https://a/b"));
    assert_false(is_set_in_part("http://a/b", "http://a:81/b"));
    assert_false(is_set_in_part("http://user:one@a/b", "http://user:two@a/b"));
    assert_false(is_set_in_part("http://a/b", "http://a/%2f"));
    assert_false(is_set_in_part("http://a/b#c", "http://a/b"));
}

static void test_memory(void **state)
{
    char long_text[1000] = "http://a/c?";
    CURL *easy = curl_easy_init();
    CURLU *whole = curl_url();
    (void)state;
    memset(long_text + strlen(long_text), 'd', sizeof(long_text) - strlen(long_text) - 1);
    struct haul_url *first = url_of("http://a/b"), *second = url_of(long_text);
    assert_int_equal(curl_url_set(whole, CURLUPART_URL, long_text, 0), CURLUE_OK);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__target target;
        assert_int_equal(haul__target_init(&target), 0);
        int code = haul__target_set(&target, easy, first);
        if (code == 0)
            code = haul__target_set(&target, easy, second);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        /* Whatever failed, the next one is as it should be. */
        assert_int_equal(haul__target_set(&target, easy, second), 0);
        assert_same_parts(target.parsed, whole, long_text, haul_url_text(first));
        haul__target_finish(&target);
    }
    haul_url_destroy(first);
    haul_url_destroy(second);
    curl_url_cleanup(whole);
    curl_easy_cleanup(easy);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_after_another),
        cmocka_unit_test(test_in_part),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
