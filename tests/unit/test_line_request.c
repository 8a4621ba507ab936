#include "input/json_line.h"
#include "input/line_request.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char *const common_headers[] = {"X-A: 1", "X-B: 2", NULL};
static const struct haul_request common = {
    .method = "POST", .headers = common_headers, .body = "common", .body_size = 6, .user = "name:word"};

/* What becomes of a line with these members beside its URL. */
static struct line_request *complete(const char *members, const struct haul_request *with)
{
    struct json_line line;
    char text[200];
    const char *problem;
    int size = snprintf(text, sizeof(text), "{\"url\":\"h\"%s}", members);
    assert_int_equal(json_line_parse(text, (size_t)size, &line), 0);
    assert_string_equal(line.problem, "");
    struct line_request *request = line_request_ref(line.request);
    json_line_finish(&line);
    assert_int_equal(line_request_complete(request, with, &problem), 0);
    return request;
}

static void a_line_that_says_nothing_is_sent_as_all_are(void **state)
{
    (void)state;
    struct line_request *request = complete(",\"retry\":1,\"tag\":2,\"headers\":{}", &common);
    assert_false(request->has_own);
    line_request_unref(request);
}

static void what_it_says_replaces_what_all_have(void **state)
{
    (void)state;
    struct line_request *request = complete(",\"method\":\"PUT\",\"body\":\"own\"", &common);
    assert_true(request->has_own);
    assert_string_equal(request->sent.method, "PUT");
    assert_int_equal(request->sent.body_size, 3);
    assert_memory_equal(request->sent.body, "own", 3);
    assert_ptr_equal(request->sent.headers, common_headers);
    assert_string_equal(request->sent.user, "name:word");
    line_request_unref(request);
}

/* Whether lines with these members have different digests, or whether both have none. */
static bool differ(const char *one, const char *other)
{
    struct line_request *first = complete(one, &common);
    struct line_request *second = complete(other, &common);
    bool do_differ = strcmp(first->digest, second->digest) != 0;
    line_request_unref(first);
    line_request_unref(second);
    return do_differ;
}

static void the_digest_tells_requests_apart(void **state)
{
    (void)state;
    static const char *const members[] = {
        "",
        ",\"method\":\"PUT\"",
        ",\"output\":\"PUT\"",
        ",\"body\":\"PUT\"",
        ",\"body\":\"\"",
        ",\"headers\":{\"A\":\"b\"}",
        ",\"headers\":{\"A\":[\"b\",\"c\"]}",
        ",\"headers\":{\"A\":\"b,4:A: c\"}",
    };
    static const size_t count = sizeof(members) / sizeof(members[0]);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            assert_int_equal(differ(members[i], members[j]), i != j);
    assert_false(differ("", ",\"tag\":1,\"retry\":2,\"max_time\":3"));
    struct line_request *request = complete(members[1], NULL);
    assert_string_equal(request->digest, "6f1798d3590eda168cb784a1d48fcd3493c80f8506f4678a9429749391c429cb");
    line_request_unref(request);
}

static void fields_are_replaced_by_their_names(void **state)
{
    (void)state;
    struct line_request *request = complete(",\"headers\":{\"x-b\":\"3\",\"X-C\":\"\"}", &common);
    assert_string_equal(request->sent.method, "POST");
    assert_string_equal(request->sent.headers[0], "X-A: 1");
    assert_string_equal(request->sent.headers[1], "x-b: 3");
    assert_string_equal(request->sent.headers[2], "X-C;");
    assert_null(request->sent.headers[3]);
    line_request_unref(request);
}

static void it_may_stand_alone(void **state)
{
    (void)state;
    struct line_request *request = complete(",\"headers\":{\"A\":\"1\"}", NULL);
    assert_null(request->sent.method);
    assert_string_equal(request->sent.headers[0], "A: 1");
    assert_null(request->sent.headers[1]);
    line_request_unref(request);
}

static void what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    static const char text[] = "{\"url\":\"h\",\"method\":\"HEAD\",\"body\":\"x\"}";
    struct json_line line;
    const char *problem;
    assert_int_equal(json_line_parse(text, sizeof(text) - 1, &line), 0);
    assert_int_equal(line_request_complete(line.request, NULL, &problem), HAUL_E_INVALID);
    assert_string_equal(problem, "a HEAD has no body");
    json_line_finish(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_says_nothing_is_sent_as_all_are),
        cmocka_unit_test(what_it_says_replaces_what_all_have),
        cmocka_unit_test(the_digest_tells_requests_apart),
        cmocka_unit_test(fields_are_replaced_by_their_names),
        cmocka_unit_test(it_may_stand_alone),
        cmocka_unit_test(what_does_not_go_together_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
