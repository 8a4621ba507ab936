#include "failing_memory.h"
#include "tls_server.h"

#include <haul/haul.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What one fetch gives to whom TRUST is enough. */
static struct haul_result *fetch(struct tls_server *server, const char *host, struct haul_trust *trust, bool insecure)
{
    struct haul_client_options options;
    struct haul_loop *loop;
    struct haul_client *client;
    struct haul_outcome outcome;
    char text[64];
    snprintf(text, sizeof(text), "https://%s:%u/", host, server->port);
    haul_client_options_init(&options);
    options.trust = trust;
    options.insecure = insecure;
    assert_int_equal(haul_loop_create(NULL, &loop), 0);
    assert_int_equal(haul_client_create(loop, &options, &client), 0);
    assert_int_equal(haul_run_task(loop, HAUL_CALL(haul_fetch, .client = client, .text = text), &outcome), 0);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(haul_client_destroy(client), 0);
    assert_int_equal(haul_loop_finish(loop), 0);
    return outcome.value.pointer;
}

static struct haul_trust *trust_of(const char *file)
{
    struct haul_trust *trust = NULL;
    const char *problem = NULL;
    int code = haul_trust_create(file, &trust, &problem);
    if (code != 0)
        fail_msg("%s: %s", file, problem);
    return trust;
}

static void test_a_certificate_that_is_trusted(void **state)
{
    struct tls_server *server = *state;
    struct haul_trust *trust = trust_of(server->certificate);
    /* It serves several clients, one after the other. */
    for (int i = 0; i < 2; i++) {
        struct haul_result *result = fetch(server, "localhost", trust, false);
        assert_true(result->ok);
        assert_string_equal((const char *)result->body, "secret\n");
        assert_true(result->time.tls > 0);
        assert_int_equal(result->time.dns + result->time.connect + result->time.tls + result->time.wait +
                             result->time.transfer,
                         result->time.total);
        haul_result_destroy(result);
    }
    haul_trust_unref(trust);
}

static void check_refused(struct haul_result *result, const char *message)
{
    assert_false(result->ok);
    assert_int_equal(result->status, 0);
    assert_int_equal(result->error_class, HAUL_CLASS_TLS);
    assert_int_equal(result->code, 60);
    assert_string_equal(result->message, message);
    assert_int_equal(result->time.wait + result->time.transfer, 0);
    haul_result_destroy(result);
}

static void test_a_certificate_that_is_not_trusted(void **state)
{
    check_refused(fetch(*state, "localhost", NULL, false), "self-signed certificate");
}

static void test_a_certificate_of_another_host(void **state)
{
    struct tls_server *server = *state;
    struct haul_trust *trust = trust_of(server->certificate);
    check_refused(fetch(server, "127.0.0.1", trust, false), "the certificate is not valid for this host");
    haul_trust_unref(trust);
}

static void test_whatever_it_shows(void **state)
{
    struct haul_result *result = fetch(*state, "127.0.0.1", NULL, true);
    assert_true(result->ok);
    haul_result_destroy(result);
}

static void test_files_that_cannot_be_used(void **state)
{
    struct haul_trust *trust = NULL;
    const char *problem = NULL;
    (void)state;
    assert_int_equal(haul_trust_create("/nonexistent/ca.pem", &trust, &problem), -ENOENT);
    assert_string_equal(problem, haul_error_message(-ENOENT));
    assert_int_equal(haul_trust_create("/dev/null", &trust, &problem), HAUL_E_INVALID);
    assert_string_equal(problem, "it has no certificates in PEM form");
    assert_int_equal(haul_trust_create("/", &trust, &problem), HAUL_E_INVALID);
    assert_null(trust);
}

static void test_references(void **state)
{
    struct tls_server *server = *state;
    struct haul_trust *trust = trust_of(server->certificate);
    assert_ptr_equal(haul_trust_ref(trust), trust);
    haul_trust_unref(trust);
    haul_trust_unref(trust);
    haul_trust_unref(NULL);
}

static void test_out_of_memory(void **state)
{
    struct tls_server *server = *state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_trust *trust = NULL;
        const char *problem = NULL;
        int code = haul_trust_create(server->certificate, &trust, &problem);
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul_trust_unref(trust);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_certificate_that_is_trusted),
        cmocka_unit_test(test_a_certificate_that_is_not_trusted),
        cmocka_unit_test(test_a_certificate_of_another_host),
        cmocka_unit_test(test_whatever_it_shows),
        cmocka_unit_test(test_files_that_cannot_be_used),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, tls_server_start, tls_server_stop);
}
