/* Barriers: so many tasks wait for each other, then all go on (asyncio: Barrier).
 *
 * A barrier can be used again at once: when the last of its parties has come, it is empty. A task that is cancelled
 * while it waits leaves its place to another. */
#ifndef HAUL_BARRIER_H
#define HAUL_BARRIER_H

#include <haul/coroutine.h>
#include <haul/embedded.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* Embedded by its owner. Its fields are private. */
struct haul_barrier {
    struct haul_list waiters; /* tasks, first come first */
    size_t parties;
    size_t waiting; /* how many these are */
    unsigned char broken;
};

/* PARTIES is at least 1. */
void haul_barrier_init(struct haul_barrier *barrier, size_t parties);

/* Nobody may be waiting. */
void haul_barrier_finish(struct haul_barrier *barrier);

/* Waits until all parties have come; not at all for the last of them. 0, and the value is an integer from 0 to
 * parties - 1, another for each, in the order in which they came; also where the task was cancelled afterwards.
 * HAUL_E_CANCELLED. HAUL_E_BROKEN: by haul_barrier_abort, or by haul_barrier_reset while it waited. */
HAUL__MUST_AWAIT struct haul_await haul_barrier_wait(struct haul_task *task, struct haul_barrier *barrier);

/* Makes it anew: who waits has HAUL_E_BROKEN, and the barrier is empty and not broken. */
void haul_barrier_reset(struct haul_barrier *barrier);

/* Breaks it: who waits, or comes before a reset, has HAUL_E_BROKEN. */
void haul_barrier_abort(struct haul_barrier *barrier);

/* How many are to come. */
size_t haul_barrier_parties(const struct haul_barrier *barrier);

/* How many wait (asyncio: Barrier.n_waiting). */
size_t haul_barrier_waiting(const struct haul_barrier *barrier);

/* Nonzero from an abort to the next reset. */
int haul_barrier_broken(const struct haul_barrier *barrier);

HAUL__END_C

#endif
