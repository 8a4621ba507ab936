/* Wait: several futures that run on, until enough of them are done (asyncio: wait, wait_for). */
#ifndef HAUL_WAIT_H
#define HAUL_WAIT_H

#include <haul/duration.h>
#include <haul/gather.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

enum haul_wait_until {
    HAUL_WAIT_ALL_COMPLETED,   /* every one is done */
    HAUL_WAIT_FIRST_COMPLETED, /* one is done */
    HAUL_WAIT_FIRST_EXCEPTION, /* one ended with an error, other than being cancelled; or every one is done */
};

/* Waits for COUNT futures, 1 at least, those of tasks among them, until enough are done or DEADLINE has come on the
 * loop's clock (HAUL_NEVER: none). Then haul_future_done tells which are. It cancels none of them, whatever happens,
 * and takes no outcome: an error is reported as if nobody had waited. Does not wait where enough are done. 0, also when
 * DEADLINE came first; HAUL_E_CANCELLED: the waiting task was cancelled, and they run on; -ENOMEM. */
HAUL__MUST_AWAIT struct haul_await haul_wait(struct haul_task *task, struct haul_future *const *futures, size_t count,
                                             enum haul_wait_until until, int64_t deadline);

/* Waits for AWAITABLE until DEADLINE on the loop's clock, HAUL_NEVER for no end. When it has come, what is awaited is
 * cancelled, and awaited until it has ended, `finally` and all. RET_OUTCOME outlives the await; its value is the
 * caller's to finish, a given future's stays the future's.
 *
 * A coroutine becomes a task of the wait's own. With a DEADLINE that has come already nothing of it runs, while a
 * future that is done gives its outcome all the same.
 *
 * Who comes first is decided in one place. A value that comes though its task was asked to end is given, and so is one
 * that comes before an await of the coroutine has given the cancel. A cancel of the waiting task is passed on; where
 * what is awaited has ended without seeing it, its outcome is given and the request stays for the next await.
 *
 * 0; HAUL_E_TIMEOUT: DEADLINE came and it ended as cancelled; its own error, also one that came of the cancelling;
 * HAUL_E_CANCELLED: the waiting task was cancelled, or what is awaited, by others; -ENOMEM, with nothing begun. */
HAUL__MUST_AWAIT struct haul_await haul_wait_for(struct haul_task *task, struct haul_awaitable awaitable,
                                                 int64_t deadline, struct haul_outcome *ret_outcome);

HAUL__END_C

#endif
