/* Gather: run several at once and have all outcomes, in the order of the arguments (asyncio: gather). For many, with a
 * limit on how many run at once, see haul_gather_limited in <haul/completed.h>. */
#ifndef HAUL_GATHER_H
#define HAUL_GATHER_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* How one of them came out. */
struct haul_outcome {
    union haul_value value;   /* where code is 0 */
    haul_destroy_fn *destroy; /* ends value.pointer's life; NULL: nothing to do */
    int code;                 /* 0, or why there is no value */
    uint32_t index;           /* its place among the arguments */
};

/* Destroys the outcome's value, if it has one that wants it. */
void haul_outcome_finish(struct haul_outcome *outcome);

enum haul_gather_flags {
    HAUL_GATHER_FAIL_FAST = 0,     /* the first error cancels the rest; the await gives it */
    HAUL_GATHER_RETURN_ERRORS = 1, /* errors are outcomes like others; the await gives 0 (return_exceptions=True) */
};

/* Runs COUNT awaitables at once, tasks started in the order of the arguments, and waits until every one has ended,
 * `finally` and all. OUTCOMES has room for COUNT and belongs to the gather until the await is over; then it holds
 * each task's own code and value, the values the caller's to finish. The await gives 0, the first error in time
 * (unless RETURN_ERRORS), HAUL_E_CANCELLED if the waiting task was cancelled (then all are), or -ENOMEM, with nothing
 * begun. A coroutine becomes a task of the gather's own group; a future is awaited where it is, and cancelled where
 * the rest is. In every case all OUTCOMES are valid, so that all errors are there (asyncio: ExceptionGroup): each
 * code but 0 and HAUL_E_CANCELLED, which those have that were cancelled because of the first error. A child that ends
 * cancelled unasked is an error, too. */
HAUL__MUST_AWAIT struct haul_await haul_gather(struct haul_task *task, const struct haul_awaitable *awaitables,
                                               size_t count, enum haul_gather_flags flags,
                                               struct haul_outcome *outcomes);

/* Gives what is to run next; it may make it on the spot, in DATA, since a frame is copied when this returns:
 *
 *     static int next(void *data, struct haul_awaitable *ret_awaitable)
 *     {
 *         struct list *list = data;
 *         if (list->next == list->end)
 *             return HAUL_E_DRAINED;
 *         list->work = HAUL_FRAME(work, .item = list->next++);
 *         *ret_awaitable = HAUL_AWAITABLE(list->work);
 *         return 0;
 *     }
 *
 * Any code but 0 says why there is no next one, HAUL_E_DRAINED that all were given. */
typedef int haul_source_fn(void *data, struct haul_awaitable *ret_awaitable);

/* The same of COUNT coroutines that NEXT gives one by one, before this returns, so that no array of them is needed
 * (asyncio: gather(*(work(item) for item in items))). NEXT makes no tasks, and gives no futures. Where it gives a code
 * other than 0 before COUNT, nothing has begun, and that is the await's. */
HAUL__MUST_AWAIT struct haul_await haul_gather_from(struct haul_task *task, haul_source_fn *next, void *data,
                                                    size_t count, enum haul_gather_flags flags,
                                                    struct haul_outcome *outcomes);

HAUL__END_C

#endif
