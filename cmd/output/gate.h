/* A gate: open or closed; tasks that come while it is closed wait until it opens. */
#ifndef OUTPUT_GATE_H
#define OUTPUT_GATE_H

#include <haul/semaphore.h>

#include <stdbool.h>

/* Embedded by its owner. Its fields are private. */
struct gate {
    struct haul_semaphore place; /* one place, to be had while it is open */
    bool closed;
    bool held; /* the place was taken away, to keep it closed */
};

/* Open. */
void gate_init(struct gate *gate);

/* Nobody may be waiting. */
void gate_finish(struct gate *gate);

void gate_open(struct gate *gate);
void gate_close(struct gate *gate);

bool gate_is_open(const struct gate *gate);

/* Waits until the gate is open; who waits passes only if it still is when their turn comes. HAUL_E_CANCELLED. */
struct gate_pass {
    struct haul_coroutine coroutine;
    struct gate *gate;
};
haul_step_fn gate_pass;

#endif
