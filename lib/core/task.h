/* The inside of a task: how it is stepped, how a call makes it wait, and how what it waits for wakes it.
 *
 * A call that makes a task wait parks it: haul__task_park notes how the wait is ended when the task is cancelled
 * (kind->cancel). The task's `ready` node is free meanwhile: the call may put its link in a queue of waiters, or set
 * its timer. Whoever ends the wait calls haul__task_wake exactly once. Neither allocates. A task waits for one thing at
 * a time; that is why its waiting needs no memory of its own. */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include "core/future.h"

#include <haul/error.h>
#include <haul/group.h>
#include <haul/task.h>

/* Ends a wait early: takes the task out of where it waits and wakes it with HAUL_E_CANCELLED, or passes the cancel on
 * to what it waits for, which wakes it later. Where the outcome is on its way already it calls haul__task_keep_request,
 * and the request stays for the next await. */
typedef void haul__cancel_fn(struct haul_task *task);

/* 88 bytes, then the frame. What is needed at different times shares its place:
 *   - future.value is what the task waits for, then what the await gave, at the end the task's own;
 *   - future.of is the group, which knows the loop, and once the task has left its group, the loop;
 *   - ready.at is a place in the ready queue, in a line of those who wait, or among the timers;
 *   - ready.kind tells how it goes on and how its wait is cancelled;
 *   - the innermost coroutine, which is the one to step, stands where a coroutine has its parent, in the first one,
 *     which has none: from each goes a ring through those that await it. */
struct haul_task {
    struct haul_future future;
    struct haul__ready ready;
    struct haul_list sibling; /* in its group's tasks */
    uint64_t id : 46;         /* at a million a second good for two years */
    uint64_t cancelling : 9;  /* requests to end that were not taken back, HAUL__REQUESTS - 1 for all that are more */
    uint64_t undelivered : 9; /* of these, those that no await has given yet */
    uint64_t frame[];         /* its first coroutine's, aligned for everything: a task's own address is not */
};

static inline struct haul_coroutine *haul__task_first(const struct haul_task *task)
{
    return (struct haul_coroutine *)(void *)task->frame;
}

/* The innermost coroutine. */
static inline struct haul_coroutine *haul__task_leaf(const struct haul_task *task)
{
    return haul__task_first(task)->parent;
}

/* Makes CHILD the innermost, in the place of the one that awaits it. */
static inline void haul__task_enter(struct haul_task *task, struct haul_coroutine *child)
{
    child->parent = haul__task_leaf(task);
    haul__task_first(task)->parent = child;
}

/* What a parked task waits for. */
static inline void *haul__task_waited(const struct haul_task *task)
{
    return task->future.value.pointer;
}

/* Whether it is a task that has ended before an await of its own gave the last request to end: who passed that on to it
 * has the request still. */
static inline bool haul__future_is_unaware(const struct haul_future *future)
{
    return future->is_task && future->code != HAUL_E_CANCELLED &&
           haul__container(future, struct haul_task, future)->undelivered > 0;
}

/* For a haul__cancel_fn: the outcome is on its way. */
static inline void haul__task_keep_request(struct haul_task *task)
{
    task->undelivered = 1;
}

/* Has the next await give one request more, which was given already, or went to another task. */
static inline void haul__task_ask_again(struct haul_task *task)
{
    if (task->undelivered < HAUL__REQUESTS - 1)
        task->undelivered++;
}

/* The requests to end that were not taken back, without those that no await has given: with so many a scope begins.
 * What is given inside of it, on whatever grounds, is then no doing of the scope. */
static inline unsigned haul__task_given(const struct haul_task *task)
{
    return task->cancelling > task->undelivered ? task->cancelling - task->undelivered : 0;
}

/* Asks TASK to end, as haul_task_cancel, for a scope that takes its request back when it is left: with the answer,
 * which tells whether an await has given the request. */
uint16_t haul__task_request(struct haul_task *task);
void haul__task_take_back(struct haul_task *task, uint16_t request);

/* What a call that makes TASK wait returns. */
struct haul_await haul__task_park(struct haul_task *task, const struct haul__ready_kind *kind, void *waited);

/* What a call that need not wait returns. */
static inline struct haul_await haul__task_answer(struct haul_task *task, int code, union haul_value value)
{
    task->future.value = value;
    return (struct haul_await){code};
}

/* Ends the wait of a parked task: it goes on in the next iteration, with CODE and VALUE. */
void haul__task_wake(struct haul_task *task, int code, union haul_value value);

/* For a call that queued the task's `ready` node itself: notes what the await gives, and steps the task. */
void haul__task_resume(struct haul_task *task, int code, union haul_value value);

static inline bool haul__task_is_parked(const struct haul_task *task)
{
    return task->ready.kind->cancel != NULL;
}

static inline struct haul_task *haul__task_of_link(struct haul_list *link)
{
    return haul__container(link, struct haul_task, ready.at.link);
}

/* The two functions of those that wait for a future. */
void haul__future_wait_over(struct haul__ready *ready);
void haul__cancel_future_wait(struct haul_task *task);

/* As haul_future_wait, with another kind, whose `run` is haul__future_wait_over. */
struct haul_await haul__future_wait_as(struct haul_task *task, struct haul_future *future,
                                       const struct haul__ready_kind *kind);
/* The haul__cancel_fn of those that let the others run once. */
void haul__cancel_yield(struct haul_task *task);

/* Makes a task in GROUP. */
int haul__task_create_in(struct haul_group *group, struct haul_awaitable awaitable, struct haul_task **ret_task);

/* Unmakes a task that has not started, as if it had never been. */
void haul__task_discard(struct haul_task *task);

#endif
