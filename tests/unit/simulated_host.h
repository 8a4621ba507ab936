/* A host that is only computed: requests queue for its workers, first come, first served, and a client keeps as many in
 * flight as it is told to, or as a gradient finds. Time passes from event to event, and nothing waits. */
#ifndef UNIT_SIMULATED_HOST_H
#define UNIT_SIMULATED_HOST_H

#include "net/gradient.h"

enum service { CONSTANT, EXPONENTIAL, ONE_IN_TEN_TAKES_TEN_TIMES_AS_LONG };

struct simulated_host {
    size_t knee;          /* workers; 0: as many as there are requests */
    size_t later_knee;    /* from the middle of the list on; 0: the same */
    int64_t work;         /* of a worker with a request, the mean; nanoseconds */
    double later_work;    /* that times work, from the middle of the list on; 0: the same */
    int64_t stall;        /* in the middle of the list no worker does anything for so long */
    int64_t travel;       /* there and back, without a worker */
    enum service service; /* how work is spread */
    size_t refuses_above; /* with so many in flight a further one is refused at once; 0: never */
    unsigned breaks;      /* every so manieth request breaks; 0: none */
};

struct simulated_run {
    double wall;   /* seconds */
    double median; /* latency, seconds */
    size_t limit;  /* at the end */
    size_t lowest; /* it ever was */
    size_t middle; /* it was when the first half of the list had ended */
    size_t peak;   /* in flight */
    size_t refused;
    size_t full_after; /* so many requests had begun when the limit was `most` first; 0: it never was */
};

/* Has COUNT requests made, FIXED in flight, or 0: as many as is found, up to MOST. Equal SEEDs give equal runs. */
struct simulated_run simulate(const struct simulated_host *host, size_t count, size_t fixed, size_t most,
                              uint64_t seed);

/* The run with the shortest wall time, of those with 1, 2, 4 … 512 in flight. */
struct simulated_run simulate_best(const struct simulated_host *host, size_t count, uint64_t seed);

#endif
