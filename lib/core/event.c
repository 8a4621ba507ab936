#include "core/line.h"

#include <haul/event.h>

void haul_event_init(struct haul_event *event)
{
    *event = (struct haul_event){0};
    haul__list_init(&event->waiters);
}

void haul_event_finish(struct haul_event *event)
{
    assert(haul__list_is_empty(&event->waiters));
    (void)event;
}

void haul_event_set(struct haul_event *event)
{
    event->set = 1;
    haul__line_wake_all(&event->waiters, 0);
}

void haul_event_clear(struct haul_event *event)
{
    event->set = 0;
}

int haul_event_is_set(const struct haul_event *event)
{
    return event->set;
}

struct haul_await haul_event_wait(struct haul_task *task, struct haul_event *event)
{
    if (event->set)
        return haul__task_answer(task, 0, (union haul_value){0});
    return haul__line_wait(task, &event->waiters);
}
