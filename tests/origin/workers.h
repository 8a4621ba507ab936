/* Crews of workers, for answers that take longer the more are asked for at once. Nobody works: each request is told
 * when a worker will be done with it, first come, first served. */
#ifndef ORIGIN_WORKERS_H
#define ORIGIN_WORKERS_H

#include <stdint.h>

struct crew;

struct workers {
    struct crew *crews; /* by how many are in them, by uthash */
};

void workers_finish(struct workers *workers);

/* What a request is for a crew. Nanoseconds. */
struct task_of_crew {
    uint64_t size;  /* how many workers there are, at least 1 */
    int64_t work;   /* that one of them has with it */
    uint64_t noise; /* percent of the work that are drawn at random, from none to twice as much */
    uint64_t waste; /* percent of the time that it waits by which the work grows */
};

/* How long it takes from NOW until a worker is done. Two that are given the same crews are told the same. */
int64_t workers_take(struct workers *workers, const struct task_of_crew *task, int64_t now);

#endif
