/* Plain blocking sockets on loopback, for the other side of a stream; and what descriptors there are. */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include <stddef.h>
#include <stdint.h>

/* A connection to PORT of 127.0.0.1. */
int loopback_connect(uint16_t port);

/* Sends all of TEXT. */
void loopback_send(int descriptor, const char *text);

/* Waits for SIZE bytes, or the end. Returns how many came, -1 with errno. */
long loopback_receive(int descriptor, void *buffer, size_t size);

/* How many descriptors the process has open. */
size_t open_descriptors(void);

#endif
