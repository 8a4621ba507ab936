/* The inside of a task: how it is stepped, how a call makes it wait, and how what it waits for wakes it.
 *
 * A call that makes a task wait parks it: haul__task_park notes how the wait is ended when the task is cancelled. The
 * task's `ready` node is free meanwhile: the call may put its link in a queue of waiters, or set its timer. Whoever
 * ends the wait calls haul__task_wake exactly once. Neither allocates. A task waits for one thing at a time; that is
 * why its waiting needs no memory of its own. */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include "core/future.h"

#include <haul/group.h>
#include <haul/task.h>

/* Ends a wait early: takes the task out of where it waits and wakes it with HAUL_E_CANCELLED, or passes the cancel on
 * to what it waits for, which wakes it later. Where the outcome is on its way already it sets task->undelivered, and
 * the request stays for the next await. */
typedef void haul__cancel_fn(struct haul_task *task);

struct haul_task {
    struct haul_future future;
    struct haul__ready ready;
    struct haul_coroutine *leaf;  /* the innermost coroutine, the one to step */
    haul__cancel_fn *cancel_wait; /* not NULL while it is parked */
    void *waited;                 /* for cancel_wait: what it waits for */
    struct haul_group *group;
    struct haul_list sibling; /* in group->tasks */
    uint64_t id;
    uint16_t cancelling;  /* requests not taken back */
    uint16_t undelivered; /* of these, those that no await has given yet */
    uint16_t deliveries;  /* how often an await has given some, modulo 2^16 */
    bool started;
    bool is_delivering;  /* in cancel_wait, which may come back to it where tasks wait in a ring */
    max_align_t frame[]; /* its first coroutine's */
};

/* Asks TASK to end, as haul_task_cancel, for a scope that takes its request back when it is left: with the answer,
 * which tells whether an await has given the request. */
uint16_t haul__task_request(struct haul_task *task);
void haul__task_take_back(struct haul_task *task, uint16_t request);

/* What a call that makes TASK wait returns. */
struct haul_await haul__task_park(struct haul_task *task, haul__cancel_fn *cancel_wait, void *waited);

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
    return task->cancel_wait != NULL;
}

static inline struct haul_task *haul__task_of_link(struct haul_list *link)
{
    return haul__container(link, struct haul_task, ready.at.link);
}

/* The haul__cancel_fn of those that wait for a future. */
void haul__cancel_future_wait(struct haul_task *task);

/* The haul__cancel_fn of those that let the others run once. */
void haul__cancel_yield(struct haul_task *task);

/* Makes a task in GROUP. */
int haul__task_create_in(struct haul_group *group, struct haul_awaitable awaitable, struct haul_task **ret_task);

/* Unmakes a task that has not started, as if it had never been. */
void haul__task_discard(struct haul_task *task);

#endif
