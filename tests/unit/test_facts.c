#include "run/facts.h"

#include "output/text.h"
#include "run/entry.h"

#include <haul/result.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const struct haul_result moved = {
    .ok = true,
    .status = 200,
    .url = "http://h/",
    .method = "GET",
    .attempts = 1,
    .redirects = 2,
    .final_url = "http://h/there",
    .http_version = "1.1",
    .content_type = "text/plain",
    .bytes = INT64_C(1) << 40,
    .remote_ip = "::1",
    .remote_port = 65535,
    .reused = true,
    .connections = 1,
    .started = 5,
    .ended = 6,
    .time = {.queue = 1, .total = 2},
};

static const struct haul_result failed = {
    .error_class = HAUL_CLASS_DNS,
    .code = 6,
    .message = "no such host",
    .url = "http://h/",
    .method = "GET",
    .final_url = "http://h/",
};

/* Through memory of exactly the size, for a URL that is written in another way. */
static struct haul_result *carry(const struct haul_result *result)
{
    struct text text = {0};
    struct haul_result fetched = *result;
    struct entry entry = {.result = &fetched, .shared_file = (char *)"folder/file"};
    struct entry twin = {0};
    const char *problem;
    assert_int_equal(facts_write(&text, 77, &entry), 0);
    assert_int_equal(facts_size(text.bytes), text.size);
    assert_int_equal(facts_check(text.bytes), 77);
    assert_int_equal(haul_url_create("http://h/#x", 11, &twin.url, &problem), 0);
    assert_int_equal(facts_read(text.bytes, &twin), 0);
    assert_non_null(twin.result);
    assert_string_equal(entry_file(&twin), "folder/file");
    assert_null(entry_digest(&twin));
    free(twin.shared_file);
    haul_url_destroy(twin.url);
    text_finish(&text);
    return twin.result;
}

static void facts_of_the_answer_are_carried(void **state)
{
    (void)state;
    struct haul_result *result = carry(&moved);
    assert_true(result->ok);
    assert_int_equal(result->status, 200);
    assert_int_equal(result->error_class, HAUL_CLASS_NONE);
    assert_null(result->message);
    assert_string_equal(result->url, "http://h/#x");
    assert_string_equal(result->method, "GET");
    assert_int_equal(result->redirects, 2);
    assert_string_equal(result->final_url, "http://h/there");
    assert_string_equal(result->http_version, "1.1");
    assert_string_equal(result->content_type, "text/plain");
    assert_int_equal(result->bytes, moved.bytes);
    assert_string_equal(result->remote_ip, "::1");
    assert_int_equal(result->remote_port, 65535);
    haul_result_destroy(result);
}

static void those_of_the_request_are_not(void **state)
{
    (void)state;
    struct haul_result *result = carry(&moved);
    assert_int_equal(result->attempts, 0);
    assert_false(result->reused);
    assert_int_equal(result->connections, 0);
    assert_int_equal(result->started, 0);
    assert_int_equal(result->time.total, 0);
    assert_int_equal(result->time.queue, 0);
    haul_result_destroy(result);
}

static void failures_are_carried(void **state)
{
    (void)state;
    struct haul_result *result = carry(&failed);
    assert_false(result->ok);
    assert_int_equal(result->error_class, HAUL_CLASS_DNS);
    assert_int_equal(result->code, 6);
    assert_string_equal(result->message, "no such host");
    /* It is the URL of each. */
    assert_string_equal(result->final_url, "http://h/#x");
    assert_null(result->http_version);
    assert_null(result->content_type);
    assert_null(result->remote_ip);
    haul_result_destroy(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_of_the_answer_are_carried),
        cmocka_unit_test(those_of_the_request_are_not),
        cmocka_unit_test(failures_are_carried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
