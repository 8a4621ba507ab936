/* Executors: pools of threads for calls that block (asyncio: loop.run_in_executor, ThreadPoolExecutor).
 *
 *     HAUL_AWAIT(haul_run_in_executor(task, NULL, (struct haul_job){.fn = read_all, .data = path}));
 *     self->text = haul_awaited(task).pointer;
 *
 * A job is a function that a thread of the pool calls, while the task awaits its end and the loop goes on. Threads are
 * made when there are more jobs than threads that wait for one, up to a maximum; after that jobs wait in line, which
 * is as long as there are tasks that await: what bounds the tasks bounds it. All signals but those of faults are
 * blocked in these threads, so that they reach the loop's.
 *
 * A cancel of the task ends the await at once. A job that waits in line is taken out and never runs; one that runs
 * cannot be stopped and runs on, alone. So what it reads and writes must outlive the await: DATA belongs to the job
 * from the call on, whatever the call answers, until its destructor has been called.
 *
 * An executor belongs to one loop, and is made, used and destroyed on that loop's thread. */
#ifndef HAUL_EXECUTOR_H
#define HAUL_EXECUTOR_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_executor;
struct haul_loop;

/* The call itself, on a thread of the pool. It answers the await's code: 0, having written RET_VALUE (zero before), or
 * an error, a code other than HAUL_E_CANCELLED. Of the loop and its tasks it may call haul_loop_call_soon_threadsafe
 * alone, and must have ended before the loop is destroyed where it does. */
typedef int haul_job_fn(void *data, union haul_value *ret_value);

struct haul_job {
    haul_job_fn *fn;
    void *data;
    /* Called with DATA exactly once, or NULL: on the thread that ran the job, right behind it; or on the loop's thread,
     * inside of what kept the job from running (the call itself, a cancel, the executor's end). */
    haul_destroy_fn *destroy_data;
    /* Called with the value's pointer, or NULL: on the thread that ran the job, where it answered 0 but nobody awaits
     * it any more. Otherwise the value is the awaiting task's. */
    haul_destroy_fn *destroy_value;
};

/* Makes an executor that has no thread yet. MAX_WORKERS: how many there are at most; 0: as many as the machine has
 * cores, and 4, but 32 at most. -ENOMEM. */
int haul_executor_create(struct haul_loop *loop, unsigned max_workers, struct haul_executor **ret_executor);

/* The loop's own executor, made at the first call. haul_loop_destroy destroys it, and so do haul_loop_finish and
 * haul_run; jobs that still run then are told of to the exception handler, with HAUL_E_TIMEOUT. -ENOMEM. */
int haul_executor_default(struct haul_loop *loop, struct haul_executor **ret_executor);

/* How long its end waits for jobs that run: a duration, 10 s to begin with (asyncio: 300 s); 0: not at all; HAUL_NEVER:
 * until they have ended. */
void haul_executor_set_join_timeout(struct haul_executor *executor, int64_t duration);

/* Destroys it. Jobs in line never run, and those who await them have HAUL_E_SHUTDOWN. Jobs that run are waited for, the
 * loop standing still meanwhile, as long as haul_executor_set_join_timeout says; what they answer until then reaches
 * who awaits it. 0: all threads have ended; also for NULL.
 * HAUL_E_TIMEOUT: some jobs still run, and who awaits them has HAUL_E_SHUTDOWN; their threads end when they do, after
 * the loop's end, too, and their values go to their destructors. */
int haul_executor_destroy(struct haul_executor *executor);

/* Has EXECUTOR run JOB, and awaits its end: its code and value. NULL: the loop's own executor.
 * HAUL_E_CANCELLED: the job was never run, or runs on alone; a job that has ended at the moment of the cancel gives its
 * value, and the request stays for the next await. HAUL_E_SHUTDOWN: see haul_executor_destroy. -ENOMEM; -EAGAIN: the
 * executor has no thread, and the system gives none. */
HAUL__MUST_AWAIT struct haul_await haul_run_in_executor(struct haul_task *task, struct haul_executor *executor,
                                                        struct haul_job job);

HAUL__END_C

#endif
