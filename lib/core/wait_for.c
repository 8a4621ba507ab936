/* Invariants of a wait_for: what is awaited is settled before the waiting task is woken, always by way of `ready` in
 * the line of its future; the deadline, which is the timer in the waiting task's own `ready` node, and a cancel of that
 * task only ask it to end. */
#include "base/memory.h"
#include "core/outcome.h"
#include "core/task.h"

#include <haul/error.h>
#include <haul/wait.h>

#include <errno.h>

struct wait_for {
    struct haul_group group; /* of the task, where a coroutine was given */
    struct haul__ready ready;
    struct haul_future *future; /* with a reference */
    struct haul_task *waiter;
    struct haul_outcome *ret_outcome;
    bool is_own;
    bool expired; /* the deadline has had it cancelled */
    bool waiter_cancelled;
};

static void wake_waiter(struct wait_for *wait_for, int code)
{
    struct haul_task *waiter = wait_for->waiter;
    haul_future_unref(wait_for->future);
    haul__free(wait_for);
    haul__loop_clear_timer(haul_task_loop(waiter), &waiter->ready.at.timer);
    haul__task_wake(waiter, code, (union haul_value){0});
}

static void ended(struct haul__ready *ready)
{
    struct wait_for *wait_for = haul__container(ready, struct wait_for, ready);
    struct haul_outcome outcome = haul__outcome_of(wait_for->future, wait_for->is_own, 0);
    if (outcome.code == 0)
        *wait_for->ret_outcome = outcome;
    if (wait_for->waiter_cancelled && haul__future_is_unaware(wait_for->future))
        haul__task_ask_again(wait_for->waiter);
    bool is_timeout = outcome.code == HAUL_E_CANCELLED && wait_for->expired && !wait_for->waiter_cancelled;
    wake_waiter(wait_for, is_timeout ? HAUL_E_TIMEOUT : outcome.code);
}

static const struct haul__ready_kind ended_kind = {.run = ended};

/* The wait may be over behind it, where it closes a ring. */
static void expire(struct wait_for *wait_for)
{
    wait_for->expired = !haul_future_done(wait_for->future);
    haul_future_cancel(wait_for->future);
}

static void deadline_came(struct haul_timer *timer)
{
    expire(haul__task_waited(haul__container(timer, struct haul_task, ready.at.timer)));
}

/* Tasks that wait for each other in a ring: none would ever end, so the last waits no longer. */
static bool closes_ring(const struct wait_for *wait_for)
{
    struct haul_future *future = wait_for->future;
    return !wait_for->is_own && future->is_task && future->is_delivering;
}

/* Each request is passed on, so that a `finally` without end can be ended, too. */
static void cancel_wait_for(struct haul_task *task)
{
    struct wait_for *wait_for = haul__task_waited(task);
    if (haul_future_done(wait_for->future) && wait_for->future->code != HAUL_E_CANCELLED) {
        haul__task_keep_request(task);
        return;
    }
    if (closes_ring(wait_for)) {
        haul__future_remove_waiter(wait_for->future, &wait_for->ready);
        wake_waiter(wait_for, HAUL_E_CANCELLED);
        return;
    }
    wait_for->waiter_cancelled = true;
    haul_future_cancel(wait_for->future);
}

static const struct haul__ready_kind wait_for_kind = {.cancel = cancel_wait_for};

static int begin(struct wait_for *wait_for, struct haul_awaitable awaitable)
{
    haul_group_init(wait_for->waiter, &wait_for->group);
    wait_for->group.ended = NULL;
    wait_for->group.keeps_values = 1;
    struct haul_task *task;
    int code = wait_for->is_own ? haul__task_create_in(&wait_for->group, awaitable, &task) : 0;
    if (code == 0)
        wait_for->future = wait_for->is_own ? &task->future : haul_future_ref(awaitable.future);
    return code;
}

/* Its answer where it need not wait, or HAUL__PENDING. */
static int answer_at_once(struct haul_task *task, struct haul_awaitable awaitable, int64_t deadline,
                          struct haul_outcome *ret_outcome)
{
    if (awaitable.frame)
        return deadline <= haul_loop_now(haul_task_loop(task)) ? HAUL_E_TIMEOUT : HAUL__PENDING;
    assert(awaitable.future != &task->future && "a task awaits itself");
    assert(haul__future_loop(awaitable.future) == haul_task_loop(task) && "a task awaits a future of another loop");
    if (!haul_future_done(awaitable.future))
        return HAUL__PENDING;
    struct haul_outcome outcome = haul__outcome_of(awaitable.future, false, 0);
    if (outcome.code == 0)
        *ret_outcome = outcome;
    return outcome.code;
}

struct haul_await haul_wait_for(struct haul_task *task, struct haul_awaitable awaitable, int64_t deadline,
                                struct haul_outcome *ret_outcome)
{
    int code = answer_at_once(task, awaitable, deadline, ret_outcome);
    if (code != HAUL__PENDING)
        return (struct haul_await){code};
    struct haul_loop *loop = haul_task_loop(task);
    struct wait_for *wait_for = haul__allocate(sizeof(*wait_for));
    if (!wait_for)
        return (struct haul_await){-ENOMEM};
    *wait_for = (struct wait_for){
        .ready.kind = &ended_kind, .waiter = task, .ret_outcome = ret_outcome, .is_own = awaitable.frame != NULL};
    bool is_late = deadline <= haul_loop_now(loop);
    task->ready.at.timer.fire = deadline_came;
    code = haul__loop_set_timer(loop, &task->ready.at.timer, is_late ? HAUL_NEVER : deadline);
    if (code == 0)
        code = begin(wait_for, awaitable);
    if (code < 0) {
        haul__loop_clear_timer(loop, &task->ready.at.timer);
        haul__free(wait_for);
        return (struct haul_await){code};
    }
    haul__future_add_waiter(wait_for->future, &wait_for->ready);
    struct haul_await await = haul__task_park(task, &wait_for_kind, wait_for);
    if (is_late)
        expire(wait_for);
    return await;
}
