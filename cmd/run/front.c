#include "run/front.h"

#include "input/line_request.h"
#include "run/dedupe.h"
#include "run/entry.h"
#include "run/feed.h"

#include <haul/error.h>
#include <haul/sleep.h>
#include <haul/task.h>

#include <errno.h>
#include <string.h>

/* So many are read before the loop's others have their turn: what is refused, or known, comes out at once, and leaves
 * room for the next. */
enum { read_at_once = 1000 };

/* One entry on its way through the fetcher. */
struct fetch_entry {
    struct haul_coroutine coroutine;
    struct front *front;
    struct entry *entry;
    haul_body_fn *body;
    void *body_data;
    bool is_there; /* it is not to be fetched */
    struct haul_fetch fetch;
    struct haul_result *result;
    int code;
    struct fetch_entry *previous;
    struct fetch_entry *next;
};

static void add_fetch(struct front *front, struct fetch_entry *fetch)
{
    fetch->previous = front->last;
    fetch->next = NULL;
    if (front->last)
        front->last->next = fetch;
    else
        front->first = fetch;
    front->last = fetch;
}

static void remove_fetch(struct front *front, struct fetch_entry *fetch)
{
    if (fetch->previous)
        fetch->previous->next = fetch->next;
    else
        front->first = fetch->next;
    if (fetch->next)
        fetch->next->previous = fetch->previous;
    else
        front->last = fetch->previous;
}

/* Puts FLIGHT where it belongs among COUNT that are in order, if it is one of the ROOM longest: how many there are. */
static size_t insert_flight(struct front_flight *flights, size_t count, size_t room, const struct front_flight *flight)
{
    size_t place = count;
    while (place > 0 && flights[place - 1].progress.started > flight->progress.started)
        place--;
    if (place == room)
        return count;
    size_t kept = count < room ? count : room - 1;
    memmove(&flights[place + 1], &flights[place], (kept - place) * sizeof(*flights));
    flights[place] = *flight;
    return kept + 1;
}

size_t front_longest(const struct front *front, struct front_flight *ret_flights, size_t room)
{
    size_t count = 0;
    for (const struct fetch_entry *fetch = front->first; fetch; fetch = fetch->next) {
        struct front_flight flight = {.url = fetch->entry->url};
        haul_fetch_progress(&fetch->fetch, &flight.progress);
        if (flight.progress.is_in_flight)
            count = insert_flight(ret_flights, count, room, &flight);
    }
    return count;
}

void front_init(struct front *front, const struct front_plan *plan)
{
    *front = (struct front){.plan = *plan, .cancel_message = "cancelled"};
    order_init(&front->order, plan->mode);
    haul_event_init(&front->room);
    haul_event_set(&front->room);
    stall_init(&front->stall, &front->order);
}

bool front_is_drained(const struct front *front)
{
    return front->is_drained;
}

/* What waits for its host, or for another attempt, stands aside, within the window, and others are tried; but not in
 * sequence, where the one is to be done before the next begins. A fetch that has not run yet
 * counts as in flight until it is known to wait. */
static bool has_room(const struct front *front)
{
    struct haul_client_statistics statistics;
    haul_client_statistics(front->plan.client, &statistics);
    size_t aside = front->plan.mode == MODE_SEQUENTIAL ? 0 : statistics.waiting_for_host;
    return !front->is_stopped && front->alive - aside < front->plan.concurrency &&
           front->order.count < front->plan.window;
}

static bool is_sink_full(const struct front *front)
{
    return front->plan.sink.is_full && front->plan.sink.is_full(front->plan.sink.data);
}

void front_room_changed(void *data)
{
    struct front *front = data;
    if (has_room(front))
        haul_event_set(&front->room);
    else
        haul_event_clear(&front->room);
    if (front->plan.mode == MODE_GATHER)
        stall_note(&front->stall, front->loop, front->order.count >= front->plan.window);
    if (front->plan.sink.look_again)
        front->plan.sink.look_again(front->plan.sink.data);
}

void front_stop(struct front *front, const char *message)
{
    if (front->is_stopped)
        return;
    front->is_stopped = true;
    front->cancel_message = message;
    front_room_changed(front);
}

static void tell_turn(struct front *front)
{
    struct entry *next = order_next(&front->order, front->is_drained);
    if (next == front->turn)
        return;
    front->turn = next;
    if (next && front->plan.sink.take_turn)
        front->plan.sink.take_turn(front->plan.sink.data, next);
}

/* What cannot be given out ends the run. */
static void note_error(struct front *front, int code)
{
    if (code >= 0 || front->error != 0)
        return;
    front->error = code;
    front_stop(front, "cannot go on");
}

static void emit(void *data, struct entry *entry)
{
    struct front *front = data;
    if (front->turn == entry)
        front->turn = NULL;
    note_error(front, front->plan.sink.emit(front->plan.sink.data, entry));
}

static void finish(struct front *front, struct entry *entry)
{
    if (front->plan.sink.judge)
        front->plan.sink.judge(front->plan.sink.data, entry);
    order_finish(&front->order, entry, emit, front);
    tell_turn(front);
    front_room_changed(front);
}

/* The sink's word on what was fetched; CODE is 0, or how the wait that it asked for came out. */
static int complete(struct front *front, struct entry *entry, struct haul_result *result, int code)
{
    const struct front_sink *sink = &front->plan.sink;
    code = result && sink->complete ? sink->complete(sink->data, entry, result, code) : 0;
    note_error(front, code);
    return code;
}

/* ENTRY was fetched: it, and those that waited for the same answer, are done. Each of these has its result only when
 * its turn comes here, since whatever has one may leave with another. */
static void settle(struct front *front, struct entry *entry)
{
    struct entry *twin = NULL;
    if (front->plan.dedupe)
        note_error(front, dedupe_settle(front->plan.dedupe, entry, &twin));
    finish(front, entry);
    while (twin) {
        struct entry *next = twin->twin;
        int code = dedupe_answer(front->plan.dedupe, twin);
        note_error(front, code);
        if (code == 0)
            finish(front, twin);
        twin = next;
    }
}

/* As a fetch has them. */
static int own_retries(const struct line_request *request)
{
    if (request->retry < 0)
        return 0;
    return request->retry > 0 ? request->retry : -1;
}

/* Of what is there and was not fetched. NULL: out of memory. */
static struct haul_result *result_of_existing(const struct entry *entry)
{
    struct haul_result *result = haul_result_create_failed(haul_url_masked(entry->url), HAUL_CLASS_NONE, "");
    if (!result)
        return NULL;
    result->ok = true;
    result->message = NULL;
    return result;
}

static struct haul_step fetch_entry(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(fetch_entry);
    self->fetch = HAUL_FRAME(haul_fetch, .client = self->front->plan.client, .url = self->entry->url,
                             .request = entry_request(self->entry, self->front->plan.request), .body = self->body,
                             .body_data = self->body_data, .restart = self->front->plan.sink.restart);
    if (self->entry->request) {
        self->fetch.max_time = self->entry->request->max_time;
        self->fetch.retries = own_retries(self->entry->request);
    }
    if (self->is_there) {
        self->result = result_of_existing(self->entry);
        coroutine->code = self->result ? 0 : -ENOMEM;
    } else {
        add_fetch(self->front, self);
        HAUL_AWAIT_CODE(coroutine->code, haul_call(task, &self->fetch.coroutine));
        remove_fetch(self->front, self);
        if (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED)
            self->result = haul_awaited(task).pointer;
    }
    self->code = 0;
    while (complete(self->front, self->entry, self->result, self->code) == HAUL_E_BUSY)
        HAUL_AWAIT_CODE(self->code,
                        self->front->plan.sink.wait_complete(task, self->front->plan.sink.data, self->entry));
    self->front->alive--;
    if (self->result && self->result->error_class == HAUL_CLASS_CANCELLED && self->front->is_stopped)
        self->result->message = self->front->cancel_message;
    self->entry->result = self->result;
    if (self->entry->result)
        settle(self->front, self->entry);
    if (self->front->error != 0)
        HAUL_FAIL(self->front->error);
    HAUL_FINALLY;
    HAUL_END;
}

/* ENTRY came out without being fetched. WAS_ENTERED: others may wait for it. */
static void leave(struct front *front, struct entry *entry, bool was_entered)
{
    if (was_entered)
        settle(front, entry);
    else
        finish(front, entry);
}

static int start(struct front *front, struct entry *entry)
{
    haul_body_fn *body = haul_body_discard;
    void *body_data = NULL;
    bool is_waiting = false;
    int code = 0;
    if (!entry->result && front->plan.dedupe)
        code = dedupe_enter(front->plan.dedupe, entry, &is_waiting);
    bool is_first = code == 0 && !entry->result && !is_waiting;
    if (is_first && front->plan.sink.prepare)
        code = front->plan.sink.prepare(front->plan.sink.data, entry, &body, &body_data);
    order_add(&front->order, entry);
    if (code < 0)
        return code;
    if (entry->result) {
        leave(front, entry, is_first);
        return front->error;
    }
    tell_turn(front);
    if (is_waiting)
        return 0;
    code = haul_group_spawn(&front->group,
                            HAUL_CALL(fetch_entry, .front = front, .entry = entry, .body = body, .body_data = body_data,
                                      .is_there = code == HAUL_E_BUSY),
                            NULL);
    if (code == 0)
        front->alive++;
    return code;
}

/* Reads and starts until there is no room or it was much (0), or nothing to read: the feed's answer. */
static int read_feed(struct front *front)
{
    int code = 0;
    for (unsigned count = 0; code == 0 && count < read_at_once && has_room(front) && !is_sink_full(front); count++) {
        struct entry *entry;
        code = front->plan.feed->next(front->plan.feed, &entry);
        if (code == 0)
            code = start(front, entry);
    }
    front_room_changed(front);
    return code;
}

/* What was read and did not come out has its record all the same. */
static int give_up(struct front *front, struct entry *entry)
{
    entry->result = haul_result_create_failed(entry->url ? haul_url_masked(entry->url) : NULL, HAUL_CLASS_CANCELLED,
                                              front->cancel_message);
    return entry->result ? 0 : -ENOMEM;
}

/* Has everything leave that has not. */
static int empty(struct front *front)
{
    for (struct entry *entry; (entry = order_first(&front->order));) {
        if (!entry->result && give_up(front, entry) < 0) {
            order_drop(&front->order, entry);
            front->error = -ENOMEM;
        } else {
            order_finish(&front->order, entry, emit, front);
        }
    }
    return front->error;
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
        } else if (self->code != 0) {
            HAUL_FAIL(self->code);
        } else if (is_sink_full(self->front)) {
            HAUL_AWAIT(self->front->plan.sink.wait_room(task, self->front->plan.sink.data));
        } else if (has_room(self->front)) {
            HAUL_AWAIT(haul_sleep(task, 0));
        } else {
            HAUL_AWAIT(haul_event_wait(task, &self->front->room));
        }
    }
    self->front->is_drained = true;
    tell_turn(self->front);
    HAUL_AWAIT(haul_group_wait(task, &self->front->group));
    HAUL_FINALLY;
    haul_group_cancel(&self->front->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->front->group));
    /* A fetch that could not go on has cancelled this task: its error counts. */
    if (self->code != 0 && (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED))
        coroutine->code = (int16_t)self->code;
    self->code = empty(self->front);
    if (self->code != 0)
        coroutine->code = (int16_t)self->code;
    stall_finish(&self->front->stall);
    haul_event_finish(&self->front->room);
    HAUL_END;
}
