/* Errands: hops that are made on another loop than that of who awaits them.
 *
 * An errand goes there as a message, is made by a task there, and comes back as a message. The hop and its result are
 * the other thread's meanwhile. A request to end follows it as a message of its own, which comes back too, since it
 * may have crossed the errand on its way: who awaits an errand always gets its end. Messages are parts of the errand,
 * so that sending one cannot fail.
 *
 * Pieces of the body are sent home in order, before the end, and are given to who takes the body there. What is under
 * way is bounded for all together: beyond that a thread waits, as it would if it called who takes the body itself. */
#ifndef NET_ERRAND_H
#define NET_ERRAND_H

#include "net/hop.h"

#include <pthread.h>

/* So many bytes the pieces of bodies that are under way take at most, and a piece more for each thread. */
enum { HAUL__MOST_IN_TRANSIT = 4 * 1024 * 1024 };

/* The bodies' pieces of all errands of a client. */
struct haul__transit {
    pthread_mutex_t mutex;
    pthread_cond_t room;
    size_t bytes; /* that have been sent and not been taken */
};

void haul__transit_init(struct haul__transit *transit);
void haul__transit_finish(struct haul__transit *transit);

struct haul__errand {
    struct haul__hop *hop;
    struct haul__transit *transit;
    struct haul__ready message; /* it goes there, and comes back */
    struct haul__ready recall;  /* the request to end, and its way back */
    /* Of the loop there. */
    struct haul_task *maker; /* the task that makes the hop; NULL: it has not begun, or has ended */
    bool is_recalled;
    int code; /* what the hop ended with; of the loop here once it has come back */
    /* Of the loop here. */
    struct haul_loop *home;
    struct haul_task *task; /* who awaits it */
    haul_body_fn *body;
    void *body_data;
    int body_code;     /* with which the body was refused, or 0 */
    int64_t body_size; /* how much there was of it by then */
    bool is_cancelled;
    bool was_recalled;
    bool is_back;
    bool is_recall_away;
};

/* Has HOP, a frame that was made with HAUL_FRAME for the fetcher of another loop, made there; the errand needs no
 * preparation. Awaits what a hop ends with. */
struct haul_await haul__errand_run(struct haul_task *task, struct haul__errand *errand, struct haul__hop *hop,
                                   struct haul__transit *transit);

#endif
