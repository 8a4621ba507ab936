/* The front: pulls entries when there is room, has each fetched as a task, and hands them on in the mode's order. */
#ifndef RUN_FRONT_H
#define RUN_FRONT_H

#include "output/gate.h"
#include "run/order.h"
#include "run/stall.h"

#include <haul/client.h>
#include <haul/group.h>
#include <haul/loop.h>

struct feed;

/* What a front works with; all of it outlives the run. */
struct front_plan {
    struct haul_client *client; /* its `waiting` callback is front_room_changed with this front */
    struct feed *feed;
    enum mode mode;
    size_t concurrency; /* fetches that are neither done nor wait for their host */
    size_t window;      /* entries that have not left */
    emit_fn *emit;      /* called with each entry once */
    void *emit_data;
    bool (*is_blocked)(void *data); /* nothing is started while it says so: the output is slow; NULL: never */
    void *is_blocked_data;
    haul_body_fn *body;         /* takes the bodies, with a struct fetching as data; NULL: they are dropped */
    const char *cancel_message; /* of results that did not come out because the run ended; may change meanwhile */
};

/* What a body function is called with. */
struct fetching {
    struct front *front;
    struct entry *entry;
};

/* A run: a coroutine, HAUL_CALL(front_run, .front = &front). It ends when all entries have left: with 0; with
 * HAUL_E_CANCELLED when it was cancelled: nothing more was read, what was in flight was cancelled, and every entry
 * that was read has left all the same; or with what kept it from going on. */
struct front {
    struct haul_loop *loop; /* once it runs */
    struct front_plan plan;
    struct order order;
    struct haul_group group;
    struct gate room;
    size_t alive; /* fetches that have not ended */
    struct stall stall;
};

struct front_run {
    struct haul_coroutine coroutine;
    struct front *front;
    /* Private from here. */
    struct gate_pass pass;
    int code;
};
haul_step_fn front_run;

void front_init(struct front *front, const struct front_plan *plan);

/* Looks again whether there is room; DATA is the front. To be called when what decides it has changed outside. */
void front_room_changed(void *data);

#endif
