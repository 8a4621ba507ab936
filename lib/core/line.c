#include "core/line.h"

#include <haul/error.h>

static void cancel_wait(struct haul_task *task)
{
    haul__line_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

static const struct haul__ready_kind line_kind = {.cancel = cancel_wait};

struct haul_await haul__line_wait(struct haul_task *task, struct haul_list *line)
{
    struct haul_await await = haul__task_park(task, &line_kind, NULL);
    haul__list_append(line, &task->ready.at.link);
    return await;
}

struct haul_task *haul__line_first(const struct haul_list *line)
{
    return haul__list_is_empty(line) ? NULL : haul__task_of_link(line->next);
}

void haul__line_wake(struct haul_task *task, int code, union haul_value value)
{
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, code, value);
}

void haul__line_wake_all(struct haul_list *line, int code)
{
    for (struct haul_task *task; (task = haul__line_first(line));)
        haul__line_wake(task, code, (union haul_value){0});
}
