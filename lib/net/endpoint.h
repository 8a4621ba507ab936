/* An end of a connection, as text. */
#ifndef NET_ENDPOINT_H
#define NET_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>

struct haul__endpoint {
    unsigned port;
    char ip[INET6_ADDRSTRLEN]; /* empty: unknown */
};

/* IP may be NULL. */
void haul__endpoint_set(struct haul__endpoint *endpoint, const char *ip, int port);

/* The other end of a socket's; left alone where it has none. */
void haul__endpoint_ask_peer(struct haul__endpoint *endpoint, int descriptor);

/* Whether the socket's own end has this port. */
bool haul__endpoint_is_local_port(int descriptor, int port);

#endif
