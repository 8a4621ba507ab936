/* What goes on on a connection: request, answer, request, answer. */
#ifndef ORIGIN_CONVERSATION_H
#define ORIGIN_CONVERSATION_H

#include "sender.h"

/* Serves requests until one side ends the connection. Its code says how it came to that: every code is as good as
 * any other. */
struct converse {
    struct haul_coroutine coroutine;
    struct connection *connection;
    /* Private from here. */
    size_t request_size;
    bool in_flight;
    union {
        struct receive receive;
        struct send_answer send;
    } child;
};
haul_step_fn converse;

#endif
