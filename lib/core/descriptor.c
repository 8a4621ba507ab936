#include "core/task.h"

#include <haul/descriptor.h>
#include <haul/error.h>

/* A wait has a watch of its own, for its time only: the number may be another file at the next wait, which the kernel
 * has to be told. */
static void end_wait(struct haul_task *task, int code)
{
    haul__watch_destroy(haul__task_waited(task));
    haul__task_wake(task, code, (union haul_value){0});
}

static void descriptor_ready(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    (void)events;
    end_wait(data, 0);
}

static void cancel_descriptor_wait(struct haul_task *task)
{
    end_wait(task, HAUL_E_CANCELLED);
}

static const struct haul__ready_kind descriptor_kind = {.cancel = cancel_descriptor_wait};

static struct haul_await wait_for(struct haul_task *task, int descriptor, int events)
{
    struct haul__watch *watch;
    int code = haul__watch_create(haul_task_loop(task)->poll, descriptor, descriptor_ready, task, &watch);
    if (code < 0)
        return (struct haul_await){code};
    haul__watch_set(watch, events);
    return haul__task_park(task, &descriptor_kind, watch);
}

struct haul_await haul_wait_readable(struct haul_task *task, int descriptor)
{
    return wait_for(task, descriptor, HAUL__READABLE);
}

struct haul_await haul_wait_writable(struct haul_task *task, int descriptor)
{
    return wait_for(task, descriptor, HAUL__WRITABLE);
}
