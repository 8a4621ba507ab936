/* What runs a list once as one variant: all that the rounds know of it. */
#ifndef COMPARE_RUNNER_H
#define COMPARE_RUNNER_H

#include "compare/variant.h"

#include <haul/coroutine.h>

struct measured_run;

/* Embedded by what runs. */
struct runner {
    /* Runs the list as VARIANT and fills RUN, which its caller finishes whatever comes: 0 where every URL came out that
     * was to; HAUL_E_CANCELLED; the error that kept it from going on. One run at a time. */
    struct haul_await (*run)(struct haul_task *task, struct runner *runner, const struct variant *variant,
                             struct measured_run *run);
};

#endif
