/* Queues: tasks put items in, others get them out (asyncio: Queue, PriorityQueue). Fair: who waits longest is first.
 *
 *     HAUL_AWAIT(haul_queue_put(task, queue, (union haul_value){.pointer = page}));
 *
 *     HAUL_AWAIT(haul_queue_get(task, queue));
 *     self->page = haul_awaited(task).pointer;
 *
 * An item goes to the task that waits for one at once, and is always in one hand: put gave 0, and it is the queue's, or
 * it is still the caller's; get gave 0, and it is the caller's, or it is still in the queue. */
#ifndef HAUL_QUEUE_H
#define HAUL_QUEUE_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_queue;

/* Makes a queue, first in, first out. MAXSIZE: how many items are in it at most; 0: as many as memory holds. DESTROY,
 * if not NULL, is called with the pointer of each item that is in it when it is destroyed, or shut down at once.
 * -ENOMEM. */
int haul_queue_create(size_t maxsize, haul_destroy_fn *destroy, struct haul_queue **ret_queue);

/* Nonzero if ITEM is to be had before OTHER. */
typedef int haul_before_fn(union haul_value item, union haul_value other);

/* The same, but the item that comes before all others is the first out; of equal ones, the first in. */
int haul_queue_create_priority(size_t maxsize, haul_destroy_fn *destroy, haul_before_fn *before,
                               struct haul_queue **ret_queue);

/* Nobody may be waiting. NULL is fine. */
void haul_queue_destroy(struct haul_queue *queue);

/* Puts ITEM in, waiting in line while the queue is full. 0: it is in, also where the task was cancelled meanwhile.
 * Otherwise it is not: HAUL_E_CANCELLED; HAUL_E_SHUTDOWN; -ENOMEM, where the queue had room for it but not yet the
 * memory. Waiting needs none. */
HAUL__MUST_AWAIT struct haul_await haul_queue_put(struct haul_task *task, struct haul_queue *queue,
                                                  union haul_value item);

/* Puts ITEM in now. HAUL_E_FULL (asyncio: QueueFull); HAUL_E_SHUTDOWN; -ENOMEM. */
int haul_queue_put_nowait(struct haul_queue *queue, union haul_value item);

/* Takes the first item, waiting in line for one. 0, and the value is the item, also where the task was cancelled
 * meanwhile. HAUL_E_CANCELLED; HAUL_E_SHUTDOWN: the queue was shut down, and nothing is left in it. */
HAUL__MUST_AWAIT struct haul_await haul_queue_get(struct haul_task *task, struct haul_queue *queue);

/* Takes the first item that is there. HAUL_E_EMPTY (asyncio: QueueEmpty); HAUL_E_SHUTDOWN: empty, and shut down. */
int haul_queue_get_nowait(struct haul_queue *queue, union haul_value *ret_item);

/* How many items are in it; an item for which somebody waited is not. */
size_t haul_queue_qsize(const struct haul_queue *queue);

/* Nonzero if no item is in it. */
int haul_queue_empty(const struct haul_queue *queue);

/* Nonzero if a put would wait. */
int haul_queue_full(const struct haul_queue *queue);

/* Says that an item that was taken is dealt with. Once for each at most; more is a mistake. */
void haul_queue_task_done(struct haul_queue *queue);

/* Waits until all items that were ever put in are dealt with. 0, HAUL_E_CANCELLED. */
HAUL__MUST_AWAIT struct haul_await haul_queue_join(struct haul_task *task, struct haul_queue *queue);

/* Ends it: nothing is put in any more, what is in it can still be taken, and who waits to put or get has
 * HAUL_E_SHUTDOWN. IMMEDIATE: what is in it is dropped, too, and counts as dealt with. May be called again. */
void haul_queue_shutdown(struct haul_queue *queue, int immediate);

HAUL__END_C

#endif
