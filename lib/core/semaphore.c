#include "core/task.h"

#include <haul/error.h>
#include <haul/semaphore.h>

void haul_semaphore_init(struct haul_semaphore *semaphore, size_t places)
{
    haul__list_init(&semaphore->waiters);
    semaphore->free = places;
}

void haul_semaphore_finish(struct haul_semaphore *semaphore)
{
    assert(haul__list_is_empty(&semaphore->waiters));
    (void)semaphore;
}

static void cancel_acquire(struct haul_task *task)
{
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

struct haul_await haul_semaphore_acquire(struct haul_task *task, struct haul_semaphore *semaphore)
{
    if (haul_semaphore_try_acquire(semaphore))
        return haul__task_answer(task, 0, (union haul_value){0});
    struct haul_await await = haul__task_park(task, cancel_acquire, semaphore);
    haul__list_append(&semaphore->waiters, &task->ready.at.link);
    return await;
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
    if (haul__list_is_empty(&semaphore->waiters)) {
        semaphore->free++;
        return;
    }
    struct haul_task *task = haul__task_of_link(semaphore->waiters.next);
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, 0, (union haul_value){0});
}

size_t haul_semaphore_free(const struct haul_semaphore *semaphore)
{
    return semaphore->free;
}
