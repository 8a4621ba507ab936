/* The inside of a future. */
#ifndef CORE_FUTURE_H
#define CORE_FUTURE_H

#include "core/loop.h"

#include <haul/future.h>

struct haul_future {
    struct haul_list
        *waiters;             /* the first of a ring of struct haul__ready, to be made ready when it settles; or NULL */
    union haul_value value;   /* a task's, while it runs: what its last await gave, or what it waits for */
    haul_destroy_fn *destroy; /* for value.pointer, or NULL */
    union {
        struct haul_loop *loop;
        struct haul_group *group; /* where is_grouped */
    } of;
    uint32_t references;
    int16_t code;
    uint16_t is_settled : 1;
    uint16_t taken : 1; /* somebody has seen its outcome */
    /* Of a task: */
    uint16_t is_task : 1;
    uint16_t is_apart : 1;   /* in the loop's memory of tasks */
    uint16_t is_grouped : 1; /* it has not ended; its group knows the loop */
    uint16_t
        is_delivering : 1; /* in its wait's cancel function, which may come back to it where tasks wait in a ring */
    uint16_t has_passed_on : 1; /* a request to end, in this wait, to the task that it waits for */
    uint16_t deliveries : 9;    /* how often an await has given requests to end, modulo HAUL__REQUESTS */
};

#define HAUL__REQUESTS 512 /* the range of what counts requests to end a task: 9 bits */

void haul__future_init(struct haul_future *future, struct haul_loop *loop);

static inline struct haul_loop *haul__future_loop(const struct haul_future *future)
{
    return future->is_grouped ? future->of.group->loop : future->of.loop;
}

/* Settles it, once: makes all that waits ready, in order. */
void haul__future_settle(struct haul_future *future, int code);

/* Puts READY in line behind those that wait already; and takes it out again before it settles. */
void haul__future_add_waiter(struct haul_future *future, struct haul__ready *ready);
void haul__future_remove_waiter(struct haul_future *future, struct haul__ready *ready);

#endif
