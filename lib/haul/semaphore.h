/* Semaphores: a number of places that tasks take and give back (asyncio: Semaphore, BoundedSemaphore). Fair: first
 * come, first served. */
#ifndef HAUL_SEMAPHORE_H
#define HAUL_SEMAPHORE_H

#include <haul/coroutine.h>
#include <haul/embedded.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* Embedded by its owner. Its fields are private. */
struct haul_semaphore {
    struct haul_list waiters; /* tasks, first come first */
    size_t free;              /* places */
    size_t most;              /* that can be free; SIZE_MAX: as many as are released */
};

/* PLACES may be 0. */
void haul_semaphore_init(struct haul_semaphore *semaphore, size_t places);

/* A bounded one: to release more places than were taken is a mistake. */
void haul_semaphore_init_bounded(struct haul_semaphore *semaphore, size_t places);

/* Nobody may be waiting. */
void haul_semaphore_finish(struct haul_semaphore *semaphore);

/* Takes a place, waiting for one in line. 0: it is taken, and to be released, also where the task was cancelled
 * meanwhile. HAUL_E_CANCELLED: it is not. Does not wait where one is free and nobody waits. */
HAUL__MUST_AWAIT struct haul_await haul_semaphore_acquire(struct haul_task *task, struct haul_semaphore *semaphore);

/* Takes a place if one is free and nobody waits: nonzero. */
int haul_semaphore_try_acquire(struct haul_semaphore *semaphore);

/* Gives a place back: to the first who waits. */
void haul_semaphore_release(struct haul_semaphore *semaphore);

/* Nonzero if an acquire would wait. */
int haul_semaphore_locked(const struct haul_semaphore *semaphore);

/* How many places are free. */
size_t haul_semaphore_free(const struct haul_semaphore *semaphore);

HAUL__END_C

#endif
