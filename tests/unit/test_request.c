#include "failing_memory.h"
#include "fetch_stand.h"

#include <errno.h>

static struct haul_result *fetch(struct stand *stand, const struct haul_request *request, const char *path)
{
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stand->loop,
                                   HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = stand_url(stand, path),
                                             .request = request),
                                   &outcome),
                     0);
    assert_int_equal(outcome.code, 0);
    return outcome.value.pointer;
}

/* What arrives of REQUEST is EXPECTED, where "%s" stands for the origin. */
static void check_arrived(struct stand *stand, const struct haul_request *request, const char *expected)
{
    char host[32], head[512];
    snprintf(host, sizeof(host), "127.0.0.1:%u", stand->origin.port);
    snprintf(head, sizeof(head), expected, host);
    struct haul_result *result = fetch(stand, request, "/echo");
    assert_true(result->ok);
    assert_string_equal((const char *)result->body, head);
    haul_result_destroy(result);
}

static const char *const fields[] = {"X-One: a", "Accept:", "X-Two;", NULL};
static const char *const other_fields[] = {"Accept: text/plain", NULL};

/* Very different requests, and what of them arrives behind the first line and Host. */
static const struct {
    struct haul_request request;
    const char *head;
} requests[] = {
    {{.method = NULL}, "GET /echo HTTP/1.1\r\nHost: %s\r\nUser-Agent: haul\r\nAccept: */*\r\n\r\n"},
    {{.body = "a=b", .body_size = 3},
     "POST /echo HTTP/1.1\r\nHost: %s\r\nUser-Agent: haul\r\nAccept: */*\r\nContent-Length: 3\r\n"
     "Content-Type: application/x-www-form-urlencoded\r\n\r\n"},
    {{.method = "PURGE", .headers = fields},
     "PURGE /echo HTTP/1.1\r\nHost: %s\r\nUser-Agent: haul\r\nX-One: a\r\nX-Two:\r\n\r\n"},
    {{.method = "PUT", .body = "", .headers = other_fields},
     "PUT /echo HTTP/1.1\r\nHost: %s\r\nUser-Agent: haul\r\nAccept: text/plain\r\nContent-Length: 0\r\n"
     "Content-Type: application/x-www-form-urlencoded\r\n\r\n"},
    {{.user = "n:p", .cookies = "a=b", .referer = "r", .range = "0-9"},
     "GET /echo HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic bjpw\r\nRange: bytes=0-9\r\nUser-Agent: haul\r\n"
     "Accept: */*\r\nReferer: r\r\nCookie: a=b\r\n\r\n"},
    {{.bearer = "t"},
     "GET /echo HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer t\r\nUser-Agent: haul\r\nAccept: */*\r\n\r\n"},
};

enum { count = sizeof(requests) / sizeof(requests[0]) };

/* All on one handle: each pair, one behind the other, and with a plain fetch between. */
static void one_request_leaves_nothing_for_the_next(void **state)
{
    struct stand *stand = *state;
    stand->options.user_agent = "haul";
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            check_arrived(stand, &requests[i].request, requests[i].head);
            check_arrived(stand, &requests[j].request, requests[j].head);
            check_arrived(stand, NULL, requests[0].head);
        }
    assert_int_equal(stand_statistics(stand).connections, 1);
}

static void a_head_has_no_body_and_the_next_has(void **state)
{
    static const struct haul_request head = {.method = "HEAD"}, start = {.ends_with_header = true};
    struct stand *stand = *state;
    const struct haul_request *const order[] = {&head, NULL, &start, NULL, &head, &start, NULL};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        struct haul_result *result = fetch(stand, order[i], "/size/1000");
        assert_true(result->ok);
        assert_string_equal(result->method, order[i] == &head ? "HEAD" : "GET");
        assert_int_equal(result->body_size, order[i] ? 0 : 1000);
        assert_int_equal(result->bytes, order[i] ? 0 : 1000);
        assert_int_equal(result->reused, i > 0);
        haul_result_destroy(result);
    }
}

/* The result's texts are its own: the request may be gone. */
static void a_result_outlives_its_request(void **state)
{
    struct stand *stand = *state;
    char method[] = "PURGE";
    const struct haul_request request = {.method = method};
    struct haul_result *result = fetch(stand, &request, "/ok");
    memset(method, 'x', sizeof(method) - 1);
    assert_string_equal(result->method, "PURGE");
    haul_result_destroy(result);
}

static const char *const broken_line[] = {"X: a\nY: b", NULL};
static const char *const no_name[] = {": a", NULL};
static const char *const no_colon[] = {"X", NULL};
static const char *const bad_name[] = {"X Y: a", NULL};
static const char *const value_without_colon[] = {"X;a", NULL};

static const struct haul_request wrong[] = {
    {.method = ""},
    {.method = "GET /"},
    {.method = "G\xc3\x84T"},
    {.method = "HEAD", .body = "a", .body_size = 1},
    {.headers = broken_line},
    {.headers = no_name},
    {.headers = no_colon},
    {.headers = bad_name},
    {.headers = value_without_colon},
    {.user = "n:p\r"},
    {.bearer = "t\n"},
    {.cookies = "a=b\r\nX: y"},
    {.referer = "\n"},
    {.range = "0-1\n"},
};

static void what_cannot_be_sent_is_not(void **state)
{
    struct stand *stand = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *problem = NULL;
        assert_int_equal(haul_request_check(&wrong[i], &problem), HAUL_E_INVALID);
        struct haul_result *result = fetch(stand, &wrong[i], "/ok");
        assert_int_equal(result->error_class, HAUL_CLASS_LOCAL);
        assert_string_equal(result->message, problem);
        assert_int_equal(result->attempts, 0);
        haul_result_destroy(result);
    }
    for (size_t i = 0; i < count; i++) {
        const char *problem = NULL;
        assert_int_equal(haul_request_check(&requests[i].request, &problem), 0);
        assert_null(problem);
    }
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 0);
}

static void a_version_that_is_not_there_makes_no_client(void **state)
{
    struct stand *stand = *state;
    struct haul_client *client = NULL;
    assert_true(haul_http_version_is_supported(HAUL_HTTP_ANY));
    stand->options.http_version = HAUL_HTTP_3;
    bool is_supported = haul_http_version_is_supported(HAUL_HTTP_3);
    assert_int_equal(haul_client_create(stand->loop, &stand->options, &client), is_supported ? 0 : HAUL_E_INVALID);
    assert_int_equal(haul_client_destroy(client), 0);
    stand->options.http_version = HAUL_HTTP_ANY;
}

static void schemes_that_are_refused_are_not_asked(void **state)
{
    struct stand *stand = *state;
    stand->options.no_http = true;
    struct haul_result *result = fetch(stand, NULL, "/ok");
    assert_int_equal(result->error_class, HAUL_CLASS_URL);
    assert_string_equal(result->message, "http is not allowed");
    assert_string_equal(result->url, stand_url(stand, "/ok"));
    haul_result_destroy(result);
}

static void without_memory_a_fetch_says_so(void **state)
{
    struct stand *stand = *state;
    const struct haul_request request = {
        .body = "a", .body_size = 1, .headers = fields, .refers_to_hop_before = true, .user = "n:p"};
    char url[64];
    snprintf(url, sizeof(url), "http://u:v@127.0.0.1:%u/redirect?to=/ok", stand->origin.port);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_client *client = NULL;
        struct haul_outcome outcome = {0};
        int code = haul_client_create(stand->loop, &stand->options, &client);
        if (code == 0)
            code = haul_run_task(stand->loop, HAUL_CALL(haul_fetch, .client = client, .text = url, .request = &request),
                                 &outcome);
        if (code == 0)
            code = outcome.code;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        if (code == 0)
            haul_result_destroy(outcome.value.pointer);
        assert_int_equal(haul_client_destroy(client), 0);
    }
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown((test), stand_open, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOOP(one_request_leaves_nothing_for_the_next),
        WITH_LOOP(a_head_has_no_body_and_the_next_has),
        WITH_LOOP(a_result_outlives_its_request),
        WITH_LOOP(what_cannot_be_sent_is_not),
        WITH_LOOP(a_version_that_is_not_there_makes_no_client),
        WITH_LOOP(schemes_that_are_refused_are_not_asked),
        WITH_LOOP(without_memory_a_fetch_says_so),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
