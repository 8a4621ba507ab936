/* Accepts connections and runs a task for each. */
#ifndef ORIGIN_SERVER_H
#define ORIGIN_SERVER_H

#include "counters.h"
#include "workers.h"

#include <haul/coroutine.h>
#include <haul/group.h>

struct connection;
struct haul_listener;

/* Serves until its task is cancelled; then no connection is left. */
struct serve {
    struct haul_coroutine coroutine;
    struct haul_listener *listener;
    /* Private from here. */
    struct counters counters;
    struct workers workers;
    struct connection *connections;
    struct haul_group group;
    int code;
};
haul_step_fn serve;

#endif
