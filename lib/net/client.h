/* The inside of the client: who may start, and when. What is started is made by its fetcher. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/fetcher.h"
#include "net/limit.h"
#include "net/retry.h"

struct haul_client {
    struct haul_loop *loop;
    struct haul_client_options options;
    struct haul__fetcher fetcher;
    struct haul__limits limits;   /* of hosts */
    struct haul_semaphore places; /* of all hosts together; a fetch takes its host's place first */
    struct haul__rate rate;       /* of all hosts together */
    struct haul__retries retries;
    size_t fetches; /* that have begun and not ended */
    struct haul_client_statistics statistics;
};

/* A fetch waits for its host, or for its next attempt, and does not count as in flight; until it comes forward. */
void haul__client_stand_aside(struct haul_client *client);
void haul__client_come_forward(struct haul_client *client);

#endif
