/* The inside of a future. */
#ifndef CORE_FUTURE_H
#define CORE_FUTURE_H

#include "core/loop.h"

#include <haul/future.h>

enum haul__future_state { HAUL__PENDING_STATE, HAUL__SETTLED_STATE };

struct haul_future {
    struct haul_loop *loop;
    struct haul_list
        *waiters;             /* the first of a ring of struct haul__ready, to be made ready when it settles; or NULL */
    union haul_value value;   /* a task's, while it runs: what its last await gave */
    haul_destroy_fn *destroy; /* for value.pointer, or NULL */
    uint32_t references;
    int16_t code;
    uint8_t state; /* enum haul__future_state */
    bool is_task : 1;
    bool taken : 1; /* somebody has seen its outcome */
};

void haul__future_init(struct haul_future *future, struct haul_loop *loop);

/* Settles it, once: makes all that waits ready, in order. */
void haul__future_settle(struct haul_future *future, int code);

/* Puts READY in line behind those that wait already; and takes it out again before it settles. */
void haul__future_add_waiter(struct haul_future *future, struct haul__ready *ready);
void haul__future_remove_waiter(struct haul_future *future, struct haul__ready *ready);

#endif
