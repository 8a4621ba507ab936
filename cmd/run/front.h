/* The front: pulls entries when there is room, has each fetched as a task, and hands them on in the mode's order. */
#ifndef RUN_FRONT_H
#define RUN_FRONT_H

#include "run/order.h"
#include "run/stall.h"

#include <haul/client.h>
#include <haul/event.h>
#include <haul/group.h>
#include <haul/loop.h>

#include <stdbool.h>
#include <stddef.h>

struct dedupe;
struct entry;
struct feed;
struct fetch_entry;

/* Where entries go. */
struct front_sink {
    /* Called with each entry once, when it leaves; the entry is destroyed behind it. A negative errno ends the run. */
    int (*emit)(void *data, struct entry *entry);
    /* Before an entry is fetched: where its body goes. HAUL_E_BUSY: what it would bring is there; it is not fetched,
     * but completed. A negative errno ends the run. NULL: bodies are dropped. */
    int (*prepare)(void *data, struct entry *entry, haul_body_fn **ret_fn, void **ret_data);
    /* ENTRY has been fetched, and RESULT, which this may change, will be its own: so it does not leave yet. CODE is 0,
     * or what wait_complete came to. HAUL_E_BUSY: it is to be asked again behind wait_complete. A negative errno ends
     * the run. NULL: nothing to do. */
    int (*complete)(void *data, struct entry *entry, struct haul_result *result, int code);
    struct haul_await (*wait_complete)(struct haul_task *task, void *data, struct entry *entry);
    /* ENTRY has come out, and has not left. NULL: nobody cares. */
    void (*judge)(void *data, struct entry *entry);
    /* What came of a body is not the answer's: haul_fetch's, with what `prepare` gave. NULL: it cannot be taken back.
     */
    haul_restart_fn *restart;
    /* ENTRY will be the next to leave, whatever happens. NULL: nobody cares. */
    void (*take_turn)(void *data, struct entry *entry);
    /* True while nothing new should be started, and waiting for the end of it. NULL: never. */
    bool (*is_full)(void *data);
    struct haul_await (*wait_room)(struct haul_task *task, void *data);
    /* A fetch has ended, or waits for its host. NULL: nobody cares. */
    void (*look_again)(void *data);
    void *data;
};

/* What a front works with; all of it outlives the run. */
struct front_plan {
    struct haul_client *client; /* its `waiting` callback is front_room_changed, with the front */
    struct feed *feed;
    struct front_sink sink;
    const struct haul_request *request; /* what is sent to each URL; NULL: a plain GET */
    struct dedupe *dedupe;              /* NULL: each entry is fetched */
    enum mode mode;
    size_t concurrency; /* fetches that are neither done nor wait for their host */
    size_t window;      /* entries that were read and have not left */
};

/* Its fields are private. */
struct front {
    struct front_plan plan;
    struct haul_loop *loop; /* once it runs */
    struct order order;
    struct stall stall;
    struct haul_group group;   /* the fetches */
    struct haul_event room;    /* set while there is some */
    size_t alive;              /* fetches that have not ended */
    struct fetch_entry *first; /* of these that have begun, in the order in which they did */
    struct fetch_entry *last;
    bool is_drained;            /* the feed has nothing more */
    const struct entry *turn;   /* the entry that was told it is the next to leave */
    const char *cancel_message; /* of results that did not come out because the run ended */
    bool is_stopped;            /* nothing more is read */
    int error;                  /* of the sink */
};

void front_init(struct front *front, const struct front_plan *plan);

/* A run: it ends when all entries have left: with 0; with HAUL_E_CANCELLED when its task was cancelled: nothing more
 * was read, what was in flight was cancelled, and every entry that was read has left all the same; or with the error
 * that kept it from going on. */
struct front_run {
    struct haul_coroutine coroutine;
    struct front *front;
    /* Private from here. */
    int code;
};
haul_step_fn front_run;

/* Reads nothing more; to be cancelled by the caller next. MESSAGE, static, is what results say that do not come out
 * because of that; the first one stays. */
void front_stop(struct front *front, const char *message);

/* Looks again whether there is room. DATA is the front. */
void front_room_changed(void *data);

/* A fetch in flight. */
struct front_flight {
    const struct haul_url *url; /* borrowed until the loop goes on */
    struct haul_fetch_progress progress;
};

/* Those that have been in flight longest, those first, ROOM at most: how many. */
size_t front_longest(const struct front *front, struct front_flight *ret_flights, size_t room);

/* True once all entries were read. */
bool front_is_drained(const struct front *front);

#endif
