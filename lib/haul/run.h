/* Running a loop for a task, and whole programs (asyncio: run, run_until_complete). */
#ifndef HAUL_RUN_H
#define HAUL_RUN_H

#include <haul/gather.h>
#include <haul/linkage.h>
#include <haul/loop.h>

HAUL__BEGIN_C

/* Runs the loop until FUTURE is done and its done callbacks have been called: 0 whatever its outcome. HAUL_E_STOPPED:
 * haul_loop_stop was called first. HAUL_E_STALLED: it can never be done, since nothing is ready and nothing is left to
 * wait for. Negative errno. */
int haul_run_until_complete(struct haul_loop *loop, struct haul_future *future);

/* Makes a task of AWAITABLE, runs the loop until it has ended, and gives its outcome, the value the caller's to
 * finish. Answers as haul_run_until_complete, or -ENOMEM; where it has not ended the task stays in the loop. */
int haul_run_task(struct haul_loop *loop, struct haul_awaitable awaitable, struct haul_outcome *ret_outcome);

/* Cancels all tasks of the loop's own group, runs until they have ended, reports their errors, and destroys the loop.
 * A task that is made meanwhile, in another's `finally`, runs as long as one of those before does, and is cancelled
 * then; and a task that waits in its `finally` for what never comes is cancelled again. After 100 such rounds it gives
 * up, and the loop is still there: HAUL_E_BUSY where tasks go on making tasks, HAUL_E_STALLED where they go on waiting.
 * The loop is also there after a negative errno from waiting. The jobs of the loop's own executor are waited for within
 * its bound, see haul_executor_set_join_timeout. */
int haul_loop_finish(struct haul_loop *loop);

/* A whole program: makes a loop, runs AWAITABLE as its main task, with the first SIGINT cancelling it and the second
 * ending the process at once, also while a step holds up the loop (on the main thread alone, and unless SIGINT is
 * ignored or handled already), then finishes the loop. Errors that nobody takes are dropped, unless the main task sets
 * an exception handler (haul_loop_set_exception_handler). The main task's code, or what kept it from running or the
 * loop from being finished; its value, where the code is 0 and RET_VALUE is not NULL. */
int haul_run(struct haul_awaitable awaitable, union haul_value *ret_value);

HAUL__END_C

#endif
