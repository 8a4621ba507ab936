/* Threads that run jobs. The loop's thread submits, abandons and closes; what has ended comes back by the loop's
 * mailbox. It knows no task.
 *
 * A work that is abandoned while it runs is never posted: the thread that runs it frees it. So threads touch the loop
 * only while somebody awaits their work, which keeps the loop alive. */
#ifndef IO_POOL_H
#define IO_POOL_H

#include "core/loop.h"

#include <haul/executor.h>

struct haul__pool;

/* Under the pool's mutex, but for a new one. */
enum haul__work_state { HAUL__WORK_NEW, HAUL__WORK_QUEUED, HAUL__WORK_RUNNING, HAUL__WORK_ABANDONED, HAUL__WORK_ENDED };

/* A job on its way. Allocated by its submitter. */
struct haul__work {
    struct haul__ready ended; /* its end, for the mailbox */
    struct haul_list link;    /* in the pool's queue */
    struct haul_job job;
    union haul_value value; /* once it has ended */
    int code;
    enum haul__work_state state;
    /* The executor's. */
    struct haul_executor *executor; /* NULL: it has been found ended, and outlives the executor perhaps */
    struct haul_list sibling;
    struct haul_task *task;
};

/* -ENOMEM. */
int haul__pool_create(struct haul_loop *loop, unsigned max_threads, struct haul__pool **ret_pool);

/* Puts a new work in line. -ENOMEM, -EAGAIN: there is no thread and none can be made, and it is as before. */
int haul__pool_submit(struct haul__pool *pool, struct haul__work *work);

/* Takes WORK out of the line, if it is not run yet: it is the submitter's, and never runs. */
bool haul__pool_withdraw(struct haul__pool *pool, struct haul__work *work);

/* Gives WORK, which runs, to the pool. Not so: it has ended, and is in the mailbox. */
bool haul__pool_abandon(struct haul__pool *pool, struct haul__work *work);

/* Calls the destructor of the job's data. */
void haul__work_destroy_data(struct haul__work *work);

/* Ends the threads, once nothing is in line. Waits for those that run a job no longer than DURATION. */
void haul__pool_close(struct haul__pool *pool, int64_t duration);

/* Behind haul__pool_close: joins the threads that have ended, and leaves the pool to the others; nobody awaits their
 * works any more. 0, or HAUL_E_TIMEOUT: there are others. */
int haul__pool_destroy(struct haul__pool *pool);

#endif
