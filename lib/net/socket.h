/* The descriptors that libcurl waits for: a table by descriptor for one client. An entry and its watch are made when a
 * number is first seen and stay for whoever has that number next, so that connections cost no allocation. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "core/poll.h"

struct haul__host;
struct haul__shard;
struct haul__transfer;

struct haul__socket {
    struct haul__watch *watch;
    struct haul__shard *shard;       /* who waits for it */
    struct haul__transfer *transfer; /* that uses it, the last if they are several; NULL: none that is known */
    struct haul__host *host;         /* of a connection that haul opened; NULL: a descriptor of libcurl's own */
    int descriptor;
    int wanted; /* the events that libcurl waits for; 0: none, though the watch may still be armed */
};

struct haul__sockets {
    struct haul__poll *poll;
    haul__watch_fn *event; /* called with the struct haul__socket */
    struct haul__socket **table;
    size_t size;
    size_t open; /* connections */
};

void haul__sockets_init(struct haul__sockets *sockets, struct haul__poll *poll, haul__watch_fn *event);
void haul__sockets_finish(struct haul__sockets *sockets);

/* DESCRIPTOR's entry, or NULL. */
struct haul__socket *haul__sockets_find(const struct haul__sockets *sockets, int descriptor);

/* The entry of DESCRIPTOR, a file that was not seen before whatever had the number. Negative errno. */
int haul__sockets_add(struct haul__sockets *sockets, int descriptor, struct haul__socket **ret_socket);

/* Has no event reported any more, and the next file with the number taken for a new one. Before it is closed. */
void haul__socket_forget(struct haul__socket *socket);

#endif
