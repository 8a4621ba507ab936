/* In which order results leave: as each finishes, or as their lines came in. */
#ifndef RUN_ORDER_H
#define RUN_ORDER_H

#include "run/mode.h"

#include <stdbool.h>
#include <stddef.h>

struct entry;

/* Takes an entry whose result is to leave now. It is destroyed when this returns. */
typedef void emit_fn(void *data, struct entry *entry);

/* Embedded by the front. Its fields are private. */
struct order {
    bool is_input_order;
    emit_fn *emit;
    void *data;
    struct entry *first; /* all entries that have not left, in the order of the input */
    struct entry *last;
    size_t count;
};

void order_init(struct order *order, enum mode mode, emit_fn *emit, void *data);

/* Notes an entry that was read. Indexes ascend. The order owns it from now on. */
void order_add(struct order *order, struct entry *entry);

/* Its result is there: it leaves now, or waits for those before it, and lets those behind it go. */
void order_finish(struct order *order, struct entry *entry);

/* Destroys an entry that never leaves. */
void order_drop(struct order *order, struct entry *entry);

/* The oldest entry that has not left, or NULL. */
struct entry *order_first(const struct order *order);

/* True if what ENTRY gives can go straight through: nothing before it has to leave first. Several can have it when
 * results leave as they finish. */
bool order_is_turn(const struct order *order, const struct entry *entry);

#endif
