/* Workers: threads that have each a loop and a fetcher of their own, for hops that are not made on the client's loop. A
 * worker's loop, and what belongs to it, is touched by its thread alone; all else comes as a message. */
#ifndef NET_WORKER_H
#define NET_WORKER_H

#include "net/fetcher.h"

#include <pthread.h>
#include <semaphore.h>

struct haul__worker {
    struct haul_loop *loop;
    struct haul__fetcher fetcher;
    const struct haul_client_options *options;
    struct haul__shortage *shortage;
    pthread_t thread;
    sem_t is_settled; /* posted once it is known whether it could begin */
    int code;         /* with which it began */
    struct haul__ready stop;
};

/* Begins one; OPTIONS and SHORTAGE outlive it. Returns when it runs, or does not: HAUL_E_INVALID, an option cannot be
 * used; negative errno. */
int haul__worker_start(struct haul__worker *worker, const struct haul_client_options *options,
                       struct haul__shortage *shortage);

/* Closes its connections and ends it. None of its hops is under way. */
void haul__worker_stop(struct haul__worker *worker);

#endif
