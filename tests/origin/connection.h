/* A connection: what has been received on it, and waiting for more, or for a while. */
#ifndef ORIGIN_CONNECTION_H
#define ORIGIN_CONNECTION_H

#include "answer.h"
#include "counters.h"

#include <haul/coroutine.h>
#include <haul/timeout.h>

struct haul_stream;
struct workers;

struct connection {
    struct haul_stream *stream;
    struct counters *counters;
    struct workers *workers;
    struct connection *next; /* by utlist, for whoever accepts them */
    struct connection *prev;
    struct bytes received; /* and not consumed yet */
    struct bytes chunk;    /* the one that is being sent */
    struct answer answer;  /* to the request that is being served */
    bool counted;          /* among the counters' connections */
};

/* Takes over the stream. */
struct connection *connection_create(struct haul_stream *stream, struct counters *counters, struct workers *workers);

/* Closes it and frees it. */
void connection_destroy(struct connection *connection);

/* Counts it no more. Does nothing the second time. */
void connection_uncount(struct connection *connection);

/* Waits until more has been received. HAUL_E_DRAINED: the client ended its side; HAUL_E_LIMIT: it sends more than
 * anybody asked for. */
struct receive {
    struct haul_coroutine coroutine;
    struct connection *connection;
};
haul_step_fn receive;

/* Waits so long, or until the client has gone, which is an error. A client that ends its side counts as gone, so that
 * an abandoned answer is given up at once. What it sends meanwhile is kept. */
struct hold {
    struct haul_coroutine coroutine;
    struct connection *connection;
    int64_t duration; /* HAUL_NEVER: until the client has gone */
    /* Private from here. */
    struct haul_timeout timeout;
    struct receive receive;
    int code;
};
haul_step_fn hold;

#endif
