/* How many requests one host is given side by side, found out from how long they take. */
#ifndef NET_GRADIENT_H
#define NET_GRADIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a request came out, as far as that tells what its host can bear. */
enum haul__sign {
    HAUL__ANSWERED, /* its time counts */
    HAUL__REFUSED,  /* the host said that it is too much: 429, 503 */
    HAUL__BROKEN,   /* no answer, for whatever reason: no connection, a timeout, a gateway's 502 or 504 */
    HAUL__NO_SIGN,  /* cancelled, or this side's fault: nothing is known */
};

/* What is remembered of a request that is in flight. */
struct haul__gradient_request {
    uint32_t step;     /* in which it began */
    uint32_t position; /* how many were in flight then, itself counted */
    bool is_member;    /* of the step's cohort */
};

/* The requests that a step is judged by. */
struct haul__cohort {
    size_t size; /* so many belong to it */
    size_t joined;
    size_t ended;
    double logarithms; /* of the latencies of those that ended, summed */
    double squares;    /* of these, summed */
    double longest;    /* of these */
    double positions;  /* of those that ended, summed */
};

/* What a cohort comes to. */
struct haul__measure {
    double latency;  /* the geometric mean, nanoseconds; 0: nothing was measured */
    double noise;    /* how far off that may be, relative to it: its standard error */
    double position; /* how many were in flight, the mean */
};

enum haul__gradient_phase { HAUL__GROWING, HAUL__SINKING, HAUL__KEEPING };

struct haul__gradient {
    size_t limit; /* how many may be in flight: from 1 to most */
    size_t most;
    size_t in_flight;
    enum haul__gradient_phase phase;
    uint32_t step;
    size_t ended; /* requests, in this step; without those whose failures are answered for */
    struct haul__cohort cohort;
    struct haul__measure last; /* while growing or sinking: the step before */
    struct haul__measure top;  /* while sinking: what it began with */
    size_t top_limit;
    double base;       /* the latency without a queue; 0: not known */
    bool is_base_sure; /* there was none when it was measured, as far as can be told */
    unsigned kept;     /* steps in which the limit was kept, since the base was measured */
    unsigned calm;     /* the last of these, without a sign of a queue */
    unsigned hot;      /* the last of these, with too long a queue */
    size_t ceiling;    /* above it the host failed */
    unsigned patience; /* steps before the ceiling is tried */
    unsigned waited;   /* of these */
    bool has_judged;   /* a step, since it failed last */
    uint32_t forgiven; /* failures of what began before this step have been answered for */
    size_t broken;     /* requests, in this step */
    bool has_answered;
};

/* MOST: the limit's limit, at least 1. */
void haul__gradient_init(struct haul__gradient *gradient, size_t most);

/* A request begins. */
struct haul__gradient_request haul__gradient_begin(struct haul__gradient *gradient);

/* It has ended; LATENCY is what its host took, in nanoseconds. Afterwards the limit may be another one. */
void haul__gradient_end(struct haul__gradient *gradient, const struct haul__gradient_request *request,
                        enum haul__sign sign, int64_t latency);

#endif
