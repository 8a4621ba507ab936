#include "base/hash.h"
#include "core/outcome.h"
#include "core/task.h"

#include <haul/error.h>
#include <haul/outcomes.h>

#include <errno.h>

struct entry {
    uint64_t id;
    struct haul_task *task; /* a reference: it holds the outcome */
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
};

struct haul_outcomes {
    struct haul_loop *loop;
    struct entry *entries;
};

int haul_outcomes_create(struct haul_loop *loop, struct haul_outcomes **ret_outcomes)
{
    struct haul_outcomes *outcomes = haul__allocate_zeroed(sizeof(*outcomes));
    if (!outcomes)
        return -ENOMEM;
    outcomes->loop = loop;
    *ret_outcomes = outcomes;
    return 0;
}

static struct entry *find(const struct haul_outcomes *outcomes, uint64_t id)
{
    struct entry *entry;
    HASH_FIND(hh, outcomes->entries, &id, sizeof(id), entry);
    return entry;
}

static void remove_entry(struct haul_outcomes *outcomes, struct entry *entry)
{
    HASH_DEL(outcomes->entries, entry);
    haul_task_unref(entry->task);
    haul__free(entry);
}

void haul_outcomes_destroy(struct haul_outcomes *outcomes)
{
    if (!outcomes)
        return;
    while (outcomes->entries)
        remove_entry(outcomes, outcomes->entries);
    haul__free(outcomes);
}

int haul_outcomes_add(struct haul_outcomes *outcomes, struct haul_task *task)
{
    assert(haul_task_loop(task) == outcomes->loop && "a task of another loop is added");
    uint64_t id = haul_task_id(task);
    if (find(outcomes, id))
        return HAUL_E_BUSY;
    struct entry *entry = haul__allocate_zeroed(sizeof(*entry));
    if (!entry)
        return -ENOMEM;
    entry->id = id;
    HASH_ADD(hh, outcomes->entries, id, sizeof(entry->id), entry);
    if (entry->is_missing) {
        haul__free(entry);
        return -ENOMEM;
    }
    entry->task = haul_task_ref(task);
    return 0;
}

int haul_outcomes_spawn(struct haul_outcomes *outcomes, struct haul_awaitable awaitable, uint64_t *ret_id)
{
    struct haul_task *task;
    int code = haul_task_create(outcomes->loop, awaitable, &task);
    if (code != 0)
        return code;
    code = haul_outcomes_add(outcomes, task);
    if (code == 0 && ret_id)
        *ret_id = haul_task_id(task);
    haul_task_unref(task);
    if (code != 0)
        haul__task_discard(task);
    return code;
}

int haul_outcomes_pop(struct haul_outcomes *outcomes, uint64_t id, struct haul_outcome *ret_outcome)
{
    struct entry *entry = find(outcomes, id);
    if (!entry)
        return HAUL_E_INVALID;
    struct haul_future *future = haul_task_future(entry->task);
    if (!haul_future_done(future))
        return HAUL_E_BUSY;
    *ret_outcome = haul__outcome_of(future, true, 0);
    remove_entry(outcomes, entry);
    return 0;
}

size_t haul_outcomes_count(const struct haul_outcomes *outcomes)
{
    return HASH_COUNT(outcomes->entries);
}

size_t haul_outcomes_done(const struct haul_outcomes *outcomes)
{
    size_t done = 0;
    for (const struct entry *entry = outcomes->entries; entry; entry = entry->hh.next)
        done += haul_future_done(haul_task_future(entry->task)) != 0;
    return done;
}
