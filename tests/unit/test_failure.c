#include <curl/curl.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/failure.h"

static const enum haul__phase phases[] = {HAUL__RESOLVING_PHASE, HAUL__CONNECTING_PHASE, HAUL__WAITING_PHASE,
                                          HAUL__RECEIVING_PHASE};

/* Whatever libcurl comes up with, there is a class and a sentence, and the code is curl's. */
static void test_every_code(void **state)
{
    (void)state;
    for (int code = 1; code < 128; code++)
        for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
            struct haul__failure failure = haul__failure_of(code, phases[i], 0, 0);
            assert_int_not_equal(failure.error_class, HAUL_CLASS_NONE);
            assert_int_not_equal(failure.error_class, HAUL_CLASS_HTTP);
            assert_int_equal(failure.code, code);
            assert_true(failure.message[0] != '\0');
        }
}

static void test_classes(void **state)
{
    static const struct {
        int code;
        enum haul__phase phase;
        enum haul_class error_class;
    } cases[] = {
        {CURLE_COULDNT_RESOLVE_HOST, HAUL__RESOLVING_PHASE, HAUL_CLASS_DNS},
        {CURLE_COULDNT_RESOLVE_PROXY, HAUL__RESOLVING_PHASE, HAUL_CLASS_DNS},
        {CURLE_COULDNT_CONNECT, HAUL__CONNECTING_PHASE, HAUL_CLASS_CONNECT},
        {CURLE_OPERATION_TIMEDOUT, HAUL__CONNECTING_PHASE, HAUL_CLASS_TIMEOUT},
        {CURLE_SSL_CONNECT_ERROR, HAUL__CONNECTING_PHASE, HAUL_CLASS_TLS},
        {CURLE_PEER_FAILED_VERIFICATION, HAUL__CONNECTING_PHASE, HAUL_CLASS_TLS},
        {CURLE_SSL_CACERT_BADFILE, HAUL__CONNECTING_PHASE, HAUL_CLASS_TLS},
        {CURLE_OUT_OF_MEMORY, HAUL__CONNECTING_PHASE, HAUL_CLASS_LOCAL},
        {CURLE_OUT_OF_MEMORY, HAUL__RECEIVING_PHASE, HAUL_CLASS_SIZE},
        {CURLE_RECV_ERROR, HAUL__CONNECTING_PHASE, HAUL_CLASS_CONNECT},
        {CURLE_RECV_ERROR, HAUL__WAITING_PHASE, HAUL_CLASS_CONNECT},
        {CURLE_SEND_ERROR, HAUL__WAITING_PHASE, HAUL_CLASS_CONNECT},
        {CURLE_GOT_NOTHING, HAUL__WAITING_PHASE, HAUL_CLASS_CONNECT},
        {CURLE_GOT_NOTHING, HAUL__RECEIVING_PHASE, HAUL_CLASS_PROTOCOL},
        {CURLE_RECV_ERROR, HAUL__RECEIVING_PHASE, HAUL_CLASS_PROTOCOL},
        {CURLE_PARTIAL_FILE, HAUL__RECEIVING_PHASE, HAUL_CLASS_PROTOCOL},
        {CURLE_WEIRD_SERVER_REPLY, HAUL__WAITING_PHASE, HAUL_CLASS_PROTOCOL},
        {CURLE_HTTP2_STREAM, HAUL__RECEIVING_PHASE, HAUL_CLASS_PROTOCOL},
        {CURLE_WRITE_ERROR, HAUL__RECEIVING_PHASE, HAUL_CLASS_LOCAL},
        {CURLE_READ_ERROR, HAUL__CONNECTING_PHASE, HAUL_CLASS_LOCAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(haul__failure_of(cases[i].code, cases[i].phase, 0, 0).error_class, cases[i].error_class);
}

static void test_why_there_is_no_connection(void **state)
{
    (void)state;
    struct haul__failure refused = haul__failure_of(CURLE_COULDNT_CONNECT, HAUL__CONNECTING_PHASE, ECONNREFUSED, 0);
    assert_string_equal(refused.message, "connection refused");
    struct haul__failure unknown = haul__failure_of(CURLE_COULDNT_CONNECT, HAUL__CONNECTING_PHASE, 0, 0);
    assert_string_equal(unknown.message, "no connection could be made");
}

static void test_what_cannot_be_read_here(void **state)
{
    (void)state;
    struct haul__failure netrc = haul__failure_of(CURLE_READ_ERROR, HAUL__CONNECTING_PHASE, 0, 0);
    assert_string_equal(netrc.message, "~/.netrc is missing or cannot be read");
}

static void test_why_a_certificate_is_refused(void **state)
{
    (void)state;
    /* X509_V_ERR_CERT_HAS_EXPIRED. */
    struct haul__failure expired = haul__failure_of(CURLE_PEER_FAILED_VERIFICATION, HAUL__CONNECTING_PHASE, 0, 10);
    assert_string_equal(expired.message, "certificate has expired");
    struct haul__failure other = haul__failure_of(CURLE_PEER_FAILED_VERIFICATION, HAUL__CONNECTING_PHASE, 0, 0);
    assert_string_equal(other.message, "the certificate is not valid for this host");
}

static void test_every_lookup_error(void **state)
{
    (void)state;
    for (int error = HAUL__LOOKUP_FOUND + 1; error < HAUL__LOOKUP_ERROR_COUNT; error++) {
        struct haul__failure host = haul__lookup_failure((enum haul__lookup_error)error, false);
        struct haul__failure proxy = haul__lookup_failure((enum haul__lookup_error)error, true);
        assert_int_equal(host.error_class, HAUL_CLASS_DNS);
        assert_int_equal(proxy.error_class, HAUL_CLASS_DNS);
        assert_int_equal(host.code, CURLE_COULDNT_RESOLVE_HOST);
        assert_int_equal(proxy.code, CURLE_COULDNT_RESOLVE_PROXY);
        assert_non_null(strstr(host.message, "host"));
        assert_non_null(strstr(proxy.message, "proxy"));
    }
}

static void test_phrases(void **state)
{
    (void)state;
    assert_string_equal(haul__status_phrase(404), "Not Found");
    assert_string_equal(haul__status_phrase(505), "HTTP Version Not Supported");
    assert_null(haul__status_phrase(499));
    assert_null(haul__status_phrase(200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_why_there_is_no_connection),
        cmocka_unit_test(test_what_cannot_be_read_here),
        cmocka_unit_test(test_why_a_certificate_is_refused),
        cmocka_unit_test(test_every_lookup_error),
        cmocka_unit_test(test_phrases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
