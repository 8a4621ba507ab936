/* Sends an answer, at its pace. */
#ifndef ORIGIN_SENDER_H
#define ORIGIN_SENDER_H

#include "connection.h"

/* Sends the connection's answer, up to its ending, which is the caller's to bring about. Any code but 0: the
 * connection is of no use any more. */
struct send_answer {
    struct haul_coroutine coroutine;
    struct connection *connection;
    /* Private from here. */
    uint64_t sent; /* bytes of the body */
    struct hold hold;
};
haul_step_fn send_answer;

#endif
