/* Invariants of a gather while it runs: outcomes[i].value.pointer is the i-th task, or the future that was
 * given, with a reference; `running` counts those that have not ended; the waiting task is woken by the one that makes
 * it 0. */
#include "base/memory.h"
#include "core/outcome.h"
#include "core/task.h"

#include <haul/error.h>
#include <haul/gather.h>

#include <errno.h>

struct gather;

/* One future among what is gathered. */
struct gathered_future {
    struct haul__ready ready;
    struct gather *gather; /* NULL: it is not waited for any more */
    struct haul_future *future;
};

struct gather {
    struct haul_group group;
    struct haul_task *waiter;
    struct haul_outcome *outcomes;
    size_t count;
    size_t running;
    int first_error;
    enum haul_gather_flags flags;
    bool waiter_cancelled;
    bool cancelled; /* the rest, by the gather: what ends cancelled from now on is no error */
    bool is_asking; /* it is cancelling the rest */
    size_t future_count;
    struct gathered_future futures[];
};

void haul_outcome_finish(struct haul_outcome *outcome)
{
    if (outcome->code == 0 && outcome->destroy)
        outcome->destroy(outcome->value.pointer);
    outcome->destroy = NULL;
}

/* Tasks that wait for each other in a ring: none would ever end, so the last waits no longer. */
static bool closes_ring(const struct haul_future *future)
{
    return future->is_task && !haul_future_done(future) &&
           haul__container(future, struct haul_task, future)->is_delivering;
}

static void forgo(struct gathered_future *gathered)
{
    haul__future_remove_waiter(gathered->future, &gathered->ready);
    gathered->gather->running--;
    gathered->gather = NULL;
}

static struct haul_outcome outcome_of(struct haul_future *future, bool is_borrowed, uint32_t index)
{
    if (!haul_future_done(future))
        return (struct haul_outcome){.code = HAUL_E_CANCELLED, .index = index};
    return haul__outcome_of(future, !is_borrowed, index);
}

static void conclude(struct gather *gather)
{
    size_t next_future = 0;
    for (size_t i = 0; i < gather->count; i++) {
        struct haul_future *future = gather->outcomes[i].value.pointer;
        bool is_borrowed = next_future < gather->future_count && gather->futures[next_future].future == future;
        next_future += is_borrowed;
        gather->outcomes[i] = outcome_of(future, is_borrowed, (uint32_t)i);
        haul_future_unref(future);
    }
    struct haul_task *waiter = gather->waiter;
    int code = gather->waiter_cancelled                    ? HAUL_E_CANCELLED
               : gather->flags & HAUL_GATHER_RETURN_ERRORS ? 0
                                                           : gather->first_error;
    haul__free(gather);
    haul__task_wake(waiter, code, (union haul_value){0});
}

/* Whoever is asked may come back to this gather, which counts one more meanwhile, so as not to be over. */
static void cancel_rest(struct gather *gather)
{
    bool was_asking = gather->is_asking;
    gather->cancelled = true;
    gather->is_asking = true;
    gather->running++;
    haul_group_cancel(&gather->group);
    for (size_t i = 0; i < gather->future_count; i++) {
        struct gathered_future *gathered = &gather->futures[i];
        if (gathered->gather && closes_ring(gathered->future))
            forgo(gathered);
        else
            haul_future_cancel(gathered->future);
    }
    gather->is_asking = was_asking;
    if (--gather->running == 0)
        conclude(gather);
}

static void one_ended(struct gather *gather, int code)
{
    bool is_error = code != 0 && !(code == HAUL_E_CANCELLED && gather->cancelled);
    if (is_error && gather->first_error == 0) {
        gather->first_error = code;
        if (!(gather->flags & HAUL_GATHER_RETURN_ERRORS))
            cancel_rest(gather);
    }
    if (--gather->running == 0)
        conclude(gather);
}

static void task_ended(struct haul_group *group, struct haul_task *task)
{
    one_ended(haul__container(group, struct gather, group), task->future.code);
}

static void future_ended(struct haul__ready *ready)
{
    struct gathered_future *gathered = haul__container(ready, struct gathered_future, ready);
    one_ended(gathered->gather, gathered->future->code);
}

static void cancel_gather(struct haul_task *task)
{
    struct gather *gather = task->waited;
    /* What comes round in a ring is its own asking. */
    if (!gather->is_asking)
        gather->waiter_cancelled = true;
    cancel_rest(gather);
}

static void add_future(struct gather *gather, struct haul_future *future, size_t index)
{
    assert(future->loop == gather->group.loop && "a future of another loop is gathered");
    assert(future != &gather->waiter->future && "a task gathers itself");
    struct gathered_future *gathered = &gather->futures[gather->future_count++];
    *gathered = (struct gathered_future){.ready.run = future_ended, .gather = gather, .future = future};
    gather->outcomes[index].value.pointer = haul_future_ref(future);
    if (haul_future_done(future))
        haul__loop_make_ready(future->loop, &gathered->ready);
    else
        haul__future_add_waiter(future, &gathered->ready);
}

/* Makes the tasks; all or none. */
static int make_tasks(struct gather *gather, const struct haul_awaitable *awaitables)
{
    for (size_t i = 0; i < gather->count; i++) {
        struct haul_task *task;
        if (!awaitables[i].frame)
            continue;
        int code = haul__task_create_in(&gather->group, awaitables[i], &task);
        if (code < 0) {
            while (!haul__list_is_empty(&gather->group.tasks)) {
                task = haul__container(gather->group.tasks.next, struct haul_task, sibling);
                haul_task_unref(task);
                haul__task_discard(task);
            }
            return code;
        }
        gather->outcomes[i].value.pointer = &task->future;
    }
    return 0;
}

static struct haul_await fail(struct haul_outcome *outcomes, size_t count, int code)
{
    for (size_t i = 0; i < count; i++)
        outcomes[i] = (struct haul_outcome){.code = code, .index = (uint32_t)i};
    return (struct haul_await){code};
}

struct haul_await haul_gather(struct haul_task *task, const struct haul_awaitable *awaitables, size_t count,
                              enum haul_gather_flags flags, struct haul_outcome *outcomes)
{
    if (count == 0)
        return (struct haul_await){0};
    size_t future_count = 0;
    for (size_t i = 0; i < count; i++)
        future_count += !awaitables[i].frame;
    struct gather *gather = haul__allocate(sizeof(*gather) + future_count * sizeof(gather->futures[0]));
    if (!gather)
        return fail(outcomes, count, -ENOMEM);
    *gather = (struct gather){.waiter = task, .outcomes = outcomes, .count = count, .running = count, .flags = flags};
    haul_group_init(task, &gather->group);
    gather->group.ended = task_ended;
    int code = make_tasks(gather, awaitables);
    if (code < 0) {
        haul__free(gather);
        return fail(outcomes, count, code);
    }
    for (size_t i = 0; i < count; i++)
        if (!awaitables[i].frame)
            add_future(gather, awaitables[i].future, i);
    return haul__task_park(task, cancel_gather, gather);
}
