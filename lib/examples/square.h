/* The coroutine of several of the tutorials' programs: it says what it squares, sleeps for a second, and returns it. */
#ifndef EXAMPLES_SQUARE_H
#define EXAMPLES_SQUARE_H

#include "examples/example.h"

struct square {
    struct haul_coroutine coroutine;
    FILE *out;
    int number;
};

static inline struct haul_step square(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(square);
    fprintf(self->out, "Square %d\n", self->number);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND));
    fprintf(self->out, "End square %d\n", self->number);
    HAUL_RETURN(.integer = (int64_t)self->number * self->number);
    HAUL_FINALLY;
    HAUL_END;
}

#endif
