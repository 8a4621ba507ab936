#include "base/memory.h"
#include "core/task.h"

#include <haul/error.h>
#include <haul/wait.h>

#include <errno.h>

/* Of one of the futures: in its line of waiters until it is done. */
struct watch {
    struct haul__ready ready;
    struct wait *wait;
    struct haul_future *future; /* with a reference */
};

struct tally {
    size_t done;
    size_t failed; /* of these, with an error other than being cancelled */
};

/* Its deadline is the timer in the waiting task's `ready` node. */
struct wait {
    struct haul_task *task;
    enum haul_wait_until until;
    struct tally tally; /* those whose watch has run */
    size_t count;
    struct watch watches[];
};

static void count_future(struct tally *tally, const struct haul_future *future)
{
    tally->done++;
    tally->failed += future->code != 0 && future->code != HAUL_E_CANCELLED;
}

static bool is_enough(struct tally tally, enum haul_wait_until until, size_t count)
{
    return tally.done == count || (until == HAUL_WAIT_FIRST_COMPLETED && tally.done > 0) ||
           (until == HAUL_WAIT_FIRST_EXCEPTION && tally.failed > 0);
}

/* Those that are done now, the ones among them whose watch is on its way. */
static struct tally tally_now(const struct wait *wait)
{
    struct tally tally = {0};
    for (size_t i = 0; i < wait->count; i++)
        if (haul_future_done(wait->watches[i].future))
            count_future(&tally, wait->watches[i].future);
    return tally;
}

static void conclude(struct wait *wait, int code)
{
    struct haul_task *task = wait->task;
    for (size_t i = 0; i < wait->count; i++) {
        haul__future_remove_waiter(wait->watches[i].future, &wait->watches[i].ready);
        haul_future_unref(wait->watches[i].future);
    }
    haul__free(wait);
    haul__loop_clear_timer(haul_task_loop(task), &task->ready.at.timer);
    haul__task_wake(task, code, (union haul_value){0});
}

static void watch_run(struct haul__ready *ready)
{
    struct watch *watch = haul__container(ready, struct watch, ready);
    struct wait *wait = watch->wait;
    count_future(&wait->tally, watch->future);
    if (is_enough(wait->tally, wait->until, wait->count))
        conclude(wait, 0);
}

static const struct haul__ready_kind watch_kind = {.run = watch_run};

static void deadline_came(struct haul_timer *timer)
{
    conclude(haul__task_waited(haul__container(timer, struct haul_task, ready.at.timer)), 0);
}

static void cancel_wait(struct haul_task *task)
{
    struct wait *wait = haul__task_waited(task);
    if (is_enough(tally_now(wait), wait->until, wait->count))
        haul__task_keep_request(task);
    else
        conclude(wait, HAUL_E_CANCELLED);
}

static const struct haul__ready_kind wait_kind = {.cancel = cancel_wait};

static void watch_future(struct wait *wait, struct watch *watch, struct haul_future *future)
{
    *watch = (struct watch){.ready.kind = &watch_kind, .wait = wait, .future = haul_future_ref(future)};
    if (haul_future_done(future)) {
        haul__list_init(&watch->ready.at.link);
        count_future(&wait->tally, future);
    } else {
        haul__future_add_waiter(future, &watch->ready);
    }
}

struct haul_await haul_wait(struct haul_task *task, struct haul_future *const *futures, size_t count,
                            enum haul_wait_until until, int64_t deadline)
{
    assert(count > 0 && "a wait for nothing");
    struct tally tally = {0};
    for (size_t i = 0; i < count; i++) {
        assert(futures[i] != &task->future && "a task waits for itself");
        assert(haul__future_loop(futures[i]) == haul_task_loop(task) && "a task waits for a future of another loop");
        if (haul_future_done(futures[i]))
            count_future(&tally, futures[i]);
    }
    if (is_enough(tally, until, count))
        return haul__task_answer(task, 0, (union haul_value){0});
    struct wait *wait = haul__allocate(sizeof(*wait) + count * sizeof(wait->watches[0]));
    if (!wait)
        return (struct haul_await){-ENOMEM};
    task->ready.at.timer.fire = deadline_came;
    int code = haul__loop_set_timer(haul_task_loop(task), &task->ready.at.timer, deadline);
    if (code < 0) {
        haul__free(wait);
        return (struct haul_await){code};
    }
    *wait = (struct wait){.task = task, .until = until, .count = count};
    for (size_t i = 0; i < count; i++)
        watch_future(wait, &wait->watches[i], futures[i]);
    return haul__task_park(task, &wait_kind, wait);
}
