/* Shards: one multi handle of libcurl each, with the transfers that run in it. libcurl walks all connections of a
 * handle at the end of each transfer, so that several small ones are faster than a large one.
 *
 * libcurl is called from three places only: when a descriptor or a deadline calls for it, when a transfer is added,
 * and from the loop's hook, where ended ones are taken out, once an iteration. Never from inside its own callbacks. */
#ifndef NET_SHARD_H
#define NET_SHARD_H

#include "net/transfer.h"

struct haul__shard {
    CURLM *multi;
    struct haul__transfers *transfers;
    struct haul_list running; /* transfers, cancelled ones too that libcurl still has */
    struct haul_list ending;  /* those of them that are to be taken out at the next occasion */
    size_t count;             /* of the running ones */
    int64_t deadline;         /* when libcurl wants to be called; HAUL_NEVER */
    struct haul__book book;
    uint64_t actions; /* how often it was called */
    int error;        /* negative errno: libcurl cannot go on with it */
    bool must_kick;   /* libcurl wants to be called as soon as may be */
    bool is_dirty;    /* transfers may have ended */
};

/* CONNECTIONS: how many may be kept open. MOST: once so many are open it closes one that is not in use before it opens
 * another, and it never has more transfers than that; 0: it need not. -ENOMEM. */
int haul__shard_create(struct haul__transfers *transfers, size_t connections, size_t most,
                       struct haul__shard **ret_shard);

/* Closes its connections. Nobody waits for any of its transfers. NULL is fine. */
void haul__shard_destroy(struct haul__shard *shard);

/* Whether any of its transfers has opened a socket. */
bool haul__shard_opens(const struct haul__shard *shard);

/* How many connections are kept. */
void haul__shard_keep(struct haul__shard *shard, size_t connections);

/* Runs a prepared transfer, and waits until it has ended. 0: how, is in its result; haul_awaited(task).pointer is the
 * transfer, or NULL where it ended too early to be of use to anybody else and will go by itself. HAUL_E_CANCELLED, the
 * same. Negative errno: it was not started. */
struct haul_await haul__shard_run(struct haul_task *task, struct haul__shard *shard, struct haul__transfer *transfer);

/* Before the loop waits: starts what was added, takes out what has ended. Returns when it is to be called again. */
int64_t haul__shard_before_poll(struct haul__shard *shard);

/* After it: libcurl's own deadline, and what has ended. */
void haul__shard_after_poll(struct haul__shard *shard);

/* Its patience is at an end: has libcurl look once more whether something has come, and ends it with FAILURE if
 * nothing has. From the hook only. */
void haul__shard_expire(struct haul__transfer *transfer, struct haul__failure failure);

/* Has the transfer, which runs, end before the loop waits again, unless libcurl has ended it by then. */
static inline void haul__shard_end_soon(struct haul__transfer *transfer)
{
    haul__list_remove(&transfer->ending);
    haul__list_append(&transfer->shard->ending, &transfer->ending);
}

/* What the sockets' watches call, with the socket. */
haul__watch_fn haul__shard_event;

#endif
