#include "core/task.h"

#include "core/name.h"

#include <haul/error.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct haul_task *task_of_future(struct haul_future *future)
{
    return haul__container(future, struct haul_task, future);
}

static struct haul_group *leave(struct haul_task *task)
{
    struct haul_group *group = task->future.of.group;
    haul__list_remove(&task->sibling);
    task->future.of.loop = group->loop;
    task->future.is_grouped = false;
    group->loop->tasks_alive--;
    return group;
}

static inline void observe(struct haul_task *task, enum haul_trace_event event)
{
    if (haul_task_loop(task)->observation.step)
        haul_task_loop(task)->observation.step(task, event);
}

/* Leaves the group and lets it know. The group's reference goes last. */
static void leave_group(struct haul_task *task)
{
    struct haul_group *group = leave(task);
    if (group->ended)
        group->ended(group, task);
    haul_task_unref(task);
}

/* A value that comes with an error, or too late for a cancel, has nobody to take it, unless its group keeps it. */
static void finish(struct haul_task *task, int code, union haul_value value)
{
    haul_destroy_fn *destroy = task->future.destroy;
    if (code == 0 && task->undelivered > 0 && !task->future.of.group->keeps_values)
        code = HAUL_E_CANCELLED;
    if (code != 0) {
        if (destroy && value.pointer)
            destroy(value.pointer);
        task->future.destroy = NULL;
        value = (union haul_value){0};
    }
    task->future.value = value;
    haul__future_settle(&task->future, code);
    observe(task, code == 0                  ? HAUL_TRACE_COMPLETED
                  : code == HAUL_E_CANCELLED ? HAUL_TRACE_CANCELLED
                                             : HAUL_TRACE_FAILED);
    leave_group(task);
}

/* Ends the wait because of the requests that no await has given. */
static void deliver(struct haul_task *task)
{
    uint16_t requests = task->undelivered;
    task->undelivered = 0;
    task->future.is_delivering = true;
    task->ready.kind->cancel(task);
    task->future.is_delivering = false;
    if (task->undelivered > 0)
        task->undelivered = requests & (HAUL__REQUESTS - 1);
    else
        task->future.deliveries++;
}

/* Runs the innermost coroutine until the task has to wait, and whoever awaits it when it ends. Calls of children and
 * their ends do not nest here, whatever the depth. */
static void step(struct haul_task *task)
{
    struct haul_loop *loop = haul_task_loop(task);
    struct haul_coroutine *first = haul__task_first(task);
    assert(!loop->current && "a loop is run from inside a task");
    observe(task, HAUL_TRACE_RUNS);
    loop->current = task;
    for (;;) {
        struct haul_coroutine *coroutine = first->parent;
        enum haul_step_state state = coroutine->step(task, coroutine).state;
        if (state == HAUL__STEP_SUSPENDED) {
            if (first->parent == coroutine)
                break;
            continue;
        }
        assert(state == HAUL__STEP_ENDED && "a coroutine yields that is no generator");
        if (coroutine == first) {
            loop->current = NULL;
            finish(task, coroutine->code, coroutine->value);
            return;
        }
        struct haul_coroutine *parent = coroutine->parent;
        first->parent = parent;
        task->future.value = coroutine->value;
        parent->awaited = coroutine->code;
    }
    loop->current = NULL;
    if (loop->observation.step)
        observe(task, haul_task_state(task) == HAUL_TASK_READY ? HAUL_TRACE_YIELDED : HAUL_TRACE_WAITS);
    if (task->undelivered > 0 && haul__task_is_parked(task))
        deliver(task);
}

static void run(struct haul__ready *ready)
{
    step(haul__container(ready, struct haul_task, ready));
}

static const struct haul__ready_kind run_kind = {.run = run};

static void start(struct haul__ready *ready)
{
    struct haul_task *task = haul__container(ready, struct haul_task, ready);
    task->ready.kind = &run_kind;
    if (task->undelivered > 0)
        finish(task, HAUL_E_CANCELLED, (union haul_value){0});
    else
        step(task);
}

static const struct haul__ready_kind start_kind = {.run = start};

static int cancel_task(struct haul_future *future)
{
    return haul_task_cancel(task_of_future(future));
}

static void report_task(struct haul_future *future)
{
    char room[HAUL_TASK_NAME_SIZE];
    char message[160];
    snprintf(message, sizeof(message), "%.100s ended with an error that nobody took",
             haul_task_name(task_of_future(future), room));
    haul__loop_report(haul_task_loop(task_of_future(future)), message, future->code);
}

int haul__task_create_in(struct haul_group *group, struct haul_awaitable awaitable, struct haul_task **ret_task)
{
    assert(awaitable.frame && "only a HAUL_CALL can become a task");
    struct haul_loop *loop = group->loop;
    size_t size = sizeof(struct haul_task) + awaitable.frame_size;
    struct haul_task *task = haul__slab_take(&loop->tasks, size);
    if (!task)
        return -ENOMEM;
    *task = (struct haul_task){
        .future = {.of.group = group,
                   .references = 1,
                   .is_task = true,
                   .is_apart = haul__slab_is_apart(&loop->tasks, size),
                   .is_grouped = true},
        .ready.kind = &start_kind,
        .id = ++loop->last_task_id,
    };
    memcpy(task->frame, awaitable.frame, awaitable.frame_size);
    haul__task_first(task)->parent = haul__task_first(task);
    loop->cancel_task = cancel_task;
    loop->report_task = report_task;
    loop->tasks_alive++;
    haul__list_append(&group->tasks, &task->sibling);
    haul__loop_make_ready(loop, &task->ready);
    if (ret_task)
        *ret_task = haul_task_ref(task);
    return 0;
}

void haul__task_discard(struct haul_task *task)
{
    assert(task->ready.kind == &start_kind);
    haul__list_remove(&task->ready.at.link);
    leave(task);
    haul_task_unref(task);
}

int haul_task_create(struct haul_loop *loop, struct haul_awaitable awaitable, struct haul_task **ret_task)
{
    return haul__task_create_in(&loop->root, awaitable, ret_task);
}

struct haul_task *haul_task_ref(struct haul_task *task)
{
    haul_future_ref(&task->future);
    return task;
}

void haul_task_unref(struct haul_task *task)
{
    if (task)
        haul_future_unref(&task->future);
}

/* An await has been cancelled, and the task has not had its turn since. */
static bool is_cancel_on_its_way(const struct haul_task *task)
{
    return !haul__task_is_parked(task) && haul_task_loop(task)->current != task &&
           haul__task_leaf(task)->awaited == HAUL_E_CANCELLED;
}

static void count_request(struct haul_task *task)
{
    if (task->cancelling < HAUL__REQUESTS - 1)
        task->cancelling++;
}

static void request(struct haul_task *task)
{
    count_request(task);
    if (is_cancel_on_its_way(task)) {
        task->future.deliveries++;
        return;
    }
    if (task->undelivered < task->cancelling)
        task->undelivered++;
    if (haul__task_is_parked(task))
        deliver(task);
}

/* The task whose end TASK waits for, and which is to be cancelled in its place. */
static struct haul_task *awaited_task(const struct haul_task *task)
{
    if (task->ready.kind->cancel != haul__cancel_future_wait)
        return NULL;
    struct haul_future *future = haul__task_waited(task);
    if (!future->is_task || haul_future_done(future))
        return NULL;
    return future->is_delivering ? NULL : task_of_future(future);
}

int haul_task_cancel(struct haul_task *task)
{
    if (haul_future_done(&task->future))
        return 0;
    if (task->future.is_delivering)
        return 1;
    /* Along a chain of tasks that wait for each other, which may be longer than the stack is deep. */
    struct haul_task *last = task;
    for (struct haul_task *next; (next = awaited_task(last)); last = next) {
        count_request(last);
        last->undelivered = 0;
        last->future.deliveries++;
        last->future.is_delivering = true;
        last->future.has_passed_on = true;
    }
    request(last);
    while (task != last) {
        task->future.is_delivering = false;
        task = task_of_future(haul__task_waited(task));
    }
    return 1;
}

/* Those that were delivered are taken back first: none of the others is to be lost. */
unsigned haul_task_uncancel(struct haul_task *task)
{
    if (task->cancelling > 0)
        task->cancelling--;
    if (task->undelivered > task->cancelling)
        task->undelivered = task->cancelling;
    return task->cancelling;
}

uint16_t haul__task_request(struct haul_task *task)
{
    uint16_t request = task->future.deliveries;
    haul_task_cancel(task);
    return request;
}

void haul__task_take_back(struct haul_task *task, uint16_t request)
{
    if (task->future.deliveries == request && task->undelivered > 0)
        task->undelivered--;
    haul_task_uncancel(task);
}

unsigned haul_task_cancelling(const struct haul_task *task)
{
    return task->cancelling;
}

uint64_t haul_task_id(const struct haul_task *task)
{
    return task->id;
}

int haul_task_set_name(struct haul_task *task, const char *name)
{
    return haul__name_set(haul_task_loop(task), &task->future, name);
}

const char *haul_task_name(const struct haul_task *task, char *room)
{
    const char *name = haul__name_get(haul_task_loop(task), &task->future);
    if (name)
        return name;
    snprintf(room, HAUL_TASK_NAME_SIZE, "Task-%" PRIu64, haul_task_id(task));
    return room;
}

/* What it waits for has come, and it has its turn in the next iteration. */
static bool is_wait_over(const struct haul_task *task)
{
    haul__cancel_fn *cancel = task->ready.kind->cancel;
    return !cancel || cancel == haul__cancel_yield ||
           (cancel == haul__cancel_future_wait && haul_future_done(haul__task_waited(task)));
}

enum haul_task_state haul_task_state(const struct haul_task *task)
{
    if (haul_future_done(&task->future))
        return task->future.code == HAUL_E_CANCELLED ? HAUL_TASK_CANCELLED : HAUL_TASK_FINISHED;
    if (task->ready.kind == &start_kind)
        return HAUL_TASK_CREATED;
    if (haul_task_loop(task)->current == task)
        return HAUL_TASK_RUNNING;
    return is_wait_over(task) ? HAUL_TASK_READY : HAUL_TASK_WAITING;
}

struct haul_future *haul_task_future(struct haul_task *task)
{
    return &task->future;
}

struct haul_loop *haul_task_loop(const struct haul_task *task)
{
    return haul__future_loop(&task->future);
}

struct haul_task *haul_task_current(const struct haul_loop *loop)
{
    return loop->current;
}

size_t haul_loop_task_count(const struct haul_loop *loop)
{
    return loop->tasks_alive;
}

struct each {
    haul_task_fn *fn;
    void *data;
};

/* What has ended is still there as long as somebody has a reference. */
static void give_if_alive(void *slot, void *data)
{
    struct each *each = data;
    struct haul_task *task = slot;
    if (!haul_future_done(&task->future))
        each->fn(task, each->data);
}

void haul_loop_each_task(const struct haul_loop *loop, haul_task_fn *fn, void *data)
{
    struct each each = {fn, data};
    haul__slab_each(&loop->tasks, give_if_alive, &each);
}

void haul_task_own_value(struct haul_task *task, haul_destroy_fn *destroy)
{
    /* A child's value goes to its parent, who knows what it is. */
    if (haul__task_leaf(task) == haul__task_first(task))
        task->future.destroy = destroy;
}

struct haul_await haul__task_park(struct haul_task *task, const struct haul__ready_kind *kind, void *waited)
{
    assert(haul_task_loop(task)->current == task && "a task is made to wait that does not run");
    assert(!haul__task_is_parked(task) && "a call that makes one wait is not awaited");
    assert(kind->cancel);
    task->ready.kind = kind;
    task->future.value.pointer = waited;
    return (struct haul_await){HAUL__PENDING};
}

static void note(struct haul_task *task, int code, union haul_value value)
{
    task->ready.kind = &run_kind;
    haul__task_leaf(task)->awaited = (int16_t)code;
    task->future.value = value;
}

void haul__task_wake(struct haul_task *task, int code, union haul_value value)
{
    assert(haul__task_is_parked(task) && "a task is woken twice");
    note(task, code, value);
    haul__loop_make_ready(haul_task_loop(task), &task->ready);
}

void haul__task_resume(struct haul_task *task, int code, union haul_value value)
{
    note(task, code, value);
    step(task);
}
