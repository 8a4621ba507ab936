#include "net/streams.h"

#include "core/line.h"
#include "net/host.h"

#include <assert.h>

void haul__streams_init(struct haul__streams *streams, enum haul__sharing sharing)
{
    *streams = (struct haul__streams){.sharing = sharing};
    haul__list_init(&streams->waiting);
    haul__list_init(&streams->opening.link);
}

static bool has_room(const struct haul__host *host)
{
    const struct haul__streams *streams = &host->streams;
    return streams->sharing == HAUL__UNSHARED ||
           streams->users < host->connections * (size_t)HAUL__STREAMS_OF_CONNECTION;
}

/* Lets TASK go if it may. */
static bool let_go(struct haul__host *host, struct haul_task *task)
{
    struct haul__streams *streams = &host->streams;
    if (!has_room(host)) {
        if (streams->opener)
            return false;
        streams->opener = task;
        haul__line_join(&host->hosts->opening, &streams->opening, haul_loop_now(haul_task_loop(task)));
    }
    streams->users++;
    return true;
}

static void wake_some(struct haul__host *host)
{
    struct haul_task *task;
    while ((task = haul__line_first(&host->streams.waiting)) && let_go(host, task))
        haul__line_wake(task, 0, (union haul_value){0});
}

static void forget_opener(struct haul__streams *streams)
{
    streams->opener = NULL;
    haul__list_remove(&streams->opening.link);
}

struct haul_await haul__streams_enter(struct haul_task *task, struct haul__host *host)
{
    struct haul__streams *streams = &host->streams;
    /* While any wait there is no room. */
    assert(haul__list_is_empty(&streams->waiting) || (streams->opener && !has_room(host)));
    if (let_go(host, task))
        return haul__task_answer(task, 0, (union haul_value){0});
    return haul__line_wait(task, &streams->waiting);
}

void haul__streams_connected(struct haul__host *host, struct haul_task *task)
{
    if (host->streams.opener == task)
        forget_opener(&host->streams);
    wake_some(host);
}

void haul__streams_learn(struct haul__host *host, bool is_shared)
{
    host->streams.sharing = is_shared ? HAUL__SHARED : HAUL__UNSHARED;
}

/* The opener has opened none, or is not waited for any more. */
static void give_up(struct haul__streams *streams)
{
    if (streams->sharing == HAUL__UNKNOWN_SHARING)
        streams->sharing = HAUL__UNSHARED;
}

void haul__streams_leave(struct haul__host *host, struct haul_task *task, bool has_failed)
{
    struct haul__streams *streams = &host->streams;
    streams->users--;
    if (streams->opener == task) {
        forget_opener(streams);
        if (has_failed)
            give_up(streams);
    }
    wake_some(host);
}

void haul__streams_expire(struct haul__host *host)
{
    forget_opener(&host->streams);
    give_up(&host->streams);
    wake_some(host);
}
