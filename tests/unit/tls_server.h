/* A server that speaks TLS, in a thread of its own: it answers every request alike. */
#ifndef TESTS_TLS_SERVER_H
#define TESTS_TLS_SERVER_H

#include <pthread.h>
#include <stdint.h>

struct tls_server {
    void *context; /* SSL_CTX */
    pthread_t thread;
    int listener;
    uint16_t port;
    char certificate[64]; /* a PEM file with what it shows, for "localhost" */
};

void tls_server_start(struct tls_server *server);
void tls_server_stop(struct tls_server *server);

#endif
