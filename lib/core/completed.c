#include "base/memory.h"
#include "core/outcome.h"
#include "core/task.h"

#include <haul/completed.h>
#include <haul/error.h>

#include <errno.h>

/* A place for one of them: in `unused`; then in its future's line of waiters, or on its way from there; then in
 * `done`; then in `unused` again. */
struct entry {
    struct haul__ready ready;
    struct haul_completed *completed;
    struct haul_future *future; /* with a reference, unless it is unused */
    uint32_t index;
    bool is_own; /* a task of the iteration's own group */
};

struct haul_completed {
    struct haul_group group;
    struct haul_list unused;  /* struct entry */
    struct haul_list done;    /* struct entry, in order of completion */
    struct haul_list waiters; /* tasks in haul_completed_next, whose `waited` is where the outcome goes */
    struct haul_timer timer;  /* of the deadline */
    int64_t deadline;
    haul_source_fn *next; /* NULL: all were there from the start */
    void *data;
    int end;         /* what comes behind the last outcome; 0 while `next` has not been asked to its end */
    uint32_t begun;  /* how many there were so far */
    size_t running;  /* those that are not in `done` yet */
    bool is_pulling; /* in `next` */
    bool leaver_cancelled;
    struct haul_task *leaver; /* the task in haul_completed_leave */
    size_t count;
    struct entry entries[];
};

static struct entry *entry_of_link(struct haul_list *link)
{
    return haul__container(link, struct entry, ready.at.link);
}

static void free_all(struct haul_completed *completed)
{
    haul__loop_clear_timer(completed->group.loop, &completed->timer);
    for (size_t i = 0; i < completed->count; i++) {
        struct entry *entry = &completed->entries[i];
        if (entry->future)
            haul__future_remove_waiter(entry->future, &entry->ready);
        haul_future_unref(entry->future);
    }
    haul__free(completed);
}

/* Starts or notes what is given, for which there is a place. -ENOMEM. */
static int begin(struct haul_completed *completed, const struct haul_awaitable *awaitable)
{
    struct haul_future *future;
    if (awaitable->frame) {
        struct haul_task *task;
        int code = haul__task_create_in(&completed->group, *awaitable, &task);
        if (code < 0)
            return code;
        future = &task->future;
    } else {
        assert(haul__future_loop(awaitable->future) == completed->group.loop &&
               "a future of another loop is iterated over");
        assert(awaitable->future != &completed->group.owner->future && "a task iterates over its own end");
        future = haul_future_ref(awaitable->future);
    }
    struct entry *entry = entry_of_link(completed->unused.next);
    haul__list_remove(&entry->ready.at.link);
    entry->future = future;
    entry->is_own = awaitable->frame;
    entry->index = completed->begun++;
    completed->running++;
    if (haul_future_done(future))
        haul__loop_make_ready(completed->group.loop, &entry->ready);
    else
        haul__future_add_waiter(future, &entry->ready);
    return 0;
}

/* Fills what room there is. */
static void pull(struct haul_completed *completed)
{
    completed->is_pulling = true;
    while (completed->end == 0 && !haul__list_is_empty(&completed->unused)) {
        struct haul_awaitable awaitable;
        completed->end = completed->next(completed->data, &awaitable);
        if (completed->end == 0)
            completed->end = begin(completed, &awaitable);
    }
    completed->is_pulling = false;
}

static void give(struct haul_completed *completed, struct entry *entry, struct haul_outcome *ret_outcome)
{
    *ret_outcome = haul__outcome_of(entry->future, entry->is_own, entry->index);
    haul_future_unref(entry->future);
    entry->future = NULL;
    haul__list_append(&completed->unused, &entry->ready.at.link);
}

/* What haul_completed_next has to say where nothing is done: HAUL__PENDING, or why it need not wait. */
static int nothing_done(const struct haul_completed *completed)
{
    if (completed->running == 0)
        return completed->end;
    return completed->deadline <= haul_loop_now(completed->group.loop) ? HAUL_E_TIMEOUT : HAUL__PENDING;
}

static void answer_waiter(struct haul_completed *completed, int code)
{
    struct haul_task *task = haul__task_of_link(completed->waiters.next);
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, code, (union haul_value){0});
}

static void answer_all(struct haul_completed *completed, int code)
{
    while (!haul__list_is_empty(&completed->waiters))
        answer_waiter(completed, code);
}

static void entry_ended(struct haul__ready *ready)
{
    struct entry *entry = haul__container(ready, struct entry, ready);
    struct haul_completed *completed = entry->completed;
    completed->running--;
    if (haul__list_is_empty(&completed->waiters)) {
        haul__list_append(&completed->done, &entry->ready.at.link);
        return;
    }
    give(completed, entry, haul__task_waited(haul__task_of_link(completed->waiters.next)));
    answer_waiter(completed, 0);
    pull(completed);
    if (completed->running == 0)
        answer_all(completed, completed->end);
}

static const struct haul__ready_kind entry_kind = {.run = entry_ended};

static void deadline_came(struct haul_timer *timer)
{
    answer_all(haul__container(timer, struct haul_completed, timer), HAUL_E_TIMEOUT);
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

static struct haul_completed *completed_create(struct haul_task *task, size_t places)
{
    if (places > (SIZE_MAX - sizeof(struct haul_completed)) / sizeof(struct entry))
        return NULL;
    struct haul_completed *completed = haul__allocate(sizeof(*completed) + places * sizeof(completed->entries[0]));
    if (!completed)
        return NULL;
    *completed =
        (struct haul_completed){.timer = {deadline_came, HAUL__NO_TIMER}, .deadline = HAUL_NEVER, .count = places};
    haul_group_init(task, &completed->group);
    completed->group.ended = group_ended;
    haul__list_init(&completed->unused);
    haul__list_init(&completed->done);
    haul__list_init(&completed->waiters);
    for (size_t i = 0; i < places; i++) {
        completed->entries[i] = (struct entry){.ready.kind = &entry_kind, .completed = completed};
        haul__list_append(&completed->unused, &completed->entries[i].ready.at.link);
    }
    return completed;
}

int haul_as_completed(struct haul_task *task, const struct haul_awaitable *awaitables, size_t count,
                      struct haul_completed **ret_completed)
{
    struct haul_completed *completed = completed_create(task, count);
    if (!completed)
        return -ENOMEM;
    completed->end = HAUL_E_DRAINED;
    for (size_t i = 0; i < count; i++) {
        int code = begin(completed, &awaitables[i]);
        if (code < 0) {
            while (!haul__list_is_empty(&completed->group.tasks))
                haul__task_discard(haul__container(completed->group.tasks.next, struct haul_task, sibling));
            free_all(completed);
            return code;
        }
    }
    *ret_completed = completed;
    return 0;
}

int haul_gather_limited(struct haul_task *task, size_t limit, haul_source_fn *next, void *data,
                        struct haul_completed **ret_completed)
{
    assert(limit > 0 && "nothing would ever run");
    struct haul_completed *completed = completed_create(task, limit);
    if (!completed)
        return -ENOMEM;
    completed->next = next;
    completed->data = data;
    *ret_completed = completed;
    return 0;
}

int haul_completed_set_deadline(struct haul_completed *completed, int64_t deadline)
{
    haul__loop_clear_timer(completed->group.loop, &completed->timer);
    completed->deadline = deadline;
    return haul__loop_set_timer(completed->group.loop, &completed->timer, deadline);
}

static void cancel_next(struct haul_task *task)
{
    haul__list_remove(&task->ready.at.link);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

static const struct haul__ready_kind next_kind = {.cancel = cancel_next};

struct haul_await haul_completed_next(struct haul_task *task, struct haul_completed *completed,
                                      struct haul_outcome *ret_outcome)
{
    assert(!completed->is_pulling && "an iteration's own source asks for its outcomes");
    if (!haul__list_is_empty(&completed->done)) {
        struct entry *entry = entry_of_link(completed->done.next);
        haul__list_remove(&entry->ready.at.link);
        give(completed, entry, ret_outcome);
        pull(completed);
        return (struct haul_await){0};
    }
    pull(completed);
    int code = nothing_done(completed);
    if (code != HAUL__PENDING)
        return (struct haul_await){code};
    struct haul_await await = haul__task_park(task, &next_kind, ret_outcome);
    haul__list_append(&completed->waiters, &task->ready.at.link);
    return await;
}

static void cancel_leave(struct haul_task *task)
{
    struct haul_completed *completed = haul__task_waited(task);
    completed->leaver_cancelled = true;
    haul_group_cancel(&completed->group);
}

static const struct haul__ready_kind leave_kind = {.cancel = cancel_leave};

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
    return haul__task_park(task, &leave_kind, completed);
}
