/* Futures: an outcome that will be there later (asyncio: Future).
 *
 * A future settles once, with a value, an error or as cancelled. Who waits for it is told later, from the loop, in the
 * order of asking, never inside the call that settles it. Settling, waking and cancelling allocate nothing. */
#ifndef HAUL_FUTURE_H
#define HAUL_FUTURE_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_future;
struct haul_loop;

/* Makes a pending future with one reference. -ENOMEM. */
int haul_future_create(struct haul_loop *loop, struct haul_future **ret_future);

struct haul_future *haul_future_ref(struct haul_future *future);

/* Drops a reference; NULL is fine. With the last one the future dies, and a value that nobody took is destroyed. */
void haul_future_unref(struct haul_future *future);

/* Settles it with a value. DESTROY, if not NULL, is called with VALUE.pointer when the future dies, unless
 * haul_future_take took the value. HAUL_E_SETTLED: it had an outcome, and VALUE stays the caller's. */
int haul_future_set_value(struct haul_future *future, union haul_value value, haul_destroy_fn *destroy);

/* Settles it with an error, a code other than 0 and HAUL_E_CANCELLED. HAUL_E_SETTLED: it had an outcome. */
int haul_future_set_error(struct haul_future *future, int code);

/* Asks it to end as cancelled. A plain future is at once; a task: see haul_task_cancel. Nonzero if it was pending. */
int haul_future_cancel(struct haul_future *future);

/* Nonzero once it is settled. */
int haul_future_done(const struct haul_future *future);

/* Its code, once done: 0, HAUL_E_CANCELLED or the error, which is taken thereby. Before that it is a mistake to ask. */
int haul_future_code(struct haul_future *future);

/* Its value, once done with code 0; still the future's. */
union haul_value haul_future_value(const struct haul_future *future);

/* Gives the value away: its destructor (NULL for none) is from now on the caller's affair. */
union haul_value haul_future_take(struct haul_future *future, haul_destroy_fn **ret_destroy);

/* Has FN called with FUTURE and DATA from the loop once it is done; soon, if it is. FN is called once, or never if
 * the future dies pending. -ENOMEM. */
typedef void haul_done_fn(struct haul_future *future, void *data);
int haul_future_add_done_callback(struct haul_future *future, haul_done_fn *fn, void *data);

/* Takes back all callbacks with this FN and DATA; how many there were. Once the future is done they are on their way,
 * and none is taken back. */
size_t haul_future_remove_done_callback(struct haul_future *future, haul_done_fn *fn, void *data);

/* Awaits it: its code, and its value as haul_awaited. Does not wait where it is done. A cancel of the waiting task
 * cancels the future. */
HAUL__MUST_AWAIT struct haul_await haul_future_wait(struct haul_task *task, struct haul_future *future);

/* The future as something to gather or wait for. Borrowed: it must live until the gather is over. */
struct haul_awaitable haul_future_awaitable(struct haul_future *future);

HAUL__END_C

#endif
