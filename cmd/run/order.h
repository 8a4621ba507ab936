/* In which order results leave: as each finishes, or as their lines came in. */
#ifndef RUN_ORDER_H
#define RUN_ORDER_H

#include "run/mode.h"

#include <stdbool.h>
#include <stddef.h>

struct entry;

/* Takes an entry that leaves now. It is destroyed when this returns. */
typedef void emit_fn(void *data, struct entry *entry);

/* Embedded by the front. Its fields are private. */
struct order {
    bool is_input_order;
    struct entry *first; /* all entries that have not left, in the order of the input */
    struct entry *last;
    size_t count;
};

void order_init(struct order *order, enum mode mode);

/* Notes an entry that was read. Indexes ascend. The order owns it from now on. */
void order_add(struct order *order, struct entry *entry);

/* Its result is there: it leaves now, or waits for those before it, and lets those behind it go. EMIT is called with
 * each that leaves. */
void order_finish(struct order *order, struct entry *entry, emit_fn *emit, void *data);

/* Destroys an entry that never leaves. */
void order_drop(struct order *order, struct entry *entry);

/* The oldest entry that has not left, or NULL. */
struct entry *order_first(const struct order *order);

/* The entry that is known to be the next to leave, or NULL. IS_COMPLETE: no more will be added. */
struct entry *order_next(const struct order *order, bool is_complete);

#endif
