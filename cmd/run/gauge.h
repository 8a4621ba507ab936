/* What progress shows of a run while it goes on. */
#ifndef RUN_GAUGE_H
#define RUN_GAUGE_H

#include "output/format.h"

struct front;
struct haul_client;
struct output;
struct program;
struct progress;
struct resume;

/* Embedded by its owner. All of it is borrowed. */
struct gauge {
    const struct program *program;
    const struct haul_client *client;
    const struct output *output;
    const struct front *front;
    const struct resume *resume;
};

/* Has progress shown on standard error, where that is a capable terminal and the options do not forbid it; otherwise
 * *RET_PROGRESS is NULL. GAUGE outlives it. -ENOMEM. */
int gauge_show(const struct gauge *gauge, struct progress **ret_progress);

#endif
