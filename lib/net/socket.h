/* The descriptors that libcurl waits for: a table by descriptor for one client. An entry and its watch are made when a
 * number is first seen and stay for whoever has that number next, so that connections cost no allocation. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "core/poll.h"

#include <stdint.h>

struct haul__host;
struct haul__shard;
struct haul__transfer;

struct haul__socket {
    struct haul__watch *watch;
    struct haul__shard *shard;       /* who waits for it */
    struct haul__transfer *transfer; /* that uses it, the last if they are several; NULL: none that is known */
    struct haul__transfer *opener;   /* that opened it; it may be at something else by now */
    struct haul__host *host;         /* of a connection that is made, whose end libcurl will tell; or NULL */
    int descriptor;
    int wanted; /* the events that libcurl waits for; 0: none, though a connection's watch may still be armed */
    /* Of a connection that has a number (net/connections.h). */
    uint64_t number;
    int local_port;
    uint32_t peer;
    int next_of_port;
};

struct haul__sockets {
    struct haul__poll *poll;
    haul__watch_fn *event; /* called with the struct haul__socket */
    struct haul__socket **table;
    size_t size;
    size_t open; /* connections that are made */
};

void haul__sockets_init(struct haul__sockets *sockets, struct haul__poll *poll, haul__watch_fn *event);
void haul__sockets_finish(struct haul__sockets *sockets);

/* Whether any descriptor can be opened. */
bool haul__can_open_descriptor(void);

/* DESCRIPTOR's entry, or NULL. */
struct haul__socket *haul__sockets_find(const struct haul__sockets *sockets, int descriptor);

/* The entry of DESCRIPTOR, a file that was not seen before, for SHARD. libcurl may close a file and open another with
 * the same number without a word when it waits for the same events on both: then they are waited for. Negative
 * errno. */
int haul__sockets_add(struct haul__sockets *sockets, int descriptor, struct haul__shard *shard,
                      struct haul__socket **ret_socket);

/* Before the file is closed, or when it may have been: no event is reported any more, and the next file with the
 * number is taken for a new one. */
void haul__socket_forget(struct haul__socket *socket);

#endif
