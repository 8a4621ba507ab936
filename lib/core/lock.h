/* The inside of a lock: how a task that waits for something else comes to have it (see condition.c). */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "core/task.h"

#include <haul/lock.h>

/* Has TASK, which is parked and stands in no line, wait for the lock, if it is not free; with the lock it goes on, and
 * its await gives CODE. Until then a cancel is KIND's affair, which does not take it out of the line. */
void haul__lock_acquire_for(struct haul_lock *lock, struct haul_task *task, int code,
                            const struct haul__ready_kind *kind);

/* The CODE with which TASK will have the lock. */
int haul__lock_code(const struct haul_task *task);

#endif
