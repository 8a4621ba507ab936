/* Who may use the connections of an https origin, and when another is opened. What it speaks is known once the first
 * connection to it is there. Until then all others wait for that one: with HTTP/2 they share it, and each would have
 * opened its own; with HTTP/1.1 each then opens its own at once. libcurl could hold them back as well, but not so that
 * they can be cancelled, and not without holding back others.
 *
 * Nobody waits long: where the first connection fails or takes its time all are let go as with HTTP/1.1. */
#ifndef NET_STREAMS_H
#define NET_STREAMS_H

#include "core/task.h"
#include "net/deadlines.h"

#include <stdbool.h>

struct haul__host;

/* So many share a connection, whatever more the server may allow; libcurl is told the same. */
enum { HAUL__STREAMS_OF_CONNECTION = 100 };

/* So long others wait for a connection that is being opened. */
#define HAUL__OPENING_PATIENCE HAUL_SECOND

enum haul__sharing {
    HAUL__UNSHARED, /* one request at a time on each connection; or it is not worth waiting to know */
    HAUL__UNKNOWN_SHARING,
    HAUL__SHARED, /* HTTP/2 */
};

struct haul__streams {
    enum haul__sharing sharing;
    struct haul_list waiting;  /* tasks, first come first served */
    struct haul_task *opener;  /* that was let go to open a connection, which is not there yet; NULL: nobody */
    struct haul__turn opening; /* the opener's, in the line of all hosts that have one */
    size_t users;              /* that were let go and have not left */
};

void haul__streams_init(struct haul__streams *streams, enum haul__sharing sharing);

/* Waits until TASK may use a connection of HOST or open one. 0: it has to leave; HAUL_E_CANCELLED. */
struct haul_await haul__streams_enter(struct haul_task *task, struct haul__host *host);

/* TASK has a connection, counted among the host's if it is new. */
void haul__streams_connected(struct haul__host *host, struct haul_task *task);

/* What a new connection turned out to speak. */
void haul__streams_learn(struct haul__host *host, bool is_shared);

/* TASK needs none any more. HAS_FAILED: if it has got no connection that is the host's fault. */
void haul__streams_leave(struct haul__host *host, struct haul_task *task, bool has_failed);

/* The patience of those that wait for the opener is at an end. */
void haul__streams_expire(struct haul__host *host);

#endif
