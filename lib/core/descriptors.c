#include <haul/descriptor.h>

#include "base/memory.h"
#include "core/loop.h"

#include <assert.h>
#include <errno.h>

/* One function that is called for a descriptor. */
struct callback {
    struct haul__ready ready;
    haul_callback_fn *fn; /* NULL: there is none */
    void *data;
    bool is_ready; /* it stands in the loop's ready queue */
};

/* Both of a descriptor, on one watch. */
struct callbacks {
    struct haul_loop *loop;
    struct haul__watch *watch;
    struct callback reader;
    struct callback writer;
};

/* All of a loop, by the descriptor's number; NULL where there is neither. */
struct haul__descriptors {
    struct haul__closer closer;
    struct haul_loop *loop;
    struct callbacks **of;
    size_t count;
};

/* It may be taken away or replaced by the call. */
static void run(struct haul__ready *ready)
{
    struct callback *callback = haul__container(ready, struct callback, ready);
    callback->is_ready = false;
    callback->fn(callback->data);
}

static const struct haul__ready_kind callback_kind = {.run = run};

static void make_ready(struct haul_loop *loop, struct callback *callback)
{
    if (!callback->fn || callback->is_ready)
        return;
    callback->is_ready = true;
    callback->ready.kind = &callback_kind;
    haul__loop_make_ready(loop, &callback->ready);
}

static void on_event(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    struct callbacks *callbacks = data;
    if (events & HAUL__READABLE)
        make_ready(callbacks->loop, &callbacks->reader);
    if (events & HAUL__WRITABLE)
        make_ready(callbacks->loop, &callbacks->writer);
}

static void clear(struct callback *callback)
{
    if (callback->is_ready)
        haul__list_remove(&callback->ready.at.link);
    *callback = (struct callback){0};
}

static void set_events(struct callbacks *callbacks)
{
    haul__watch_set(callbacks->watch,
                    (callbacks->reader.fn ? HAUL__READABLE : 0) | (callbacks->writer.fn ? HAUL__WRITABLE : 0));
}

static void destroy(struct callbacks *callbacks)
{
    clear(&callbacks->reader);
    clear(&callbacks->writer);
    haul__watch_destroy(callbacks->watch);
    haul__free(callbacks);
}

static struct callbacks *find(const struct haul_loop *loop, int descriptor)
{
    const struct haul__descriptors *descriptors = loop->descriptors;
    return descriptors && descriptor >= 0 && (size_t)descriptor < descriptors->count ? descriptors->of[descriptor]
                                                                                     : NULL;
}

/* Has the table reach to DESCRIPTOR. */
static int reserve(struct haul__descriptors *descriptors, size_t descriptor)
{
    if (descriptor < descriptors->count)
        return 0;
    size_t count = descriptors->count > 0 ? descriptors->count : 16;
    while (count <= descriptor)
        count *= 2;
    struct callbacks **of = haul__reallocate(descriptors->of, count * sizeof(struct callbacks *));
    if (!of)
        return -ENOMEM;
    for (size_t i = descriptors->count; i < count; i++)
        of[i] = NULL;
    descriptors->of = of;
    descriptors->count = count;
    return 0;
}

static void close_all(struct haul__closer *closer)
{
    struct haul__descriptors *descriptors = haul__container(closer, struct haul__descriptors, closer);
    for (size_t i = 0; i < descriptors->count; i++)
        if (descriptors->of[i])
            destroy(descriptors->of[i]);
    haul__list_remove(&closer->link);
    descriptors->loop->descriptors = NULL;
    haul__free(descriptors->of);
    haul__free(descriptors);
}

static int begin(struct haul_loop *loop)
{
    if (loop->descriptors)
        return 0;
    struct haul__descriptors *descriptors = haul__allocate_zeroed(sizeof(*descriptors));
    if (!descriptors)
        return -ENOMEM;
    descriptors->closer.close = close_all;
    descriptors->loop = loop;
    haul__list_append(&loop->closers, &descriptors->closer.link);
    loop->descriptors = descriptors;
    return 0;
}

static int create(struct haul_loop *loop, int descriptor, struct callbacks **ret_callbacks)
{
    struct callbacks *callbacks = haul__allocate_zeroed(sizeof(*callbacks));
    if (!callbacks)
        return -ENOMEM;
    callbacks->loop = loop;
    int code = haul__watch_create(loop->poll, descriptor, on_event, callbacks, &callbacks->watch);
    if (code == 0)
        code = begin(loop);
    if (code == 0)
        code = reserve(loop->descriptors, (size_t)descriptor);
    if (code < 0) {
        destroy(callbacks);
        return code;
    }
    loop->descriptors->of[descriptor] = callbacks;
    *ret_callbacks = callbacks;
    return 0;
}

static struct callback *side(struct callbacks *callbacks, int event)
{
    return event == HAUL__READABLE ? &callbacks->reader : &callbacks->writer;
}

static int add(struct haul_loop *loop, int descriptor, int event, haul_callback_fn *fn, void *data)
{
    assert(fn && "there is something to call");
    struct callbacks *callbacks = find(loop, descriptor);
    int code = callbacks ? 0 : create(loop, descriptor, &callbacks);
    if (code < 0)
        return code;
    struct callback *callback = side(callbacks, event);
    clear(callback);
    callback->fn = fn;
    callback->data = data;
    set_events(callbacks);
    return 0;
}

static int remove_side(struct haul_loop *loop, int descriptor, int event)
{
    struct callbacks *callbacks = find(loop, descriptor);
    if (!callbacks || !side(callbacks, event)->fn)
        return 0;
    clear(side(callbacks, event));
    if (callbacks->reader.fn || callbacks->writer.fn) {
        set_events(callbacks);
    } else {
        loop->descriptors->of[descriptor] = NULL;
        destroy(callbacks);
    }
    return 1;
}

int haul_loop_add_reader(struct haul_loop *loop, int descriptor, haul_callback_fn *fn, void *data)
{
    return add(loop, descriptor, HAUL__READABLE, fn, data);
}

int haul_loop_add_writer(struct haul_loop *loop, int descriptor, haul_callback_fn *fn, void *data)
{
    return add(loop, descriptor, HAUL__WRITABLE, fn, data);
}

int haul_loop_remove_reader(struct haul_loop *loop, int descriptor)
{
    return remove_side(loop, descriptor, HAUL__READABLE);
}

int haul_loop_remove_writer(struct haul_loop *loop, int descriptor)
{
    return remove_side(loop, descriptor, HAUL__WRITABLE);
}
