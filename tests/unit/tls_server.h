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

/* Group fixtures: the server is the state. */
int tls_server_start(void **state);
int tls_server_stop(void **state);

#endif
