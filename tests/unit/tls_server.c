#include "tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* Requests until the client ends the connection. */
static void serve(SSL *connection)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsecret\n";
    char request[4096];
    if (SSL_accept(connection) != 1)
        return;
    while (SSL_read(connection, request, sizeof(request)) > 0)
        SSL_write(connection, answer, sizeof(answer) - 1);
    SSL_shutdown(connection);
}

/* One connection after the other, until the listener is shut down. */
static void *run(void *data)
{
    struct tls_server *server = data;
    int descriptor;
    while ((descriptor = accept(server->listener, NULL, NULL)) >= 0) {
        SSL *connection = SSL_new(server->context);
        SSL_set_fd(connection, descriptor);
        serve(connection);
        SSL_free(connection);
        close(descriptor);
    }
    return NULL;
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static void listen_somewhere(struct tls_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 16), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
}

int tls_server_start(void **state)
{
    struct tls_server *server = calloc(1, sizeof(*server));
    assert_non_null(server);
    /* A client that goes away while it is written to is none of the test's business. */
    signal(SIGPIPE, SIG_IGN);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key);
    strcpy(server->certificate, "/tmp/haul-test-XXXXXX");
    FILE *file = fdopen(mkstemp(server->certificate), "w");
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    server->context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(server->context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server->context, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    listen_somewhere(server);
    assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
    *state = server;
    return 0;
}

int tls_server_stop(void **state)
{
    struct tls_server *server = *state;
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    SSL_CTX_free(server->context);
    unlink(server->certificate);
    free(server);
    return 0;
}
