/* Numbers of connections, for those who want to know which hops shared one. libcurl 7.88 has none to tell, and of a
 * connection that is used again only its addresses: so connections that are made are found by their local ports. */
#ifndef NET_CONNECTIONS_H
#define NET_CONNECTIONS_H

#include "net/socket.h"

#include <stdint.h>

struct haul__connections {
    const struct haul__sockets *sockets;
    uint64_t next;    /* the next number, from 1 on, */
    uint64_t step;    /* and how far it is to the one behind it: other loops of the client have those between */
    int *descriptors; /* by local port, the begin of a list; NULL: nobody wants to know */
};

/* IS_WANTED: otherwise none has a number. -ENOMEM. */
int haul__connections_init(struct haul__connections *connections, const struct haul__sockets *sockets, bool is_wanted);
void haul__connections_finish(struct haul__connections *connections);

/* SOCKET has connected its LOCAL_PORT to the peer. */
void haul__connections_add(struct haul__connections *connections, struct haul__socket *socket, int local_port,
                           const char *remote_ip, int remote_port);

/* SOCKET is closed; that it was never added is fine. */
void haul__connections_remove(struct haul__connections *connections, struct haul__socket *socket);

/* The number of a connection that was added; 0: there is none that could be told from others. */
uint64_t haul__connections_find(const struct haul__connections *connections, int local_port, const char *remote_ip,
                                int remote_port);

#endif
