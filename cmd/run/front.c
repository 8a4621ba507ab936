#include "run/front.h"

#include "run/entry.h"
#include "run/feed.h"

#include <haul/error.h>
#include <haul/task.h>

#include <errno.h>

/* One entry on its way through the fetcher. */
struct fetch_entry {
    struct haul_coroutine coroutine;
    struct fetching fetching;
    struct haul_fetch fetch;
};

static int drop_body(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    (void)data;
    (void)so_far;
    (void)bytes;
    (void)size;
    return 0;
}

void front_init(struct front *front, const struct front_plan *plan)
{
    *front = (struct front){.plan = *plan};
    if (!front->plan.body)
        front->plan.body = drop_body;
    order_init(&front->order, plan->mode, plan->emit, plan->emit_data);
    gate_init(&front->room);
    stall_init(&front->stall, &front->order);
}

/* What waits for its host's place stands aside, within the window, and others are tried. A fetch that has not run yet
 * counts as in flight until it is known to wait. */
static bool has_room(const struct front *front)
{
    struct haul_client_statistics statistics;
    haul_client_statistics(front->plan.client, &statistics);
    return front->alive - statistics.waiting_for_host < front->plan.concurrency &&
           front->order.count < front->plan.window &&
           !(front->plan.is_blocked && front->plan.is_blocked(front->plan.is_blocked_data));
}

void front_room_changed(void *data)
{
    struct front *front = data;
    if (has_room(front))
        gate_open(&front->room);
    else
        gate_close(&front->room);
    if (front->plan.mode == MODE_GATHER)
        stall_note(&front->stall, front->loop, front->order.count >= front->plan.window);
}

static void finish(struct front *front, struct entry *entry)
{
    order_finish(&front->order, entry);
    front_room_changed(front);
}

/* What was read and did not come out has its record all the same. */
static int give_up(struct front *front, struct entry *entry)
{
    entry->result = haul_result_create_failed(entry->url ? haul_url_masked(entry->url) : NULL, HAUL_CLASS_CANCELLED,
                                              front->plan.cancel_message);
    return entry->result ? 0 : -ENOMEM;
}

static struct haul_step fetch_entry(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(fetch_entry);
    self->fetch = HAUL_FRAME(haul_fetch, .client = self->fetching.front->plan.client, .url = self->fetching.entry->url,
                             .body = self->fetching.front->plan.body, .body_data = &self->fetching);
    HAUL_AWAIT_CODE(coroutine->code, haul_call(task, &self->fetch.coroutine));
    struct front *front = self->fetching.front;
    struct entry *entry = self->fetching.entry;
    front->alive--;
    if (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED)
        entry->result = haul_awaited(task).pointer;
    if (coroutine->code == HAUL_E_CANCELLED && entry->result)
        entry->result->message = front->plan.cancel_message;
    if (entry->result)
        finish(front, entry);
    HAUL_FINALLY;
    HAUL_END;
}

static int start(struct front *front, struct entry *entry)
{
    order_add(&front->order, entry);
    if (entry->result) {
        finish(front, entry);
        return 0;
    }
    int code =
        haul_group_spawn(&front->group, HAUL_CALL(fetch_entry, .fetching = {.front = front, .entry = entry}), NULL);
    if (code == 0)
        front->alive++;
    return code;
}

/* Reads and starts until there is no room (0), or nothing to read: the feed's answer. */
static int read_feed(struct front *front)
{
    int code = 0;
    while (code == 0 && has_room(front)) {
        struct entry *entry;
        code = front->plan.feed->next(front->plan.feed, &entry);
        if (code == 0)
            code = start(front, entry);
    }
    front_room_changed(front);
    return code;
}

/* Has everything leave that was read and did not come out. */
static int empty(struct front *front)
{
    int code = 0;
    for (struct entry *entry; (entry = order_first(&front->order));) {
        if (!entry->result && give_up(front, entry) < 0) {
            order_drop(&front->order, entry);
            code = -ENOMEM;
        } else {
            order_finish(&front->order, entry);
        }
    }
    return code;
}

struct haul_step front_run(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(front_run);
    self->front->loop = haul_task_loop(task);
    haul_group_init(task, &self->front->group);
    for (;;) {
        self->code = read_feed(self->front);
        if (self->code == HAUL_E_DRAINED)
            break;
        if (self->code == HAUL_E_BUSY) {
            HAUL_AWAIT(self->front->plan.feed->wait(task, self->front->plan.feed));
        } else if (self->code == 0) {
            self->pass = HAUL_FRAME(gate_pass, .gate = &self->front->room);
            HAUL_AWAIT(haul_call(task, &self->pass.coroutine));
        } else {
            HAUL_FAIL(self->code);
        }
    }
    HAUL_AWAIT(haul_group_wait(task, &self->front->group));
    HAUL_FINALLY;
    haul_group_cancel(&self->front->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->front->group));
    /* The error of a fetch has cancelled this task, too. */
    if (self->code != 0 && (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED))
        coroutine->code = (int16_t)self->code;
    self->code = empty(self->front);
    if (self->code != 0)
        coroutine->code = (int16_t)self->code;
    stall_finish(&self->front->stall);
    gate_finish(&self->front->room);
    HAUL_END;
}
