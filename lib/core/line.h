/* Lines of tasks that wait for the same thing, first come first served. A task stands in one with its own `ready` node,
 * so that neither waiting nor waking needs memory. */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include "core/task.h"

/* Parks TASK at the end of LINE; a cancel takes it out. */
struct haul_await haul__line_wait(struct haul_task *task, struct haul_list *line);

/* The first in line, or NULL. */
struct haul_task *haul__line_first(const struct haul_list *line);

/* Takes TASK out of its line and wakes it. */
void haul__line_wake(struct haul_task *task, int code, union haul_value value);

/* Wakes all, first come first, with CODE and no value. */
void haul__line_wake_all(struct haul_list *line, int code);

#endif
