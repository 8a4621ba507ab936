#include "core/task.h"

#include <haul/error.h>
#include <haul/run.h>

#include <signal.h>
#include <unistd.h>

/* In the future's line: whoever asked before has been told when its turn comes. */
struct completion {
    struct haul__ready ready;
    bool is_done;
};

static void complete(struct haul__ready *ready)
{
    haul__container(ready, struct completion, ready)->is_done = true;
}

static const struct haul__ready_kind completion_kind = {.run = complete};

int haul_run_until_complete(struct haul_loop *loop, struct haul_future *future)
{
    assert(haul__future_loop(future) == loop && "a loop is run until a future of another is done");
    struct completion completion = {.ready.kind = &completion_kind};
    haul_future_ref(future);
    if (haul_future_done(future))
        haul__loop_make_ready(loop, &completion.ready);
    else
        haul__future_add_waiter(future, &completion.ready);
    int code = 0;
    while (code == 0 && !completion.is_done) {
        code = haul__loop_run_once(loop);
        if (code == 0 && loop->stopping)
            code = HAUL_E_STOPPED;
    }
    loop->stopping = false;
    haul__future_remove_waiter(future, &completion.ready);
    if (haul_future_done(future))
        code = 0;
    haul_future_unref(future);
    return code;
}

int haul_run_task(struct haul_loop *loop, struct haul_awaitable awaitable, struct haul_outcome *ret_outcome)
{
    struct haul_task *task;
    int code = haul_task_create(loop, awaitable, &task);
    if (code < 0)
        return code;
    code = haul_run_until_complete(loop, &task->future);
    if (code == 0) {
        *ret_outcome = (struct haul_outcome){.code = haul_future_code(&task->future)};
        if (ret_outcome->code == 0)
            ret_outcome->value = haul_future_take(&task->future, &ret_outcome->destroy);
    }
    haul_task_unref(task);
    return code;
}

/* How often what is left is cancelled before it is left alone. */
enum { finish_rounds = 100 };

/* Whether a task of the loop's own group is there whose number is no later. */
static bool has_task_until(const struct haul_loop *loop, uint64_t id)
{
    const struct haul_list *first = loop->root.tasks.next;
    return first != &loop->root.tasks && haul__container(first, struct haul_task, sibling)->id <= id;
}

static uint64_t cancel_all(struct haul_loop *loop)
{
    uint64_t last = loop->last_task_id;
    haul_group_cancel(&loop->root);
    loop->root.cancelled = 0;
    return last;
}

/* Runs until no task is left. Those that were made meanwhile, in another's `finally`, are cancelled when none of those
 * before is left that may be waiting for them; and all that are left are, where nothing else can happen. */
static int end_all(struct haul_loop *loop)
{
    uint64_t last_cancelled = 0;
    int rounds = 0;
    /* Once more after the end of the last task, for those who wait to be told of it. */
    for (bool told = false; loop->tasks_alive > 0 || (!told && !haul__list_is_empty(&loop->ready));) {
        told = loop->tasks_alive == 0;
        if (has_task_until(loop, UINT64_MAX) && !has_task_until(loop, last_cancelled)) {
            if (rounds++ == finish_rounds)
                return HAUL_E_BUSY;
            last_cancelled = cancel_all(loop);
        }
        loop->stopping = false; /* or nothing would be waited for */
        int code = haul__loop_run_once(loop);
        if (code == HAUL_E_STALLED && has_task_until(loop, UINT64_MAX) && rounds++ < finish_rounds) {
            loop->insists = true;
            last_cancelled = cancel_all(loop);
            loop->insists = false;
        } else if (code != 0) {
            return code;
        }
    }
    return 0;
}

int haul_loop_finish(struct haul_loop *loop)
{
    int code = end_all(loop);
    return code != 0 ? code : haul_loop_destroy(loop);
}

/* Cancels the main task, which may tidy up as long as it likes. */
static void interrupt(void *data)
{
    haul_task_cancel(data);
}

/* The first is for the loop; from its arrival on the action is the default again, so that the second ends the process
 * also while a step holds up the loop. */
static int catch_interrupt(struct haul_task *main)
{
    int code = haul_loop_add_signal_handler(haul_task_loop(main), SIGINT, interrupt, main);
    if (code != 0)
        return code;
    struct sigaction action;
    sigaction(SIGINT, NULL, &action);
    action.sa_flags |= (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    return 0;
}

/* As in a shell's background job, where it is ignored: what is not the default was set by somebody who wants it so. */
static bool is_default(int signal)
{
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_DFL;
}

/* Several threads may run a program at the same time, and only one loop can have a signal. */
static bool is_main_thread(void)
{
    return gettid() == getpid();
}

static int run_main(struct haul_loop *loop, struct haul_awaitable awaitable, struct haul_outcome *ret_outcome)
{
    struct haul_task *main;
    int code = haul_task_create(loop, awaitable, &main);
    if (code < 0)
        return code;
    if (is_main_thread() && is_default(SIGINT))
        code = catch_interrupt(main);
    if (code == 0)
        code = haul_run_until_complete(loop, &main->future);
    if (code == 0)
        code = haul_future_code(&main->future);
    if (code == 0)
        ret_outcome->value = haul_future_take(&main->future, &ret_outcome->destroy);
    haul_loop_remove_signal_handler(loop, SIGINT);
    haul_task_unref(main);
    return code;
}

int haul_run(struct haul_awaitable awaitable, union haul_value *ret_value)
{
    struct haul_loop *loop;
    int code = haul_loop_create(NULL, &loop);
    if (code < 0)
        return code;
    struct haul_outcome outcome = {0};
    code = run_main(loop, awaitable, &outcome);
    int finished = haul_loop_finish(loop);
    if (code == 0)
        code = finished;
    if (code == 0 && ret_value)
        *ret_value = outcome.value;
    else
        haul_outcome_finish(&outcome);
    return code;
}
