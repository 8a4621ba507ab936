#include "core/task.h"

#include <haul/error.h>

/* What the group has to tell, after which it is as new. An error of a task comes before a cancel: before the one with
 * which the group has ended the owner's body, and before any other, which stays for the next await. */
static int conclude(struct haul_group *group)
{
    struct haul_task *owner = group->owner;
    int code = group->code != 0 ? group->code : group->wait_cancelled ? HAUL_E_CANCELLED : 0;
    if (group->owner_cancelled)
        haul__task_take_back(owner, group->request);
    if (group->code != 0) {
        bool body_cancelled = haul__task_leaf(owner)->code == HAUL_E_CANCELLED;
        if (group->wait_cancelled || (body_cancelled && owner->cancelling > group->cancelling))
            haul__task_ask_again(owner);
        if (body_cancelled)
            haul__task_leaf(owner)->code = (int16_t)group->code;
    }
    group->cancelling = haul__task_given(owner);
    group->code = 0;
    group->cancelled = 0;
    group->owner_cancelled = 0;
    group->wait_cancelled = 0;
    return code;
}

static void keep(struct haul_error_group *errors, struct haul_task *task)
{
    haul_task_ref(task);
    haul__list_append(&errors->tasks, &task->sibling);
    errors->count++;
}

static void task_ended(struct haul_group *group, struct haul_task *task)
{
    bool has_failed = task->future.code != 0 && task->future.code != HAUL_E_CANCELLED;
    if (has_failed && group->errors)
        keep(group->errors, task);
    if (has_failed && group->code == 0) {
        group->code = haul_future_code(&task->future);
        haul_group_cancel(group);
        if (!group->waiting) {
            group->owner_cancelled = 1;
            group->request = haul__task_request(group->owner);
        }
    }
    if (group->waiting && haul__list_is_empty(&group->tasks)) {
        group->waiting = 0;
        haul__task_wake(group->owner, conclude(group), (union haul_value){0});
    }
}

void haul_group_init(struct haul_task *task, struct haul_group *group)
{
    *group = (struct haul_group){
        .loop = haul_task_loop(task), .ended = task_ended, .owner = task, .cancelling = haul__task_given(task)};
    haul__list_init(&group->tasks);
}

int haul_group_spawn(struct haul_group *group, struct haul_awaitable awaitable, struct haul_task **ret_task)
{
    return group->cancelled ? HAUL_E_CANCELLED : haul__task_create_in(group, awaitable, ret_task);
}

void haul_group_cancel(struct haul_group *group)
{
    group->cancelled = 1;
    for (struct haul_list *link = group->tasks.next; link != &group->tasks; link = link->next)
        haul_task_cancel(haul__container(link, struct haul_task, sibling));
}

/* The owner waits on: a group is left when all have ended. Their `finally` is not disturbed a second time. */
static void cancel_group_wait(struct haul_task *task)
{
    struct haul_group *group = haul__task_waited(task);
    group->wait_cancelled = 1;
    if (!group->cancelled || group->loop->insists)
        haul_group_cancel(group);
}

static const struct haul__ready_kind group_kind = {.cancel = cancel_group_wait};

struct haul_await haul_group_wait(struct haul_task *task, struct haul_group *group)
{
    assert(task == group->owner && "a group is awaited by the task that opened it");
    if (haul__list_is_empty(&group->tasks))
        return haul__task_answer(task, conclude(group), (union haul_value){0});
    if (haul__task_leaf(task)->code != 0 && !group->cancelled)
        haul_group_cancel(group);
    group->waiting = 1;
    return haul__task_park(task, &group_kind, group);
}

void haul_group_collect(struct haul_group *group, struct haul_error_group *errors)
{
    group->errors = errors;
    if (!errors)
        return;
    *errors = (struct haul_error_group){0};
    haul__list_init(&errors->tasks);
}

size_t haul_error_group_count(const struct haul_error_group *errors)
{
    return errors->count;
}

struct haul_task *haul_error_group_next(const struct haul_error_group *errors, const struct haul_task *previous)
{
    const struct haul_list *next = previous ? previous->sibling.next : errors->tasks.next;
    return next == &errors->tasks ? NULL : haul__container(next, struct haul_task, sibling);
}

void haul_error_group_finish(struct haul_error_group *errors)
{
    while (errors->count > 0) {
        struct haul_task *task = haul__container(errors->tasks.next, struct haul_task, sibling);
        haul__list_remove(&task->sibling);
        errors->count--;
        haul_task_unref(task);
    }
}
