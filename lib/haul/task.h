/* Tasks: coroutines that run by themselves, side by side (asyncio: Task).
 *
 * A task is a future, settled with what its coroutine returns. It starts in the next iteration of its loop, in the
 * order of creation, and belongs to a group (<haul/group.h>) which holds it until it has ended. Task and frame are one
 * allocation at most.
 *
 * Cancellation is a request, delivered at an await as HAUL_E_CANCELLED, once; requests that come before the task has
 * its turn are delivered together. It is never lost: where the awaited thing is done already, or is a task that fails
 * before it has seen the request, the await gives its outcome and the request stays for the next await; where the body
 * returns a value first, the task is cancelled and the value goes to its destructor. */
#ifndef HAUL_TASK_H
#define HAUL_TASK_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_loop;

/* Makes a task in the loop's own group. AWAITABLE is a HAUL_CALL. Where RET_TASK is not NULL it gets a reference, the
 * caller's to drop with haul_task_unref. -ENOMEM. */
int haul_task_create(struct haul_loop *loop, struct haul_awaitable awaitable, struct haul_task **ret_task);

struct haul_task *haul_task_ref(struct haul_task *task);
void haul_task_unref(struct haul_task *task); /* NULL is fine; a running task runs on */

/* Asks it to end. Nonzero unless it was done. Each call counts, see haul_task_uncancel. */
int haul_task_cancel(struct haul_task *task);

/* Takes back one request, as timeouts and groups do that made it; how many are left (asyncio: Task.uncancel). With
 * none left a request that was not delivered is not delivered any more. */
unsigned haul_task_uncancel(struct haul_task *task);

/* How many requests have not been taken back (asyncio: Task.cancelling). More than 511 count as so many. */
unsigned haul_task_cancelling(const struct haul_task *task);

/* Its number: from 1 in each loop, never used again. */
uint64_t haul_task_id(const struct haul_task *task);

/* Gives it a name, for people: a copy, gone when the task dies. -ENOMEM: it keeps the one that it had. */
int haul_task_set_name(struct haul_task *task, const char *name);

/* Its name: the one it was given, good until it is given another or dies; or "Task-" and its number, which is written
 * to ROOM, of HAUL_TASK_NAME_SIZE bytes. */
#define HAUL_TASK_NAME_SIZE 32
const char *haul_task_name(const struct haul_task *task, char *room);

/* How far it has come. To ask is not to take its error: see haul_future_code. */
enum haul_task_state {
    HAUL_TASK_CREATED,   /* it has not started */
    HAUL_TASK_READY,     /* it has its turn in the next iteration */
    HAUL_TASK_WAITING,   /* it is in an await; what it waits for may have come in this very iteration */
    HAUL_TASK_RUNNING,   /* its step runs now */
    HAUL_TASK_FINISHED,  /* it has ended, with a value or an error, which its future has */
    HAUL_TASK_CANCELLED, /* it has ended as cancelled */
};
enum haul_task_state haul_task_state(const struct haul_task *task);

/* Its future, borrowed. */
struct haul_future *haul_task_future(struct haul_task *task);

struct haul_loop *haul_task_loop(const struct haul_task *task);

/* The task whose step runs now, or NULL. */
struct haul_task *haul_task_current(const struct haul_loop *loop);

/* How many tasks of LOOP have not ended. */
size_t haul_loop_task_count(const struct haul_loop *loop);

/* Calls FN with each of them, of every group, in no certain order (asyncio: all_tasks). FN may cancel them; it makes no
 * task, and drops no reference. */
typedef void haul_task_fn(struct haul_task *task, void *data);
void haul_loop_each_task(const struct haul_loop *loop, haul_task_fn *fn, void *data);

/* Awaits OTHER's end: its code and value. A cancel of the waiting task cancels OTHER and waits on until it has ended.
 * Awaiting oneself is a mistake. */
HAUL__MUST_AWAIT struct haul_await haul_task_wait(struct haul_task *task, struct haul_task *other);

/* The task as something to gather. It stays in its own group. */
struct haul_awaitable haul_task_awaitable(struct haul_task *task);

/* As HAUL_RETURN, for a value that must not be lost: DESTROY is called with its pointer if nobody takes it. It
 * concerns the task's own coroutine; a child's value always reaches its parent. */
#define HAUL_RETURN_OWNED(destroy_fn, ...)                                                                             \
    do {                                                                                                               \
        haul_task_own_value(task, (destroy_fn));                                                                       \
        HAUL_RETURN(__VA_ARGS__);                                                                                      \
    } while (0)
void haul_task_own_value(struct haul_task *task, haul_destroy_fn *destroy);

HAUL__END_C

#endif
