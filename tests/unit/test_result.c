#include "failing_memory.h"

#include <haul/result.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "net/result.h"

static void test_class_names(void **state)
{
    static const char *const names[] = {"none", "url",      "dns",      "address", "connect",   "tls",  "timeout",
                                        "http", "protocol", "redirect", "size",    "cancelled", "local"};
    (void)state;
    for (int i = HAUL_CLASS_NONE; i <= HAUL_CLASS_LOCAL; i++)
        assert_string_equal(haul_class_name((enum haul_class)i), names[i]);
    assert_string_equal(haul_class_name((enum haul_class)(HAUL_CLASS_LOCAL + 1)), "unknown");
}

static void test_failed(void **state)
{
    char url[] = "http://h/", message[] = "why";
    (void)state;
    struct haul_result *result = haul_result_create_failed(url, HAUL_CLASS_CANCELLED, message);
    /* The texts are copies. */
    url[0] = message[0] = 'x';
    assert_string_equal(result->url, "http://h/");
    assert_string_equal(result->message, "why");
    assert_string_equal(result->method, "GET");
    assert_false(result->ok);
    assert_int_equal(result->error_class, HAUL_CLASS_CANCELLED);
    assert_int_equal(result->code, 0);
    assert_int_equal(result->attempts, 0);
    assert_null(result->body);
    haul_result_destroy(result);

    result = haul_result_create_failed(NULL, HAUL_CLASS_URL, "no URL");
    assert_null(result->url);
    assert_int_equal(result->code, 3);
    haul_result_destroy(result);
    haul_result_destroy(NULL);
}

static void test_headers(void **state)
{
    (void)state;
    struct haul__result *result = haul__result_create("u");
    assert_null(haul_result_header(&result->public, "a"));
    haul__result_make_headers(result, 1)[0] = (struct haul_header){"gone", "with the next ones"};
    struct haul_header *headers = haul__result_make_headers(result, 3);
    headers[0] = (struct haul_header){"Set-Cookie", "one"};
    headers[1] = (struct haul_header){"set-cookie", "two"};
    headers[2] = (struct haul_header){"ETag", ""};
    assert_ptr_equal(result->public.headers, headers);
    assert_int_equal(result->public.header_count, 3);
    assert_string_equal(haul_result_header(&result->public, "SET-COOKIE"), "one");
    assert_string_equal(haul_result_header(&result->public, "etag"), "");
    assert_null(haul_result_header(&result->public, "gone"));
    assert_null(haul_result_header(&result->public, "ET"));
    haul_result_destroy(&result->public);
}

/* Texts of all sizes stay where they are and as they are while others come. */
static void test_texts(void **state)
{
    const char *texts[600];
    static char longest[600];
    (void)state;
    memset(longest, 'x', sizeof(longest));
    struct haul__result *result = haul__result_create("u");
    for (size_t size = 0; size < 600; size++)
        texts[size] = haul__result_add_text(result, longest, size);
    for (size_t size = 0; size < 600; size++) {
        assert_int_equal(strlen(texts[size]), size);
        assert_memory_equal(texts[size], longest, size);
    }
    haul_result_destroy(&result->public);
}

static void test_an_ordinary_one_is_one_allocation(void **state)
{
    (void)state;
    failing_memory_set(2);
    struct haul__result *result = haul__result_create("http://example.com/some/path");
    assert_non_null(haul__result_add_text(result, "text/html; charset=utf-8", 24));
    assert_non_null(haul__result_add_text(result, "2001:db8::1", 11));
    assert_false(failing_memory_happened());
    failing_memory_set(0);
    haul_result_destroy(&result->public);
}

static void test_body(void **state)
{
    struct haul__result *result = haul__result_create("u");
    struct haul__buffer buffer;
    (void)state;
    haul__buffer_init(&buffer);
    haul__result_keep_body(result, &buffer);
    assert_int_equal(result->public.body_size, 0);
    assert_string_equal((const char *)result->public.body, "");
    haul__buffer_append(&buffer, "a\0b", 3);
    haul__result_keep_body(result, &buffer);
    assert_int_equal(result->public.body_size, 3);
    assert_memory_equal(result->public.body, "a\0b", 4);
    assert_null(buffer.bytes);
    haul_result_destroy(&result->public);
}

static void test_out_of_memory(void **state)
{
    static char message[1000];
    (void)state;
    memset(message, 'x', sizeof(message) - 1);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_result *result = haul_result_create_failed("u", HAUL_CLASS_DNS, message);
        assert_int_equal(result != NULL, !failing_memory_happened());
        haul_result_destroy(result);
    }
}

static void check_copy(const struct haul_result *copy, const struct haul_result *result)
{
    assert_string_equal(copy->url, result->url);
    assert_ptr_not_equal(copy->url, result->url);
    assert_string_equal(copy->message, result->message);
    assert_string_equal(copy->method, result->method);
    assert_string_equal(copy->final_url, result->final_url);
    assert_string_equal(copy->http_version, result->http_version);
    assert_string_equal(copy->content_type, result->content_type);
    assert_string_equal(copy->remote_ip, result->remote_ip);
    assert_int_equal(copy->status, result->status);
    assert_int_equal(copy->time.total, result->time.total);
    assert_null(copy->tries);
    assert_int_equal(copy->try_count, 0);
    assert_null(copy->body);
    assert_int_equal(copy->body_size, 0);
}

static void test_copy(void **state)
{
    unsigned char body[] = "body";
    const struct haul_result result = {
        .status = 200,
        .url = "http://h/",
        .message = "why",
        .method = "PUT",
        .final_url = "http://h/there",
        .http_version = "2",
        .content_type = "text/plain",
        .remote_ip = "::1",
        .time = {.total = 7},
        .tries = &(struct haul_try){.status = 503},
        .try_count = 1,
        .body = body,
        .body_size = 4,
    };
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_result *copy = haul_result_copy(&result);
        assert_int_equal(copy != NULL, !failing_memory_happened());
        if (copy)
            check_copy(copy, &result);
        haul_result_destroy(copy);
    }
    struct haul_result *nothing = haul_result_copy(&(struct haul_result){0});
    assert_null(nothing->url);
    assert_null(nothing->message);
    assert_null(nothing->method);
    haul_result_destroy(nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_names),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_an_ordinary_one_is_one_allocation),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
