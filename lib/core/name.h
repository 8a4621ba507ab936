/* The names that tasks were given, in a table of their loop, so that a task without one pays nothing. The key is the
 * task's address, which is its own until it dies. */
#ifndef CORE_NAME_H
#define CORE_NAME_H

#include "core/loop.h"

struct haul__name;

/* Notes a copy of NAME for TASK, in place of the one before. -ENOMEM: that one stands. */
int haul__name_set(struct haul_loop *loop, const void *task, const char *name);

/* NULL: it has none. */
const char *haul__name_get(const struct haul_loop *loop, const void *task);

void haul__name_forget(struct haul_loop *loop, const void *task);

#endif
