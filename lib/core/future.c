#include "core/future.h"

#include "base/memory.h"
#include "core/name.h"

#include <haul/error.h>

#include <errno.h>

struct done_callback {
    struct haul__ready ready;
    struct haul_future *future; /* a reference once it is on its way */
    haul_done_fn *fn;
    void *data;
};

static void callback_run(struct haul__ready *ready);

static const struct haul__ready_kind callback_kind = {.run = callback_run};

static struct done_callback *callback_of_link(struct haul_list *link)
{
    return haul__container(link, struct done_callback, ready.at.link);
}

/* Tasks that wait stand in the same ring as callbacks. */
static bool is_callback(const struct haul_list *link)
{
    return haul__container(link, struct haul__ready, at.link)->kind == &callback_kind;
}

void haul__future_init(struct haul_future *future, struct haul_loop *loop)
{
    *future = (struct haul_future){.of.loop = loop, .references = 1};
}

int haul_future_create(struct haul_loop *loop, struct haul_future **ret_future)
{
    struct haul_future *future = haul__allocate(sizeof(*future));
    if (!future)
        return -ENOMEM;
    haul__future_init(future, loop);
    *ret_future = future;
    return 0;
}

struct haul_future *haul_future_ref(struct haul_future *future)
{
    future->references++;
    return future;
}

static void report(struct haul_future *future)
{
    if (future->is_task)
        haul__future_loop(future)->report_task(future);
    else
        haul__loop_report(haul__future_loop(future), "a future died with an error that nobody took", future->code);
}

static void die(struct haul_future *future)
{
    while (future->waiters) {
        /* A waiting task holds a reference, so what is left are callbacks. */
        struct done_callback *callback = callback_of_link(future->waiters);
        haul__future_remove_waiter(future, &callback->ready);
        haul__free(callback);
    }
    if (haul_future_done(future)) {
        if (future->code == 0 && future->destroy)
            future->destroy(future->value.pointer);
        if (future->code != 0 && future->code != HAUL_E_CANCELLED && !future->taken)
            report(future);
    }
    if (!future->is_task) {
        haul__free(future);
        return;
    }
    if (haul__future_loop(future)->names)
        haul__name_forget(haul__future_loop(future), future);
    haul__slab_give(future, future->is_apart);
}

void haul_future_unref(struct haul_future *future)
{
    if (!future)
        return;
    assert(future->references > 0);
    if (--future->references == 0)
        die(future);
}

void haul__future_add_waiter(struct haul_future *future, struct haul__ready *ready)
{
    if (future->waiters) {
        haul__list_append(future->waiters, &ready->at.link);
    } else {
        haul__list_init(&ready->at.link);
        future->waiters = &ready->at.link;
    }
}

void haul__future_remove_waiter(struct haul_future *future, struct haul__ready *ready)
{
    struct haul_list *link = &ready->at.link;
    if (future->waiters == link)
        future->waiters = link->next == link ? NULL : link->next;
    haul__list_remove(link);
}

void haul__future_settle(struct haul_future *future, int code)
{
    assert(!haul_future_done(future));
    future->is_settled = true;
    future->code = (int16_t)code;
    if (!future->waiters)
        return;
    struct haul_list all;
    all.next = &all;
    all.previous = &all;
    haul__list_append(future->waiters, &all);
    future->waiters = NULL;
    for (struct haul_list *link = all.next; link != &all; link = link->next)
        if (is_callback(link))
            callback_of_link(link)->future = haul_future_ref(future);
    haul__loop_make_all_ready(haul__future_loop(future), &all);
}

int haul_future_set_value(struct haul_future *future, union haul_value value, haul_destroy_fn *destroy)
{
    assert(!future->is_task && "a task is settled by its coroutine");
    if (haul_future_done(future))
        return HAUL_E_SETTLED;
    future->value = value;
    future->destroy = destroy;
    haul__future_settle(future, 0);
    return 0;
}

int haul_future_set_error(struct haul_future *future, int code)
{
    assert(!future->is_task && "a task is settled by its coroutine");
    assert(code != 0 && code != HAUL_E_CANCELLED);
    if (haul_future_done(future))
        return HAUL_E_SETTLED;
    haul__future_settle(future, code);
    return 0;
}

int haul_future_cancel(struct haul_future *future)
{
    if (haul_future_done(future))
        return 0;
    if (future->is_task)
        return haul__future_loop(future)->cancel_task(future);
    haul__future_settle(future, HAUL_E_CANCELLED);
    return 1;
}

int haul_future_done(const struct haul_future *future)
{
    return future->is_settled;
}

int haul_future_code(struct haul_future *future)
{
    assert(haul_future_done(future));
    future->taken = true;
    return future->code;
}

union haul_value haul_future_value(const struct haul_future *future)
{
    assert(haul_future_done(future) && future->code == 0);
    return future->value;
}

union haul_value haul_future_take(struct haul_future *future, haul_destroy_fn **ret_destroy)
{
    assert(haul_future_done(future) && future->code == 0);
    *ret_destroy = future->destroy;
    future->destroy = NULL;
    return future->value;
}

static void callback_run(struct haul__ready *ready)
{
    struct done_callback *callback = haul__container(ready, struct done_callback, ready);
    struct haul_future *future = callback->future;
    if (!haul__future_loop(future)->is_closing)
        callback->fn(future, callback->data);
    haul__free(callback);
    haul_future_unref(future);
}

int haul_future_add_done_callback(struct haul_future *future, haul_done_fn *fn, void *data)
{
    struct done_callback *callback = haul__allocate(sizeof(*callback));
    if (!callback)
        return -ENOMEM;
    *callback = (struct done_callback){.ready.kind = &callback_kind, .fn = fn, .data = data};
    if (haul_future_done(future)) {
        callback->future = haul_future_ref(future);
        haul__loop_make_ready(haul__future_loop(future), &callback->ready);
    } else {
        haul__future_add_waiter(future, &callback->ready);
    }
    return 0;
}

static bool remove_one(struct haul_future *future, haul_done_fn *fn, void *data)
{
    struct haul_list *link = future->waiters;
    if (!link)
        return false;
    do {
        struct done_callback *callback = is_callback(link) ? callback_of_link(link) : NULL;
        if (callback && callback->fn == fn && callback->data == data) {
            haul__future_remove_waiter(future, &callback->ready);
            haul__free(callback);
            return true;
        }
        link = link->next;
    } while (link != future->waiters);
    return false;
}

size_t haul_future_remove_done_callback(struct haul_future *future, haul_done_fn *fn, void *data)
{
    size_t count = 0;
    while (remove_one(future, fn, data))
        count++;
    return count;
}
