/* Invariants of a gather while it runs: its tasks have successive numbers, so that a task's number tells its place, and
 * the gather holds nothing for each; the outcome of a task is written when it ends, that of a future at the end;
 * `running` counts those that have not ended; the waiting task is woken by the one that makes it 0. */
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
    struct gather *gather;      /* NULL: it is not waited for any more */
    struct haul_future *future; /* with a reference */
    size_t index;
};

struct gather {
    struct haul_group group;
    struct haul_task *waiter;
    struct haul_outcome *outcomes;
    size_t count;
    size_t running;
    uint64_t first_id; /* of its first task */
    int first_error;
    enum haul_gather_flags flags;
    bool waiter_cancelled;
    bool cancelled; /* the rest, by the gather: what ends cancelled from now on is no error */
    bool is_asking; /* it is cancelling the rest */
    size_t future_count;
    struct gathered_future futures[]; /* in the order of the arguments */
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
    return !haul_future_done(future) && future->is_delivering;
}

static void forgo(struct gathered_future *gathered)
{
    haul__future_remove_waiter(gathered->future, &gathered->ready);
    gathered->gather->running--;
    gathered->gather = NULL;
}

static struct haul_outcome outcome_of(struct haul_future *future, uint32_t index)
{
    if (!haul_future_done(future))
        return (struct haul_outcome){.code = HAUL_E_CANCELLED, .index = index};
    return haul__outcome_of(future, false, index);
}

static void conclude(struct gather *gather)
{
    for (size_t i = 0; i < gather->future_count; i++) {
        struct gathered_future *gathered = &gather->futures[i];
        gather->outcomes[gathered->index] = outcome_of(gathered->future, (uint32_t)gathered->index);
        haul_future_unref(gathered->future);
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

/* The place among the arguments of the task that is the N-th of the tasks: behind all futures that have less than N
 * tasks before them, or N. */
static size_t place_of_task(const struct gather *gather, size_t n)
{
    size_t low = 0;
    for (size_t high = gather->future_count; low < high;) {
        size_t middle = (low + high) / 2;
        if (gather->futures[middle].index - middle <= n)
            low = middle + 1;
        else
            high = middle;
    }
    return n + low;
}

static void task_ended(struct haul_group *group, struct haul_task *task)
{
    struct gather *gather = haul__container(group, struct gather, group);
    size_t index = place_of_task(gather, (size_t)(task->id - gather->first_id));
    gather->outcomes[index] = haul__outcome_of(&task->future, true, (uint32_t)index);
    one_ended(gather, task->future.code);
}

static void future_ended(struct haul__ready *ready)
{
    struct gathered_future *gathered = haul__container(ready, struct gathered_future, ready);
    one_ended(gathered->gather, gathered->future->code);
}

static const struct haul__ready_kind future_kind = {.run = future_ended};

/* Every one has ended, though the gather may not have been told of each. */
static bool is_over(const struct gather *gather)
{
    if (!haul__list_is_empty(&gather->group.tasks))
        return false;
    for (size_t i = 0; i < gather->future_count; i++)
        if (!haul_future_done(gather->futures[i].future))
            return false;
    return true;
}

static void cancel_gather(struct haul_task *task)
{
    struct gather *gather = haul__task_waited(task);
    if (is_over(gather)) {
        haul__task_keep_request(task);
        return;
    }
    /* What comes round in a ring is its own asking. */
    if (!gather->is_asking)
        gather->waiter_cancelled = true;
    cancel_rest(gather);
}

static const struct haul__ready_kind gather_kind = {.cancel = cancel_gather};

static void begin_futures(struct gather *gather)
{
    for (size_t i = 0; i < gather->future_count; i++) {
        struct gathered_future *gathered = &gather->futures[i];
        struct haul_future *future = gathered->future;
        assert(haul__future_loop(future) == gather->group.loop && "a future of another loop is gathered");
        assert(future != &gather->waiter->future && "a task gathers itself");
        haul_future_ref(future);
        if (haul_future_done(future))
            haul__loop_make_ready(gather->group.loop, &gathered->ready);
        else
            haul__future_add_waiter(future, &gathered->ready);
    }
}

/* Makes the tasks and notes the futures, for which there are so many PLACES; all or none. */
static int take_all(struct gather *gather, haul_source_fn *next, void *data, size_t places)
{
    for (size_t i = 0; i < gather->count; i++) {
        struct haul_awaitable awaitable;
        int code = next(data, &awaitable);
        assert(gather->group.loop->last_task_id + 1 == gather->first_id + i - gather->future_count &&
               "the source of a gather makes tasks");
        assert((code != 0 || awaitable.frame || gather->future_count < places) &&
               "a source gives what is no HAUL_CALL");
        if (code == 0 && !awaitable.frame)
            gather->futures[gather->future_count++] = (struct gathered_future){
                .ready.kind = &future_kind, .gather = gather, .future = awaitable.future, .index = i};
        else if (code == 0)
            code = haul__task_create_in(&gather->group, awaitable, NULL);
        if (code != 0) {
            while (!haul__list_is_empty(&gather->group.tasks))
                haul__task_discard(haul__container(gather->group.tasks.next, struct haul_task, sibling));
            return code;
        }
    }
    return 0;
}

static struct haul_await fail(struct haul_outcome *outcomes, size_t count, int code)
{
    for (size_t i = 0; i < count; i++)
        outcomes[i] = (struct haul_outcome){.code = code, .index = (uint32_t)i};
    return (struct haul_await){code};
}

static struct haul_await gather(struct haul_task *task, haul_source_fn *next, void *data, size_t count,
                                size_t future_count, enum haul_gather_flags flags, struct haul_outcome *outcomes)
{
    if (count == 0)
        return (struct haul_await){0};
    struct gather *gather = haul__allocate(sizeof(*gather) + future_count * sizeof(gather->futures[0]));
    if (!gather)
        return fail(outcomes, count, -ENOMEM);
    *gather = (struct gather){.waiter = task, .outcomes = outcomes, .count = count, .running = count, .flags = flags};
    haul_group_init(task, &gather->group);
    gather->group.ended = task_ended;
    gather->first_id = gather->group.loop->last_task_id + 1;
    int code = take_all(gather, next, data, future_count);
    if (code != 0) {
        haul__free(gather);
        return fail(outcomes, count, code);
    }
    begin_futures(gather);
    return haul__task_park(task, &gather_kind, gather);
}

/* DATA is the place in an array. */
static int next_of_array(void *data, struct haul_awaitable *ret_awaitable)
{
    const struct haul_awaitable **next = data;
    *ret_awaitable = *(*next)++;
    return 0;
}

struct haul_await haul_gather(struct haul_task *task, const struct haul_awaitable *awaitables, size_t count,
                              enum haul_gather_flags flags, struct haul_outcome *outcomes)
{
    size_t future_count = 0;
    for (size_t i = 0; i < count; i++)
        future_count += !awaitables[i].frame;
    return gather(task, next_of_array, &awaitables, count, future_count, flags, outcomes);
}

struct haul_await haul_gather_from(struct haul_task *task, haul_source_fn *next, void *data, size_t count,
                                   enum haul_gather_flags flags, struct haul_outcome *outcomes)
{
    return gather(task, next, data, count, 0, flags, outcomes);
}
