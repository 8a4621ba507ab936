/* As completed: run several at once and have each outcome as it comes (asyncio: as_completed).
 *
 *     self->code = haul_as_completed(task, awaitables, 3, &self->completed);
 *     for (;;) {
 *         HAUL_AWAIT_CODE(self->code, haul_completed_next(task, self->completed, &self->outcome));
 *         if (self->code != 0)
 *             break;                               // HAUL_E_DRAINED at the end
 *         ...
 *     }
 *     HAUL_FINALLY;
 *     HAUL_AWAIT_CODE(self->code, haul_completed_leave(task, self->completed)); */
#ifndef HAUL_COMPLETED_H
#define HAUL_COMPLETED_H

#include <haul/gather.h>

struct haul_completed;

/* Starts COUNT awaitables, in order, as haul_gather does. -ENOMEM, with nothing begun. */
int haul_as_completed(struct haul_task *task, const struct haul_awaitable *awaitables, size_t count,
                      struct haul_completed **ret_completed);

/* Waits for the next one that ends: its outcome, with its place among the arguments, the value the caller's to finish.
 * RET_OUTCOME outlives the await. An error of one is in its outcome and stops nobody. Several tasks may wait: the
 * first who asked gets the first. HAUL_E_DRAINED: all were given. HAUL_E_CANCELLED: the waiting task was cancelled; the
 * rest runs on, and the iteration can be resumed. */
HAUL__MUST_AWAIT struct haul_await haul_completed_next(struct haul_task *task, struct haul_completed *completed,
                                                       struct haul_outcome *ret_outcome);

/* Ends the iteration: cancels its tasks that still run, waits until they have ended, finishes what was not taken, and
 * frees COMPLETED. A future that was given runs on. Nobody may be waiting. NULL is fine. Always gives 0 or
 * HAUL_E_CANCELLED, and is done in both cases. */
HAUL__MUST_AWAIT struct haul_await haul_completed_leave(struct haul_task *task, struct haul_completed *completed);

#endif
