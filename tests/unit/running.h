/* Running tasks bit by bit. */
#ifndef TESTS_RUNNING_H
#define TESTS_RUNNING_H

#include <haul/run.h>
#include <haul/task.h>

/* Makes a task, the caller's to end with end_task. */
struct haul_task *start_task(struct haul_loop *loop, struct haul_awaitable awaitable);

/* Runs the loop until the task has ended, and lets it go. Returns its code. */
int end_task(struct haul_loop *loop, struct haul_task *task);

/* Runs AWAITABLE as a task to its end. Returns its code. */
int run_task(struct haul_loop *loop, struct haul_awaitable awaitable);

/* One iteration of the loop, which waits if nothing is ready. */
void run_once(struct haul_loop *loop);

/* Cancels the task DATA: for haul_loop_call_soon. */
void cancel_task(void *data);

#endif
