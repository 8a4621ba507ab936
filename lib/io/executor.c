#include "base/memory.h"
#include "core/task.h"
#include "io/pool.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <unistd.h>

struct haul_executor {
    struct haul__closer closer; /* of the loop's own: in the loop's list */
    struct haul_loop *loop;
    struct haul__pool *pool;
    struct haul_list awaited; /* struct haul__work that a task awaits */
    int64_t join_timeout;
};

static unsigned default_max_workers(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 5 : cores > 28 ? 32 : (unsigned)cores + 4;
}

int haul_executor_create(struct haul_loop *loop, unsigned max_workers, struct haul_executor **ret_executor)
{
    struct haul_executor *executor = haul__allocate_zeroed(sizeof(*executor));
    if (!executor)
        return -ENOMEM;
    int code = haul__pool_create(loop, max_workers > 0 ? max_workers : default_max_workers(), &executor->pool);
    if (code < 0) {
        haul__free(executor);
        return code;
    }
    haul__list_init(&executor->closer.link);
    haul__list_init(&executor->awaited);
    executor->loop = loop;
    executor->join_timeout = 10 * HAUL_SECOND;
    *ret_executor = executor;
    return 0;
}

static void close_default(struct haul__closer *closer)
{
    struct haul_executor *executor = haul__container(closer, struct haul_executor, closer);
    struct haul_loop *loop = executor->loop;
    int code = haul_executor_destroy(executor);
    if (code != 0)
        haul__loop_report(loop, "jobs of the loop's executor still run, and are left to themselves", code);
}

int haul_executor_default(struct haul_loop *loop, struct haul_executor **ret_executor)
{
    for (struct haul_list *link = loop->closers.next; link != &loop->closers; link = link->next) {
        struct haul__closer *closer = haul__container(link, struct haul__closer, link);
        if (closer->close == close_default) {
            *ret_executor = haul__container(closer, struct haul_executor, closer);
            return 0;
        }
    }
    struct haul_executor *executor;
    int code = haul_executor_create(loop, 0, &executor);
    if (code < 0)
        return code;
    executor->closer.close = close_default;
    haul__list_append(&loop->closers, &executor->closer.link);
    *ret_executor = executor;
    return 0;
}

void haul_executor_set_join_timeout(struct haul_executor *executor, int64_t duration)
{
    executor->join_timeout = duration;
}

/* The await of WORK is over. */
static void end_await(struct haul__work *work)
{
    haul__list_remove(&work->sibling);
    haul_loop_release(haul_task_loop(work->task));
}

/* Ends the await of a work that has not begun with CODE. Not so: it has. */
static bool withdraw(struct haul_executor *executor, struct haul__work *work, int code)
{
    if (!haul__pool_withdraw(executor->pool, work))
        return false;
    end_await(work);
    haul__task_wake(work->task, code, (union haul_value){0});
    haul__work_destroy_data(work);
    haul__free(work);
    return true;
}

/* Ends the await of one that runs. Not so: it has ended, and its outcome is on its way. What belongs to the loop is
 * done before: once it is abandoned, the thread may free it. */
static bool abandon(struct haul_executor *executor, struct haul__work *work, int code)
{
    struct haul_task *task = work->task;
    haul__list_remove(&work->sibling);
    if (!haul__pool_abandon(executor->pool, work)) {
        work->executor = NULL;
        return false;
    }
    haul_loop_release(executor->loop);
    haul__task_wake(task, code, (union haul_value){0});
    return true;
}

static void cancel_await(struct haul_task *task)
{
    struct haul__work *work = haul__task_waited(task);
    struct haul_executor *executor = work->executor;
    if (!executor || (!withdraw(executor, work, HAUL_E_CANCELLED) && !abandon(executor, work, HAUL_E_CANCELLED)))
        haul__task_keep_request(task);
}

static void work_ended(struct haul__ready *ready)
{
    struct haul__work *work = haul__container(ready, struct haul__work, ended);
    struct haul_task *task = work->task;
    int code = work->code;
    union haul_value value = work->value;
    end_await(work);
    haul__free(work);
    haul__task_resume(task, code, value);
}

static const struct haul__ready_kind await_kind = {.cancel = cancel_await};
static const struct haul__ready_kind ended_kind = {.run = work_ended};

int haul_executor_destroy(struct haul_executor *executor)
{
    if (!executor)
        return 0;
    struct haul_list all;
    haul__list_init(&all);
    haul__list_splice(&all, &executor->awaited);
    while (!haul__list_is_empty(&all)) {
        struct haul__work *work = haul__container(all.next, struct haul__work, sibling);
        if (!withdraw(executor, work, HAUL_E_SHUTDOWN)) {
            haul__list_remove(&work->sibling);
            haul__list_append(&executor->awaited, &work->sibling);
        }
    }
    haul__pool_close(executor->pool, executor->join_timeout);
    while (!haul__list_is_empty(&executor->awaited))
        abandon(executor, haul__container(executor->awaited.next, struct haul__work, sibling), HAUL_E_SHUTDOWN);
    int code = haul__pool_destroy(executor->pool);
    haul__list_remove(&executor->closer.link);
    haul__free(executor);
    return code;
}

static int submit(struct haul_task *task, struct haul_executor *executor, struct haul_job job,
                  struct haul__work **ret_work)
{
    if (!executor) {
        int code = haul_executor_default(haul_task_loop(task), &executor);
        if (code < 0)
            return code;
    }
    assert(executor->loop == haul_task_loop(task) && "an executor of another loop");
    struct haul__work *work = haul__allocate_zeroed(sizeof(*work));
    if (!work)
        return -ENOMEM;
    work->ended.kind = &ended_kind;
    work->job = job;
    work->executor = executor;
    work->task = task;
    /* A task that was cancelled before has the cancel delivered here, and its job never runs. */
    int code = task->undelivered > 0 ? 0 : haul__pool_submit(executor->pool, work);
    if (code < 0) {
        haul__free(work);
        return code;
    }
    haul__list_append(&executor->awaited, &work->sibling);
    haul_loop_hold(executor->loop);
    *ret_work = work;
    return 0;
}

struct haul_await haul_run_in_executor(struct haul_task *task, struct haul_executor *executor, struct haul_job job)
{
    struct haul__work *work;
    int code = submit(task, executor, job, &work);
    if (code == 0)
        return haul__task_park(task, &await_kind, work);
    if (job.destroy_data)
        job.destroy_data(job.data);
    return haul__task_answer(task, code, (union haul_value){0});
}
