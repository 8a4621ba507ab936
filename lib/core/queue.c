/* Nothing is ever there to be had while somebody waits for it: an item goes to the first who waits for one, and a place
 * that becomes free to the first who waits with an item. So at most one of the two lines has tasks in it.
 *
 * The item of a task that waits to put it stands where the value of the task's await will be: putting has none. */
#include "base/memory.h"
#include "core/items.h"
#include "core/line.h"

#include <haul/error.h>
#include <haul/queue.h>

#include <errno.h>

struct haul_queue {
    struct haul_list getters;
    struct haul_list putters;
    struct haul_list joiners;
    struct haul__items items;
    size_t maxsize;    /* SIZE_MAX: none */
    size_t unfinished; /* items that were put in and are not dealt with */
    haul_destroy_fn *destroy;
    bool is_shutdown;
};

static int create(size_t maxsize, haul_destroy_fn *destroy, haul_before_fn *before, struct haul_queue **ret_queue)
{
    struct haul_queue *queue = haul__allocate(sizeof(*queue));
    if (!queue)
        return -ENOMEM;
    *queue = (struct haul_queue){.maxsize = maxsize == 0 ? SIZE_MAX : maxsize, .destroy = destroy};
    haul__list_init(&queue->getters);
    haul__list_init(&queue->putters);
    haul__list_init(&queue->joiners);
    haul__items_init(&queue->items, before);
    *ret_queue = queue;
    return 0;
}

int haul_queue_create(size_t maxsize, haul_destroy_fn *destroy, struct haul_queue **ret_queue)
{
    return create(maxsize, destroy, NULL, ret_queue);
}

int haul_queue_create_priority(size_t maxsize, haul_destroy_fn *destroy, haul_before_fn *before,
                               struct haul_queue **ret_queue)
{
    assert(before);
    return create(maxsize, destroy, before, ret_queue);
}

static void drop_all(struct haul_queue *queue)
{
    while (queue->items.count > 0) {
        union haul_value item = haul__items_take(&queue->items);
        if (queue->destroy)
            queue->destroy(item.pointer);
    }
}

void haul_queue_destroy(struct haul_queue *queue)
{
    if (!queue)
        return;
    assert(haul__list_is_empty(&queue->getters));
    assert(haul__list_is_empty(&queue->putters));
    assert(haul__list_is_empty(&queue->joiners));
    drop_all(queue);
    haul__items_finish(&queue->items);
    haul__free(queue);
}

int haul_queue_put_nowait(struct haul_queue *queue, union haul_value item)
{
    if (queue->is_shutdown)
        return HAUL_E_SHUTDOWN;
    if (haul_queue_full(queue))
        return HAUL_E_FULL;
    struct haul_task *getter = haul__line_first(&queue->getters);
    int code = getter ? 0 : haul__items_reserve(&queue->items);
    if (code < 0)
        return code;
    queue->unfinished++;
    if (getter)
        haul__line_wake(getter, 0, item);
    else
        haul__items_add(&queue->items, item);
    return 0;
}

struct haul_await haul_queue_put(struct haul_task *task, struct haul_queue *queue, union haul_value item)
{
    int code = haul_queue_put_nowait(queue, item);
    if (code != HAUL_E_FULL)
        return haul__task_answer(task, code, (union haul_value){0});
    struct haul_await await = haul__line_wait(task, &queue->putters);
    task->future.value = item;
    return await;
}

/* There is room, since an item was taken. */
static void let_putter_in(struct haul_queue *queue)
{
    struct haul_task *putter = haul__line_first(&queue->putters);
    if (!putter)
        return;
    queue->unfinished++;
    haul__items_add(&queue->items, putter->future.value);
    haul__line_wake(putter, 0, (union haul_value){0});
}

int haul_queue_get_nowait(struct haul_queue *queue, union haul_value *ret_item)
{
    if (haul_queue_empty(queue))
        return queue->is_shutdown ? HAUL_E_SHUTDOWN : HAUL_E_EMPTY;
    *ret_item = haul__items_take(&queue->items);
    let_putter_in(queue);
    return 0;
}

struct haul_await haul_queue_get(struct haul_task *task, struct haul_queue *queue)
{
    union haul_value item = {0};
    int code = haul_queue_get_nowait(queue, &item);
    return code == HAUL_E_EMPTY ? haul__line_wait(task, &queue->getters) : haul__task_answer(task, code, item);
}

size_t haul_queue_qsize(const struct haul_queue *queue)
{
    return queue->items.count;
}

int haul_queue_empty(const struct haul_queue *queue)
{
    return queue->items.count == 0;
}

int haul_queue_full(const struct haul_queue *queue)
{
    return queue->items.count >= queue->maxsize;
}

/* Says of COUNT items that they are dealt with. */
static void finish_items(struct haul_queue *queue, size_t count)
{
    queue->unfinished -= count;
    if (queue->unfinished == 0)
        haul__line_wake_all(&queue->joiners, 0);
}

void haul_queue_task_done(struct haul_queue *queue)
{
    assert(queue->unfinished > 0 && "more items are dealt with than were put in");
    finish_items(queue, 1);
}

struct haul_await haul_queue_join(struct haul_task *task, struct haul_queue *queue)
{
    if (queue->unfinished == 0)
        return haul__task_answer(task, 0, (union haul_value){0});
    return haul__line_wait(task, &queue->joiners);
}

void haul_queue_shutdown(struct haul_queue *queue, int immediate)
{
    queue->is_shutdown = true;
    if (immediate) {
        size_t left = haul_queue_qsize(queue);
        drop_all(queue);
        /* Some may have been called dealt with before they were taken. */
        finish_items(queue, left < queue->unfinished ? left : queue->unfinished);
    }
    haul__line_wake_all(&queue->getters, HAUL_E_SHUTDOWN);
    haul__line_wake_all(&queue->putters, HAUL_E_SHUTDOWN);
}
