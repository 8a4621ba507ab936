/* The Lucas numbers, as long as they fit 64 bits: each is the sum of the two before it. */
#ifndef EXAMPLES_LUCAS_H
#define EXAMPLES_LUCAS_H

#include "examples/example.h"

struct lucas {
    struct haul_coroutine coroutine;
    int64_t before;
    int64_t number;
};

static inline struct haul_step lucas(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(lucas);
    HAUL_YIELD(.integer = 2);
    self->before = 2;
    self->number = 1;
    while (self->number > 0) {
        HAUL_YIELD(.integer = self->number);
        int64_t next = self->before > INT64_MAX - self->number ? 0 : self->before + self->number;
        self->before = self->number;
        self->number = next;
    }
    HAUL_FINALLY;
    HAUL_END;
}

#endif
