#include "core/loop.h"

#include "base/memory.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <assert.h>
#include <errno.h>

static const int64_t slow_callback_duration = 100 * HAUL_MILLISECOND; /* as asyncio's */

/* A call that was asked for. It stands in loop->handles until it is made or cancelled. */
struct haul_handle {
    struct haul__ready ready;
    struct haul_list link;
    struct haul_loop *loop;
    haul_callback_fn *fn;
    void *data;
    bool is_timed; /* it waits for its time, and ready.at is the timer */
};

/* A call that another thread asked for. */
struct threadsafe_call {
    struct haul__ready ready;
    struct haul_loop *loop;
    haul_callback_fn *fn;
    void *data;
};

struct signal_handler {
    struct haul__ready ready;
    struct haul_list link;
    struct haul_loop *loop;
    struct haul__watch *watch;
    haul_callback_fn *fn;
    void *data;
    int signal;
    bool is_ready;
};

int haul_loop_create(const struct haul_loop_options *options, struct haul_loop **ret_loop)
{
    struct haul_loop *loop = haul__allocate_zeroed(sizeof(*loop));
    if (!loop)
        return -ENOMEM;
    struct haul_clock clock = options && options->clock.now ? options->clock : haul_clock_monotonic();
    int code = haul__poll_create(clock, &loop->poll);
    if (code < 0) {
        haul__free(loop);
        return code;
    }
    loop->clock = clock;
    loop->observation.slow_callback_duration = slow_callback_duration;
    haul__mailbox_init(&loop->mailbox, loop->poll);
    haul__list_init(&loop->closers);
    haul__list_init(&loop->ready);
    haul__list_init(&loop->hooks);
    haul__list_init(&loop->handles);
    haul__list_init(&loop->signals);
    haul__heap_init(&loop->timers);
    haul__list_init(&loop->root.tasks);
    loop->root.loop = loop;
    haul__slab_init(&loop->tasks);
    if (options) {
        loop->exception_handler = options->exception_handler;
        loop->exception_data = options->exception_data;
    }
    *ret_loop = loop;
    return 0;
}

static void signal_handler_destroy(struct signal_handler *handler)
{
    if (handler->is_ready)
        haul__list_remove(&handler->ready.at.link);
    haul__list_remove(&handler->link);
    haul__watch_destroy(handler->watch);
    haul__free(handler);
}

static void run_first(struct haul_list *list)
{
    struct haul__ready *ready = haul__container(list->next, struct haul__ready, at.link);
    haul__list_remove(&ready->at.link);
    ready->kind->run(ready);
}

int haul_loop_destroy(struct haul_loop *loop)
{
    if (!loop)
        return 0;
    if (loop->tasks_alive > 0)
        return HAUL_E_BUSY;
    while (!haul__list_is_empty(&loop->closers)) {
        struct haul__closer *closer = haul__container(loop->closers.next, struct haul__closer, link);
        closer->close(closer);
    }
    assert(haul__list_is_empty(&loop->hooks) && "a client or the like outlives its loop");
    assert(loop->processes == 0 && "a process outlives its loop");
    while (!haul__list_is_empty(&loop->handles))
        haul_handle_cancel(haul__container(loop->handles.next, struct haul_handle, link));
    while (!haul__list_is_empty(&loop->signals))
        signal_handler_destroy(haul__container(loop->signals.next, struct signal_handler, link));
    loop->is_closing = true;
    haul__mailbox_take(&loop->mailbox, &loop->ready);
    while (!haul__list_is_empty(&loop->ready))
        run_first(&loop->ready);
    haul__heap_finish(&loop->timers);
    haul__slab_finish(&loop->tasks);
    haul__mailbox_finish(&loop->mailbox);
    haul__poll_destroy(loop->poll);
    haul__free(loop);
    return 0;
}

void haul_loop_set_exception_handler(struct haul_loop *loop, haul_exception_fn *fn, void *data)
{
    loop->exception_handler = fn;
    loop->exception_data = data;
}

int64_t haul_loop_now(const struct haul_loop *loop)
{
    return haul__poll_now(loop->poll);
}

int64_t haul_loop_update_now(struct haul_loop *loop)
{
    return haul__poll_update_now(loop->poll);
}

int haul_loop_is_virtual(const struct haul_loop *loop)
{
    return haul__poll_is_virtual(loop->poll);
}

int haul__loop_set_timer(struct haul_loop *loop, struct haul_timer *timer, int64_t deadline)
{
    timer->index = HAUL__NO_TIMER;
    return deadline == HAUL_NEVER ? 0 : haul__heap_add(&loop->timers, timer, deadline);
}

void haul__loop_clear_timer(struct haul_loop *loop, struct haul_timer *timer)
{
    haul__heap_remove(&loop->timers, timer);
}

static void handle_run(struct haul__ready *ready)
{
    struct haul_handle *handle = haul__container(ready, struct haul_handle, ready);
    haul_callback_fn *fn = handle->fn;
    void *data = handle->data;
    haul__list_remove(&handle->link);
    haul__free(handle);
    fn(data);
}

static const struct haul__ready_kind handle_kind = {.run = handle_run};

static void handle_due(struct haul_timer *timer)
{
    struct haul_handle *handle = haul__container(timer, struct haul_handle, ready.at.timer);
    handle->is_timed = false;
    haul__loop_make_ready(handle->loop, &handle->ready);
}

int haul_loop_call_at(struct haul_loop *loop, int64_t deadline, haul_callback_fn *fn, void *data,
                      struct haul_handle **ret_handle)
{
    struct haul_handle *handle = haul__allocate_zeroed(sizeof(*handle));
    if (!handle)
        return -ENOMEM;
    handle->loop = loop;
    handle->fn = fn;
    handle->data = data;
    handle->ready.kind = &handle_kind;
    if (deadline == INT64_MIN) {
        haul__loop_make_ready(loop, &handle->ready);
    } else {
        handle->is_timed = true;
        handle->ready.at.timer.fire = handle_due;
        int code = haul__loop_set_timer(loop, &handle->ready.at.timer, deadline);
        if (code < 0) {
            haul__free(handle);
            return code;
        }
    }
    haul__list_append(&loop->handles, &handle->link);
    if (ret_handle)
        *ret_handle = handle;
    return 0;
}

int haul_loop_call_soon(struct haul_loop *loop, haul_callback_fn *fn, void *data, struct haul_handle **ret_handle)
{
    return haul_loop_call_at(loop, INT64_MIN, fn, data, ret_handle);
}

int haul_loop_call_later(struct haul_loop *loop, int64_t duration, haul_callback_fn *fn, void *data,
                         struct haul_handle **ret_handle)
{
    int64_t deadline;
    if (__builtin_add_overflow(haul_loop_now(loop), duration, &deadline))
        deadline = duration > 0 ? HAUL_NEVER : INT64_MIN + 1;
    return haul_loop_call_at(loop, deadline, fn, data, ret_handle);
}

void haul_handle_cancel(struct haul_handle *handle)
{
    if (handle->is_timed)
        haul__loop_clear_timer(handle->loop, &handle->ready.at.timer);
    else
        haul__list_remove(&handle->ready.at.link);
    haul__list_remove(&handle->link);
    haul__free(handle);
}

static void threadsafe_call_run(struct haul__ready *ready)
{
    struct threadsafe_call *call = haul__container(ready, struct threadsafe_call, ready);
    if (!call->loop->is_closing)
        call->fn(call->data);
    haul__free(call);
}

static const struct haul__ready_kind threadsafe_kind = {.run = threadsafe_call_run};

int haul_loop_call_soon_threadsafe(struct haul_loop *loop, haul_callback_fn *fn, void *data)
{
    struct threadsafe_call *call = haul__allocate(sizeof(*call));
    if (!call)
        return -ENOMEM;
    *call = (struct threadsafe_call){.ready.kind = &threadsafe_kind, .loop = loop, .fn = fn, .data = data};
    haul__mailbox_post(&loop->mailbox, &call->ready.at.link);
    return 0;
}

void haul_loop_hold(struct haul_loop *loop)
{
    haul__poll_hold(loop->poll);
}

void haul_loop_release(struct haul_loop *loop)
{
    haul__poll_release(loop->poll);
}

static void signal_run(struct haul__ready *ready)
{
    struct signal_handler *handler = haul__container(ready, struct signal_handler, ready);
    handler->is_ready = false;
    handler->fn(handler->data);
}

static const struct haul__ready_kind signal_kind = {.run = signal_run};

static void signal_came(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    (void)events;
    struct signal_handler *handler = data;
    if (handler->is_ready)
        return;
    handler->is_ready = true;
    haul__loop_make_ready(handler->loop, &handler->ready);
}

static struct signal_handler *find_signal_handler(struct haul_loop *loop, int signal)
{
    for (struct haul_list *link = loop->signals.next; link != &loop->signals; link = link->next) {
        struct signal_handler *handler = haul__container(link, struct signal_handler, link);
        if (handler->signal == signal)
            return handler;
    }
    return NULL;
}

int haul_loop_add_signal_handler(struct haul_loop *loop, int signal, haul_callback_fn *fn, void *data)
{
    if (find_signal_handler(loop, signal))
        return HAUL_E_BUSY;
    struct signal_handler *handler = haul__allocate_zeroed(sizeof(*handler));
    if (!handler)
        return -ENOMEM;
    *handler =
        (struct signal_handler){.ready.kind = &signal_kind, .loop = loop, .fn = fn, .data = data, .signal = signal};
    int code = haul__signal_watch_create(loop->poll, signal, signal_came, handler, &handler->watch);
    if (code < 0) {
        haul__free(handler);
        return code;
    }
    haul__list_append(&loop->signals, &handler->link);
    return 0;
}

void haul_loop_remove_signal_handler(struct haul_loop *loop, int signal)
{
    struct signal_handler *handler = find_signal_handler(loop, signal);
    if (handler)
        signal_handler_destroy(handler);
}

void haul__loop_add_hook(struct haul_loop *loop, struct haul__hook *hook)
{
    haul__list_append(&loop->hooks, &hook->link);
}

void haul__loop_remove_hook(struct haul_loop *loop, struct haul__hook *hook)
{
    (void)loop;
    haul__list_remove(&hook->link);
}

void haul__loop_report(struct haul_loop *loop, const char *message, int code)
{
    if (loop->exception_handler)
        loop->exception_handler(loop->exception_data, loop, message, code);
}

/* The earliest timer's deadline, as far as the loop minds it: where timers follow each other closely, those of a while
 * are waited for at once, since a wait costs more than what most of them do. One that is not so soon is on time. */
static int64_t next_timer(const struct haul_loop *loop)
{
    if (!haul__heap_first(&loop->timers))
        return HAUL_NEVER;
    int64_t deadline = haul__heap_first_deadline(&loop->timers);
    int64_t now = haul_loop_now(loop);
    bool is_soon = deadline > now && deadline < now + HAUL__TIMER_PACE;
    return is_soon && !haul_loop_is_virtual(loop) ? now + HAUL__TIMER_PACE : deadline;
}

/* The next point in time at which a hook or a timer has something to do. Hooks may make things ready. */
static int64_t next_deadline(struct haul_loop *loop)
{
    int64_t deadline = HAUL_NEVER;
    for (struct haul_list *link = loop->hooks.next; link != &loop->hooks; link = link->next) {
        struct haul__hook *hook = haul__container(link, struct haul__hook, link);
        int64_t hook_deadline = hook->before_poll(hook);
        if (hook_deadline < deadline)
            deadline = hook_deadline;
    }
    int64_t timer_deadline = next_timer(loop);
    return timer_deadline < deadline ? timer_deadline : deadline;
}

static void fire_due_timers(struct haul_loop *loop)
{
    int64_t now = haul_loop_now(loop);
    struct haul_timer *timer;
    while ((timer = haul__heap_first(&loop->timers)) && haul__heap_first_deadline(&loop->timers) <= now) {
        haul__heap_remove(&loop->timers, timer);
        timer->fire(timer);
    }
}

static void run_observed(struct haul_loop *loop, struct haul_list *list)
{
    while (!haul__list_is_empty(list)) {
        loop->observation.stepped[0] = '\0';
        int64_t begin = loop->clock.now(loop->clock.data);
        run_first(list);
        if (loop->observation.held)
            loop->observation.held(loop, "Handle", begin);
    }
}

static void run_snapshot(struct haul_loop *loop)
{
    struct haul_list snapshot;
    haul__list_init(&snapshot);
    haul__list_splice(&snapshot, &loop->ready);
    if (loop->observation.held)
        run_observed(loop, &snapshot);
    while (!haul__list_is_empty(&snapshot))
        run_first(&snapshot);
}

static void call_observed(struct haul_loop *loop, struct haul__hook *hook)
{
    loop->observation.stepped[0] = '\0';
    int64_t begin = loop->clock.now(loop->clock.data);
    hook->after_poll(hook);
    if (loop->observation.held)
        loop->observation.held(loop, "Hook", begin);
}

int haul__loop_run_once(struct haul_loop *loop)
{
    int64_t deadline = next_deadline(loop);
    bool waits = haul__list_is_empty(&loop->ready) && !haul__mailbox_has_mail(&loop->mailbox) && !loop->stopping;
    bool is_told = waits && loop->observation.idle;
    int64_t begin = is_told ? loop->clock.now(loop->clock.data) : 0;
    int code = haul__poll_wait(loop->poll, waits ? deadline : INT64_MIN);
    if (code != 0)
        return code;
    if (is_told)
        loop->observation.idle(loop->observation.idle_data, begin, loop->clock.now(loop->clock.data));
    haul__poll_catch_up(loop->poll, deadline);
    if (haul__mailbox_has_mail(&loop->mailbox))
        haul__mailbox_take(&loop->mailbox, &loop->ready);
    for (struct haul_list *link = loop->hooks.next; link != &loop->hooks; link = link->next) {
        struct haul__hook *hook = haul__container(link, struct haul__hook, link);
        if (hook->after_poll && loop->observation.held)
            call_observed(loop, hook);
        else if (hook->after_poll)
            hook->after_poll(hook);
    }
    fire_due_timers(loop);
    run_snapshot(loop);
    return 0;
}

int haul_loop_run_forever(struct haul_loop *loop)
{
    int code;
    do
        code = haul__loop_run_once(loop);
    while (code == 0 && !loop->stopping);
    loop->stopping = false;
    return code;
}

void haul_loop_stop(struct haul_loop *loop)
{
    loop->stopping = true;
}
