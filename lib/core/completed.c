#include "base/memory.h"
#include "core/task.h"

#include <haul/completed.h>
#include <haul/error.h>

#include <errno.h>

/* One of them: in its future's line of waiters, then in `done`, then given. */
struct entry {
    struct haul__ready ready;
    struct haul_completed *completed;
    struct haul_future *future; /* with a reference */
    bool is_own;                /* a task of the iteration's own group */
    enum { RUNNING, DONE, GIVEN } state;
};

struct haul_completed {
    struct haul_group group;
    struct haul_list done;    /* struct entry, in order of completion */
    struct haul_list waiters; /* tasks in haul_completed_next, whose `waited` is where the outcome goes */
    struct haul_task *leaver; /* the task in haul_completed_leave */
    bool leaver_cancelled;
    size_t count;
    size_t given;
    struct entry entries[];
};

static struct haul_outcome give(struct entry *entry)
{
    struct haul_outcome outcome = {.code = haul_future_code(entry->future),
                                   .index = (uint32_t)(entry - entry->completed->entries)};
    if (outcome.code == 0)
        outcome.value =
            entry->is_own ? haul_future_take(entry->future, &outcome.destroy) : haul_future_value(entry->future);
    entry->state = GIVEN;
    entry->completed->given++;
    return outcome;
}

static void free_all(struct haul_completed *completed)
{
    for (size_t i = 0; i < completed->count; i++) {
        struct entry *entry = &completed->entries[i];
        if (entry->state == RUNNING) /* in the line of its future, or on its way from there */
            haul__future_remove_waiter(entry->future, &entry->ready);
        haul_future_unref(entry->future);
    }
    haul__free(completed);
}

static void answer_waiter(struct haul_completed *completed, int code)
{
    struct haul_task *task = haul__task_of_link(completed->waiters.next);
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, code, (union haul_value){0});
}

static void entry_ended(struct haul__ready *ready)
{
    struct entry *entry = haul__container(ready, struct entry, ready);
    struct haul_completed *completed = entry->completed;
    entry->state = DONE;
    if (haul__list_is_empty(&completed->waiters)) {
        haul__list_append(&completed->done, &entry->ready.at.link);
        return;
    }
    struct haul_outcome *outcome = haul__task_of_link(completed->waiters.next)->waited;
    *outcome = give(entry);
    answer_waiter(completed, 0);
    while (completed->given == completed->count && !haul__list_is_empty(&completed->waiters))
        answer_waiter(completed, HAUL_E_DRAINED);
}

static void group_ended(struct haul_group *group, struct haul_task *task)
{
    (void)task;
    struct haul_completed *completed = haul__container(group, struct haul_completed, group);
    if (!completed->leaver || !haul__list_is_empty(&group->tasks))
        return;
    haul__task_wake(completed->leaver, completed->leaver_cancelled ? HAUL_E_CANCELLED : 0, (union haul_value){0});
    free_all(completed);
}

/* Starts or notes what is given; all or nothing. */
static int begin(struct haul_completed *completed, const struct haul_awaitable *awaitables)
{
    for (size_t i = 0; i < completed->count; i++) {
        struct entry *entry = &completed->entries[i];
        *entry = (struct entry){.ready.run = entry_ended, .completed = completed, .is_own = awaitables[i].frame};
        struct haul_task *task;
        int code = entry->is_own ? haul__task_create_in(&completed->group, awaitables[i], &task) : 0;
        if (code < 0) {
            completed->count = i;
            return code;
        }
        assert(entry->is_own || awaitables[i].future->loop == completed->group.loop);
        entry->future = entry->is_own ? &task->future : haul_future_ref(awaitables[i].future);
        if (haul_future_done(entry->future))
            haul__loop_make_ready(entry->future->loop, &entry->ready);
        else
            haul__future_add_waiter(entry->future, &entry->ready);
    }
    return 0;
}

int haul_as_completed(struct haul_task *task, const struct haul_awaitable *awaitables, size_t count,
                      struct haul_completed **ret_completed)
{
    struct haul_completed *completed = haul__allocate(sizeof(*completed) + count * sizeof(completed->entries[0]));
    if (!completed)
        return -ENOMEM;
    *completed = (struct haul_completed){.count = count};
    haul_group_init(task, &completed->group);
    completed->group.ended = group_ended;
    haul__list_init(&completed->done);
    haul__list_init(&completed->waiters);
    int code = begin(completed, awaitables);
    if (code < 0) {
        while (!haul__list_is_empty(&completed->group.tasks))
            haul__task_discard(haul__container(completed->group.tasks.next, struct haul_task, sibling));
        free_all(completed);
        return code;
    }
    *ret_completed = completed;
    return 0;
}

static void cancel_next(struct haul_task *task)
{
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

struct haul_await haul_completed_next(struct haul_task *task, struct haul_completed *completed,
                                      struct haul_outcome *ret_outcome)
{
    if (!haul__list_is_empty(&completed->done)) {
        struct entry *entry = haul__container(completed->done.next, struct entry, ready.at.link);
        haul__list_remove(&entry->ready.at.link);
        *ret_outcome = give(entry);
        return (struct haul_await){0};
    }
    if (completed->given == completed->count)
        return (struct haul_await){HAUL_E_DRAINED};
    struct haul_await await = haul__task_park(task, cancel_next, ret_outcome);
    haul__list_append(&completed->waiters, &task->ready.at.link);
    return await;
}

static void cancel_leave(struct haul_task *task)
{
    struct haul_completed *completed = task->waited;
    completed->leaver_cancelled = true;
    haul_group_cancel(&completed->group);
}

struct haul_await haul_completed_leave(struct haul_task *task, struct haul_completed *completed)
{
    if (!completed)
        return (struct haul_await){0};
    assert(haul__list_is_empty(&completed->waiters));
    haul_group_cancel(&completed->group);
    if (haul__list_is_empty(&completed->group.tasks)) {
        free_all(completed);
        return (struct haul_await){0};
    }
    completed->leaver = task;
    return haul__task_park(task, cancel_leave, completed);
}
