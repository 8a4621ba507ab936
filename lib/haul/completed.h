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

#include <haul/duration.h>
#include <haul/gather.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_completed; /* an iteration */

/* Starts COUNT awaitables, in order, as haul_gather does. -ENOMEM, with nothing begun. */
int haul_as_completed(struct haul_task *task, const struct haul_awaitable *awaitables, size_t count,
                      struct haul_completed **ret_completed);

/* Begins an iteration over what NEXT gives, of which no more than LIMIT, 1 at least, are there at a time: running, or
 * ended and not given yet. So what it takes of memory goes by LIMIT, however many there are, and who is slow to take
 * outcomes slows down the source. NEXT is asked when there is room, inside haul_completed_next and, while tasks wait
 * in there, from the loop; nothing runs before the first haul_completed_next. Any code of NEXT but 0 ends the
 * iteration, when all outcomes were given, with that code; it is not called again then. Outcomes come in order of
 * completion; their index counts what NEXT gave. As a gather that fails fast: leave at the first error, which cancels
 * and awaits the rest. -ENOMEM. */
int haul_gather_limited(struct haul_task *task, size_t limit, haul_source_fn *next, void *data,
                        struct haul_completed **ret_completed);

/* A deadline on the loop's clock for the whole, HAUL_NEVER for none, as at the start. Behind it haul_completed_next
 * gives what has ended, but HAUL_E_TIMEOUT where it would have to wait. It cancels nothing: what runs goes on, and with
 * a later deadline, or none, the iteration can be resumed. -ENOMEM: it stands, but does not end a wait. */
int haul_completed_set_deadline(struct haul_completed *completed, int64_t deadline);

/* Waits for the next one that ends: its outcome, with its place among the arguments, the value the caller's to finish.
 * RET_OUTCOME outlives the await. An error of one is in its outcome and stops nobody. Several tasks may wait: the
 * first who asked gets the first. HAUL_E_DRAINED: all were given. HAUL_E_TIMEOUT: see haul_completed_set_deadline.
 * HAUL_E_CANCELLED: the waiting task was cancelled; the rest runs on, and the iteration can be resumed. Of
 * haul_gather_limited also, when all were given, its source's code, or -ENOMEM: what it gave last could not begin. */
HAUL__MUST_AWAIT struct haul_await haul_completed_next(struct haul_task *task, struct haul_completed *completed,
                                                       struct haul_outcome *ret_outcome);

/* Ends the iteration: cancels its tasks that still run, waits until they have ended, finishes what was not taken, and
 * frees COMPLETED. A future that was given runs on. Nobody may be waiting. NULL is fine. Always gives 0 or
 * HAUL_E_CANCELLED, and is done in both cases. */
HAUL__MUST_AWAIT struct haul_await haul_completed_leave(struct haul_task *task, struct haul_completed *completed);

HAUL__END_C

#endif
