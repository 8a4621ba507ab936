#include "run/order.h"

#include "run/entry.h"

void order_init(struct order *order, enum mode mode)
{
    *order = (struct order){.is_input_order = mode == MODE_SEQUENTIAL || mode == MODE_GATHER};
}

void order_add(struct order *order, struct entry *entry)
{
    entry->previous = order->last;
    entry->next = NULL;
    if (order->last)
        order->last->next = entry;
    else
        order->first = entry;
    order->last = entry;
    order->count++;
}

static void unlink_entry(struct order *order, struct entry *entry)
{
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        order->first = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        order->last = entry->previous;
    order->count--;
}

static void leave(struct order *order, struct entry *entry, emit_fn *emit, void *data)
{
    unlink_entry(order, entry);
    emit(data, entry);
    entry_destroy(entry);
}

void order_finish(struct order *order, struct entry *entry, emit_fn *emit, void *data)
{
    if (!order->is_input_order) {
        leave(order, entry, emit, data);
        return;
    }
    while (order->first && order->first->result)
        leave(order, order->first, emit, data);
}

void order_drop(struct order *order, struct entry *entry)
{
    unlink_entry(order, entry);
    entry_destroy(entry);
}

struct entry *order_first(const struct order *order)
{
    return order->first;
}

struct entry *order_next(const struct order *order, bool is_complete)
{
    bool is_only_one = is_complete && order->count == 1;
    return order->is_input_order || is_only_one ? order->first : NULL;
}
