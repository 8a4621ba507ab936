#include "core/line.h"

#include <haul/semaphore.h>

void haul_semaphore_init(struct haul_semaphore *semaphore, size_t places)
{
    haul__list_init(&semaphore->waiters);
    semaphore->free = places;
    semaphore->most = SIZE_MAX;
}

void haul_semaphore_init_bounded(struct haul_semaphore *semaphore, size_t places)
{
    haul_semaphore_init(semaphore, places);
    semaphore->most = places;
}

void haul_semaphore_finish(struct haul_semaphore *semaphore)
{
    assert(haul__list_is_empty(&semaphore->waiters));
    (void)semaphore;
}

struct haul_await haul_semaphore_acquire(struct haul_task *task, struct haul_semaphore *semaphore)
{
    if (haul_semaphore_try_acquire(semaphore))
        return haul__task_answer(task, 0, (union haul_value){0});
    return haul__line_wait(task, &semaphore->waiters);
}

int haul_semaphore_try_acquire(struct haul_semaphore *semaphore)
{
    /* A place that is given back goes to who waits at once, so that none is free while somebody waits. */
    if (semaphore->free == 0)
        return 0;
    semaphore->free--;
    return 1;
}

void haul_semaphore_release(struct haul_semaphore *semaphore)
{
    assert(semaphore->free < semaphore->most && "more places are released than were taken");
    struct haul_task *task = haul__line_first(&semaphore->waiters);
    if (task)
        haul__line_wake(task, 0, (union haul_value){0});
    else
        semaphore->free++;
}

int haul_semaphore_locked(const struct haul_semaphore *semaphore)
{
    return semaphore->free == 0;
}

size_t haul_semaphore_free(const struct haul_semaphore *semaphore)
{
    return semaphore->free;
}
