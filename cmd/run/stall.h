/* Tells a person, once, that a run stands still because one URL holds back all that came after it. */
#ifndef RUN_STALL_H
#define RUN_STALL_H

#include <haul/loop.h>

#include <stdbool.h>

struct order;

/* Embedded by its owner. */
struct stall {
    const struct order *order;
    struct haul_handle *handle; /* the call that tells; NULL: nothing stands still */
    bool is_told;
};

void stall_init(struct stall *stall, const struct order *order);

/* The window is full now, or it is not. What is full for 5 seconds without a pause is told. */
void stall_note(struct stall *stall, struct haul_loop *loop, bool is_full);

void stall_finish(struct stall *stall);

#endif
