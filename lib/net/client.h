/* The inside of the client: who may start, and when. What is started is made by a fetcher. There is one on each of the
 * client's loops, its own and those of its workers, and hosts are dealt to them, so that all that concerns one host
 * (connections, their pacing, its name) is in one of them. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/errand.h"
#include "net/lanes.h"
#include "net/limit.h"
#include "net/retry.h"
#include "net/worker.h"

struct haul_client {
    struct haul_loop *loop;
    struct haul_client_options options;
    struct haul__fetcher fetcher; /* on its own loop */
    struct haul__worker *workers;
    size_t worker_count;
    struct haul__transit transit;
    struct haul__shortage shortage;
    struct haul__limits limits;   /* of hosts */
    struct haul_semaphore places; /* of all hosts together; a fetch takes its host's place first */
    struct haul__lanes lanes;     /* of these, where hops are kept */
    struct haul__rate rate;       /* of all hosts together */
    struct haul__retries retries;
    size_t fetches; /* that have begun and not ended */
    struct haul_client_statistics statistics;
};

/* The fetcher that makes the hops to URL. */
struct haul__fetcher *haul__client_fetcher(struct haul_client *client, const struct haul_url *url);

/* A fetch waits for its host, or for its next attempt, and does not count as in flight; until it comes forward. */
void haul__client_stand_aside(struct haul_client *client);
void haul__client_come_forward(struct haul_client *client);

#endif
