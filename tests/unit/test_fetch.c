#include "failing_memory.h"
#include "fetch_stand.h"

#include <errno.h>
#include <stdlib.h>

static void test_an_answer(void **state)
{
    struct stand *stand = *state;
    struct haul_result *result = stand_fetch(stand, "/ok");
    assert_true(result->ok);
    assert_int_equal(result->status, 200);
    assert_int_equal(result->error_class, HAUL_CLASS_NONE);
    assert_int_equal(result->code, 0);
    assert_null(result->message);
    assert_string_equal(result->url, stand_url(stand, "/ok"));
    assert_ptr_equal(result->final_url, result->url);
    assert_string_equal(result->method, "GET");
    assert_int_equal(result->attempts, 1);
    assert_int_equal(result->redirects, 0);
    assert_string_equal(result->http_version, "1.1");
    assert_string_equal(result->content_type, "text/plain");
    assert_int_equal(result->bytes, 3);
    assert_string_equal(result->remote_ip, "127.0.0.1");
    assert_int_equal(result->remote_port, stand->origin.port);
    assert_false(result->reused);
    assert_int_equal(result->connections, 1);
    assert_int_equal(result->body_size, 3);
    assert_string_equal((const char *)result->body, "ok\n");
    assert_true(result->started > 0);
    assert_times_fit(result);
    assert_true(result->time.connect > 0);
    assert_true(result->time.wait > 0);
    haul_result_destroy(result);
}

static void test_a_connection_is_used_again(void **state)
{
    struct stand *stand = *state;
    struct haul_client_statistics statistics;
    haul_result_destroy(stand_fetch(stand, "/ok"));
    struct haul_result *result = stand_fetch(stand, "/delay/20");
    assert_true(result->reused);
    assert_int_equal(result->connections, 0);
    assert_int_equal(result->time.dns + result->time.connect + result->time.tls, 0);
    assert_true(result->time.wait >= 20 * HAUL_MILLISECOND);
    assert_times_fit(result);
    haul_result_destroy(result);
    haul_client_statistics(stand->client, &statistics);
    assert_int_equal(statistics.connections, 1);
    assert_int_equal(statistics.reused, 1);
    assert_int_equal(statistics.in_flight, 0);
    assert_int_equal(statistics.peak_in_flight, 1);
}

/* Only what was asked for is sent. */
static void test_the_request(void **state)
{
    struct stand *stand = *state;
    char expected[256];
    struct haul_result *result = stand_fetch(stand, "/echo?x=1");
    snprintf(expected, sizeof(expected),
             "GET /echo?x=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: haul/" HAUL_VERSION "\r\nAccept: */*\r\n\r\n",
             stand->origin.port);
    assert_string_equal((const char *)result->body, expected);
    haul_result_destroy(result);
}

static void test_how_answers_come_out(void **state)
{
    static const struct {
        const char *path;
        int status;
        enum haul_class error_class;
        int code;
        const char *message;
    } cases[] = {
        {"/status/204", 204, HAUL_CLASS_NONE, 0, NULL},
        {"/status/399", 399, HAUL_CLASS_NONE, 0, NULL},
        {"/status/400", 400, HAUL_CLASS_HTTP, 0, "400 Bad Request"},
        {"/status/404", 404, HAUL_CLASS_HTTP, 0, "404 Not Found"},
        {"/status/499", 499, HAUL_CLASS_HTTP, 0, "status 499"},
        {"/status/503", 503, HAUL_CLASS_HTTP, 0, "503 Service Unavailable"},
        {"/drop", 0, HAUL_CLASS_CONNECT, 52, "the connection was closed before an answer began"},
        {"/reset", 0, HAUL_CLASS_CONNECT, 56, "the connection was reset before an answer began"},
        {"/garbage", 0, HAUL_CLASS_PROTOCOL, 1, "the answer is not HTTP"},
        {"/half-header", 200, HAUL_CLASS_PROTOCOL, 8, "the answer's header broke off"},
        {"/short", 200, HAUL_CLASS_PROTOCOL, 18, "the answer ended before it was whole"},
        {"/bad-chunk", 200, HAUL_CLASS_PROTOCOL, 56, "the answer broke off or is malformed"},
        {"/endless-header", 200, HAUL_CLASS_SIZE, 56, "the header of the answer is larger than 300 kB"},
        {"/until-close", 200, HAUL_CLASS_NONE, 0, NULL},
        {"/chunked", 200, HAUL_CLASS_NONE, 0, NULL},
        {"/chunked?trailer=1", 200, HAUL_CLASS_NONE, 0, NULL},
        {"/no-location", 302, HAUL_CLASS_NONE, 0, NULL},
        {"/redirect?to=", 302, HAUL_CLASS_NONE, 0, NULL},
        {"/redirect-loop", 302, HAUL_CLASS_REDIRECT, 47, "more than 10 redirects"},
        {"/redirect?to=file:///etc/passwd", 302, HAUL_CLASS_REDIRECT, 1,
         "the redirect cannot be followed: a redirect can lead to http and https URLs only"},
        {"/redirect?to=http://", 302, HAUL_CLASS_REDIRECT, 1,
         "the redirect cannot be followed: the host is neither a name nor an address"},
        {"/redirect?to=http://a%20b/", 302, HAUL_CLASS_REDIRECT, 1,
         "the redirect cannot be followed: the host is neither a name nor an address"},
        {"ftp://example.com/", 0, HAUL_CLASS_URL, 3, "only http, https and sleep URLs are fetched"},
        {"http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/", 0, HAUL_CLASS_DNS, 6,
         "the host's name cannot be looked up"},
    };
    struct stand *stand = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct haul_result *result = stand_fetch(stand, cases[i].path);
        if (result->status != cases[i].status || result->error_class != cases[i].error_class)
            fail_msg("%s: %d %s %s", cases[i].path, result->status, haul_class_name(result->error_class),
                     result->message);
        assert_int_equal(result->code, cases[i].code);
        assert_int_equal(result->ok, cases[i].error_class == HAUL_CLASS_NONE);
        assert_int_equal(result->attempts, cases[i].error_class != HAUL_CLASS_URL);
        if (cases[i].message)
            assert_string_equal(result->message, cases[i].message);
        else
            assert_null(result->message);
        assert_times_fit(result);
        haul_result_destroy(result);
    }
}

static void test_nobody_listens(void **state)
{
    struct stand *stand = *state;
    struct haul_result *result = stand_fetch(stand, stand->refusing_url);
    assert_int_equal(result->error_class, HAUL_CLASS_CONNECT);
    assert_int_equal(result->code, 7);
    assert_string_equal(result->message, "connection refused");
    assert_int_equal(result->connections, 0);
    assert_int_equal(result->time.dns + result->time.connect, result->time.total);
    assert_times_fit(result);
    haul_result_destroy(result);
}

static void test_redirects(void **state)
{
    struct stand *stand = *state;
    struct haul_result *result = stand_fetch(stand, "/redirect-chain/3#fragment");
    assert_int_equal(result->status, 200);
    assert_int_equal(result->redirects, 3);
    assert_string_equal(result->final_url, stand_url(stand, "/redirect-chain/0#fragment"));
    assert_string_equal(result->url, stand_url(stand, "/redirect-chain/3#fragment"));
    assert_string_equal((const char *)result->body, "ok\n");
    assert_int_equal(result->connections, 1);
    assert_true(result->reused);
    assert_times_fit(result);
    haul_result_destroy(result);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 4);
}

static void test_as_many_redirects_as_are_allowed(void **state)
{
    struct stand *stand = *state;
    stand->options.max_redirects = 3;
    struct haul_result *result = stand_fetch(stand, "/redirect-chain/3");
    assert_true(result->ok);
    haul_result_destroy(result);
    result = stand_fetch(stand, "/redirect-chain/4");
    assert_int_equal(result->error_class, HAUL_CLASS_REDIRECT);
    assert_string_equal(result->message, "more than 3 redirects");
    assert_int_equal(result->redirects, 3);
    assert_int_equal(result->status, 302);
    haul_result_destroy(result);
}

static void test_redirects_are_results_where_they_are_not_followed(void **state)
{
    struct stand *stand = *state;
    stand->options.follow_redirects = false;
    struct haul_result *result = stand_fetch(stand, "/redirect");
    assert_true(result->ok);
    assert_int_equal(result->status, 302);
    assert_string_equal((const char *)result->body, "elsewhere\n");
    haul_result_destroy(result);
}

static void test_a_password_is_masked(void **state)
{
    struct stand *stand = *state;
    char url[64];
    snprintf(url, sizeof(url), "http://me:secret@127.0.0.1:%u/echo", stand->origin.port);
    struct haul_result *result = stand_fetch(stand, url);
    assert_non_null(strstr(result->url, "http://me:***@127.0.0.1:"));
    assert_ptr_equal(result->final_url, result->url);
    assert_non_null(strstr((const char *)result->body, "Authorization: Basic bWU6c2VjcmV0\r\n"));
    haul_result_destroy(result);
}

static void test_sleep(void **state)
{
    struct stand *stand = *state;
    struct haul_client_statistics statistics;
    struct haul_result *result = stand_fetch(stand, "sleep:0.02");
    assert_true(result->ok);
    assert_int_equal(result->status, 0);
    assert_int_equal(result->attempts, 1);
    assert_true(result->time.wait >= 20 * HAUL_MILLISECOND);
    assert_int_equal(result->time.wait, result->time.total);
    assert_times_fit(result);
    haul_result_destroy(result);
    result = stand_fetch(stand, "sleep:0");
    assert_true(result->ok);
    haul_result_destroy(result);
    haul_client_statistics(stand->client, &statistics);
    assert_int_equal(statistics.peak_in_flight, 1);
    assert_int_equal(statistics.connections + statistics.reused, 0);
}

/* Takes a body, and notes what it was told with it. */
struct taker {
    char body[256];
    size_t size;
    int calls;
    int status;
    int answer;
};

static int take(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    struct taker *taker = data;
    assert_true(taker->size + size < sizeof(taker->body));
    memcpy(taker->body + taker->size, bytes, size);
    taker->size += size;
    taker->calls++;
    taker->status = so_far->status;
    assert_string_equal(so_far->content_type, "text/plain");
    assert_string_equal(so_far->http_version, "1.1");
    assert_string_equal(so_far->remote_ip, "127.0.0.1");
    assert_int_equal(so_far->bytes, taker->size);
    return taker->answer;
}

static struct haul_result *fetch_into(struct stand *stand, const char *path, struct taker *taker)
{
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stand->loop,
                                   HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = stand_url(stand, path),
                                             .body = take, .body_data = taker),
                                   &outcome),
                     0);
    assert_int_equal(outcome.code, 0);
    return outcome.value.pointer;
}

static void test_a_body_that_is_taken(void **state)
{
    struct stand *stand = *state;
    struct taker taker = {0};
    struct haul_result *result = fetch_into(stand, "/chunked?pieces=3&piece=5&pause=5", &taker);
    assert_true(result->ok);
    assert_int_equal(taker.status, 200);
    assert_int_equal(taker.size, 15);
    assert_int_equal(result->bytes, 15);
    assert_null(result->body);
    haul_result_destroy(result);
}

static void test_the_body_of_a_redirect_is_not_given(void **state)
{
    struct stand *stand = *state;
    struct taker taker = {0};
    struct haul_result *result = fetch_into(stand, "/redirect", &taker);
    assert_int_equal(result->redirects, 1);
    assert_int_equal(taker.size, 3);
    assert_string_equal(taker.body, "ok\n");
    haul_result_destroy(result);
    /* A status of 300 or more that leads nowhere has its body. */
    taker = (struct taker){0};
    haul_result_destroy(fetch_into(stand, "/no-location", &taker));
    assert_int_equal(taker.status, 302);
    assert_int_equal(taker.size, 8);
}

static void test_a_body_that_cannot_be_taken(void **state)
{
    struct stand *stand = *state;
    struct taker taker = {.answer = -ENOSPC};
    struct haul_result *result = fetch_into(stand, "/ok", &taker);
    assert_int_equal(result->error_class, HAUL_CLASS_LOCAL);
    assert_int_equal(result->code, 23);
    assert_string_equal(result->message, haul_error_message(-ENOSPC));
    assert_int_equal(taker.calls, 1);
    haul_result_destroy(result);
}

/* As a child, in the middle of another coroutine that has a value of its own. */
struct parent {
    struct haul_coroutine coroutine;
    struct haul_client *client;
    const char *text;
    struct haul_fetch fetch;
    struct haul_result **ret_result;
    int *ret_code;
};

static struct haul_step parent(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(parent);
    self->fetch = HAUL_FRAME(haul_fetch, .client = self->client, .text = self->text);
    HAUL_AWAIT_CODE(*self->ret_code, haul_call(task, &self->fetch.coroutine));
    *self->ret_result = haul_awaited(task).pointer;
    HAUL_RETURN(.integer = 42);
    HAUL_FINALLY;
    HAUL_END;
}

static void test_as_a_child(void **state)
{
    struct stand *stand = *state;
    struct haul_result *result = NULL;
    struct haul_outcome outcome;
    int code = -1;
    assert_int_equal(haul_run_task(stand->loop,
                                   HAUL_CALL(parent, .client = stand_client(stand), .text = stand_url(stand, "/ok"),
                                             .ret_result = &result, .ret_code = &code),
                                   &outcome),
                     0);
    assert_int_equal(outcome.value.integer, 42);
    assert_null(outcome.destroy);
    assert_int_equal(code, 0);
    assert_int_equal(result->status, 200);
    haul_result_destroy(result);
}

static void test_a_child_that_is_cancelled_has_a_result(void **state)
{
    struct stand *stand = *state;
    struct haul_result *result = NULL;
    struct haul_task *task;
    int code = -1;
    assert_int_equal(haul_task_create(stand->loop,
                                      HAUL_CALL(parent, .client = stand_client(stand), .text = "sleep:60",
                                                .ret_result = &result, .ret_code = &code),
                                      &task),
                     0);
    stand_turn(stand, 2);
    haul_task_cancel(task);
    assert_int_equal(haul_run_until_complete(stand->loop, haul_task_future(task)), 0);
    haul_task_unref(task);
    assert_int_equal(code, HAUL_E_CANCELLED);
    assert_int_equal(result->error_class, HAUL_CLASS_CANCELLED);
    assert_int_equal(result->attempts, 1);
    assert_string_equal(result->url, "sleep:60");
    assert_times_fit(result);
    haul_result_destroy(result);
}

static void test_a_url_that_is_there_already(void **state)
{
    struct stand *stand = *state;
    struct haul_outcome outcome;
    struct haul_url *url;
    const char *problem, *text = stand_url(stand, "/redirect");
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    assert_int_equal(
        haul_run_task(stand->loop, HAUL_CALL(haul_fetch, .client = stand_client(stand), .url = url), &outcome), 0);
    struct haul_result *result = outcome.value.pointer;
    assert_int_equal(result->redirects, 1);
    haul_result_destroy(result);
    haul_url_destroy(url);
}

/* One fetch with all that belongs to it. */
static int fetch_from_nothing(const struct haul_client_options *options, const char *text)
{
    struct haul_loop *loop = NULL;
    struct haul_client *client = NULL;
    struct haul_outcome outcome = {0};
    int code = haul_loop_create(NULL, &loop);
    if (code == 0)
        code = haul_client_create(loop, options, &client);
    if (code == 0)
        code = haul_run_task(loop, HAUL_CALL(haul_fetch, .client = client, .text = text), &outcome);
    if (code == 0)
        code = outcome.code;
    if (code == 0) {
        struct haul_result *result = outcome.value.pointer;
        assert_true(result->ok);
        haul_result_destroy(result);
    }
    assert_int_equal(haul_client_destroy(client), 0);
    if (loop)
        assert_int_equal(haul_loop_finish(loop), 0);
    return code;
}

static void test_out_of_memory(void **state)
{
    static const char *const paths[] = {"/redirect#f", "/size/3000", "sleep:0", "http://localhost"};
    struct stand *stand = *state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char text[64];
        bool is_name = paths[i][0] == 'h';
        snprintf(text, sizeof(text), is_name ? "%s:%u/ok" : "%s", is_name ? paths[i] : stand_url(stand, paths[i]),
                 stand->origin.port);
        FAILING_MEMORY_SWEEP(n)
        {
            int code = fetch_from_nothing(&stand->options, text);
            /* Where one address cannot be tried the next may do. */
            if (code != 0 || !is_name)
                assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        }
    }
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown((test), stand_open, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOOP(test_an_answer),
        WITH_LOOP(test_a_connection_is_used_again),
        WITH_LOOP(test_the_request),
        WITH_LOOP(test_how_answers_come_out),
        WITH_LOOP(test_nobody_listens),
        WITH_LOOP(test_redirects),
        WITH_LOOP(test_as_many_redirects_as_are_allowed),
        WITH_LOOP(test_redirects_are_results_where_they_are_not_followed),
        WITH_LOOP(test_a_password_is_masked),
        WITH_LOOP(test_sleep),
        WITH_LOOP(test_a_body_that_is_taken),
        WITH_LOOP(test_the_body_of_a_redirect_is_not_given),
        WITH_LOOP(test_a_body_that_cannot_be_taken),
        WITH_LOOP(test_as_a_child),
        WITH_LOOP(test_a_child_that_is_cancelled_has_a_result),
        WITH_LOOP(test_a_url_that_is_there_already),
        WITH_LOOP(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
