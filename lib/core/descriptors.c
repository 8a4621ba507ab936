#include "core/descriptors.h"

#include "base/memory.h"
#include "core/loop.h"

#include <haul/descriptor.h>

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
struct haul__callbacks {
    struct haul_loop *loop;
    struct haul__watch *watch;
    struct callback reader;
    struct callback writer;
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
    struct haul__callbacks *callbacks = data;
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

static void set_events(struct haul__callbacks *callbacks)
{
    haul__watch_set(callbacks->watch,
                    (callbacks->reader.fn ? HAUL__READABLE : 0) | (callbacks->writer.fn ? HAUL__WRITABLE : 0));
}

static void destroy(struct haul__callbacks *callbacks)
{
    clear(&callbacks->reader);
    clear(&callbacks->writer);
    haul__watch_destroy(callbacks->watch);
    haul__free(callbacks);
}

static struct haul__callbacks *find(const struct haul_loop *loop, int descriptor)
{
    const struct haul__descriptors *descriptors = &loop->descriptors;
    return descriptor >= 0 && (size_t)descriptor < descriptors->count ? descriptors->of[descriptor] : NULL;
}

/* Has the table reach to DESCRIPTOR. */
static int reserve(struct haul__descriptors *descriptors, size_t descriptor)
{
    if (descriptor < descriptors->count)
        return 0;
    size_t count = descriptors->count > 0 ? descriptors->count : 16;
    while (count <= descriptor)
        count *= 2;
    struct haul__callbacks **of = haul__reallocate(descriptors->of, count * sizeof(struct haul__callbacks *));
    if (!of)
        return -ENOMEM;
    for (size_t i = descriptors->count; i < count; i++)
        of[i] = NULL;
    *descriptors = (struct haul__descriptors){of, count};
    return 0;
}

static int create(struct haul_loop *loop, int descriptor, struct haul__callbacks **ret_callbacks)
{
    struct haul__callbacks *callbacks = haul__allocate_zeroed(sizeof(*callbacks));
    if (!callbacks)
        return -ENOMEM;
    callbacks->loop = loop;
    int code = haul__watch_create(loop->poll, descriptor, on_event, callbacks, &callbacks->watch);
    if (code == 0)
        code = reserve(&loop->descriptors, (size_t)descriptor);
    if (code < 0) {
        destroy(callbacks);
        return code;
    }
    loop->descriptors.of[descriptor] = callbacks;
    *ret_callbacks = callbacks;
    return 0;
}

static struct callback *side(struct haul__callbacks *callbacks, int event)
{
    return event == HAUL__READABLE ? &callbacks->reader : &callbacks->writer;
}

static int add(struct haul_loop *loop, int descriptor, int event, haul_callback_fn *fn, void *data)
{
    assert(fn && "there is something to call");
    struct haul__callbacks *callbacks = find(loop, descriptor);
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
    struct haul__callbacks *callbacks = find(loop, descriptor);
    if (!callbacks || !side(callbacks, event)->fn)
        return 0;
    clear(side(callbacks, event));
    if (callbacks->reader.fn || callbacks->writer.fn) {
        set_events(callbacks);
    } else {
        loop->descriptors.of[descriptor] = NULL;
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

void haul__descriptors_finish(struct haul__descriptors *descriptors)
{
    for (size_t i = 0; i < descriptors->count; i++)
        if (descriptors->of[i])
            destroy(descriptors->of[i]);
    haul__free(descriptors->of);
    *descriptors = (struct haul__descriptors){0};
}
