/* Events: something that has happened or not, and tasks that wait until it has (asyncio: Event). */
#ifndef HAUL_EVENT_H
#define HAUL_EVENT_H

#include <haul/coroutine.h>
#include <haul/embedded.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* Embedded by its owner. Its fields are private. */
struct haul_event {
    struct haul_list waiters; /* tasks, first come first */
    unsigned char set;
};

/* Not set. */
void haul_event_init(struct haul_event *event);

/* Nobody may be waiting. */
void haul_event_finish(struct haul_event *event);

/* Sets it; all who wait go on, in the order in which they came, though it be cleared before they have their turn. */
void haul_event_set(struct haul_event *event);

/* From now on tasks wait again. */
void haul_event_clear(struct haul_event *event);

/* Nonzero while it is set. */
int haul_event_is_set(const struct haul_event *event);

/* Waits until it is set; not at all if it is. 0: it was set, also where the task was cancelled afterwards.
 * HAUL_E_CANCELLED. A task for which it has to be set still waits again in a loop:
 *     while (!haul_event_is_set(event))
 *         HAUL_AWAIT(haul_event_wait(task, event)); */
HAUL__MUST_AWAIT struct haul_await haul_event_wait(struct haul_task *task, struct haul_event *event);

HAUL__END_C

#endif
