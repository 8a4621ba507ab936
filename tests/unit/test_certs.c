/* The certificates of a handshake, where they are kept. */
#include "failing_memory.h"
#include "tls_server.h"

#include <haul/haul.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 0, with the result of one fetch; -ENOMEM. */
static int fetch(struct haul_loop *loop, const struct tls_server *server, bool keeps, bool insecure,
                 struct haul_result **ret_result)
{
    struct haul_client_options options;
    struct haul_client *client;
    struct haul_outcome outcome = {0};
    char text[64];
    snprintf(text, sizeof(text), "https://localhost:%u/", server->port);
    haul_client_options_init(&options);
    options.insecure = insecure;
    options.keep_certs = keeps;
    int code = haul_client_create(loop, &options, &client);
    if (code != 0)
        return code;
    code = haul_run_task(loop, HAUL_CALL(haul_fetch, .client = client, .text = text), &outcome);
    haul_client_destroy(client);
    if (code == 0)
        code = outcome.code;
    if (code == 0)
        *ret_result = outcome.value.pointer;
    return code;
}

static struct haul_result *fetch_once(const struct tls_server *server, bool keeps, bool insecure)
{
    struct haul_loop *loop;
    struct haul_result *result = NULL;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(fetch(loop, server, keeps, insecure, &result), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    return result;
}

static void check_chain(const struct haul_result *result)
{
    static const char subject[] = "Subject:CN = localhost\n", end[] = "\n-----END CERTIFICATE-----\n";
    assert_int_equal(result->cert_count, 1);
    assert_memory_equal(result->certs, subject, strlen(subject));
    assert_non_null(strstr(result->certs, "\n-----BEGIN CERTIFICATE-----\n"));
    assert_string_equal(result->certs + strlen(result->certs) - strlen(end), end);
}

static void test_what_a_server_shows(void **state)
{
    struct haul_result *result = fetch_once(*state, true, true);
    assert_true(result->ok);
    check_chain(result);
    struct haul_result *copy = haul_result_copy(result);
    haul_result_destroy(result);
    check_chain(copy);
    haul_result_destroy(copy);
}

static void test_none_are_kept_unasked(void **state)
{
    struct haul_result *result = fetch_once(*state, false, true);
    assert_true(result->ok);
    assert_null(result->certs);
    assert_int_equal(result->cert_count, 0);
    haul_result_destroy(result);
}

/* As with curl: a handshake that ends early has shown nothing. */
static void test_none_are_known_of_what_is_not_trusted(void **state)
{
    struct haul_result *result = fetch_once(*state, true, false);
    assert_int_equal(result->error_class, HAUL_CLASS_TLS);
    assert_null(result->certs);
    haul_result_destroy(result);
}

static void test_without_memory(void **state)
{
    struct haul_loop *loop;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_result *result = NULL;
        int code = fetch(loop, *state, true, true, &result);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        if (code == 0)
            check_chain(result);
        haul_result_destroy(result);
    }
    assert_int_equal(haul_loop_finish(loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_server_shows),
        cmocka_unit_test(test_none_are_kept_unasked),
        cmocka_unit_test(test_none_are_known_of_what_is_not_trusted),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, tls_server_start, tls_server_stop);
}
