/* A hop: one request and its answer, or a sleep. A coroutine, made on the loop of its fetcher. It waits for the moment
 * at which its connection may be opened, looks the host's name up, has libcurl do the rest, and is made again where
 * descriptors were short or the connection that it found was gone. */
#ifndef NET_HOP_H
#define NET_HOP_H

#include "net/fetcher.h"
#include "net/outgoing.h"
#include "net/progress.h"

#include <haul/timeout.h>

/* It ends with 0: the result says how it came out; HAUL_E_CANCELLED; negative errno. */
struct haul__hop {
    struct haul_coroutine coroutine;
    struct haul__fetcher *fetcher;
    const struct haul_url *url;
    const struct haul__outgoing *outgoing; /* only read: it may be another thread's */
    struct haul__result *result; /* of the fetch: what other hops left there is overwritten, its times are added to */
    struct haul__progress *progress; /* of the fetch, too, and what other threads may look at meanwhile */
    haul_body_fn *body;              /* NULL: the body is kept in the result */
    void *body_data;
    size_t lane;      /* its place in flight, where hops are kept */
    bool is_attempt;  /* the first of an attempt */
    int64_t queued;   /* since when it is waited for */
    int64_t left;     /* of the time that the hops of an attempt may take; how much there is at the end */
    int64_t max_time; /* how much there was of that at the begin of the attempt */
    /* What came of it. */
    struct haul_url *target; /* that the answer redirects to and is followed to, the taker's; or NULL */
    const char *problem;     /* why it cannot be; static; or NULL */
    int64_t ended;           /* when, on its loop's clock */
    int64_t attempt_started; /* when the attempt did that began with it */
    int64_t retry_after;     /* what an answer of 400 or more asks to be waited; 0: it does not */
    unsigned opened;         /* connections that a request was sent over, by whether they were opened for it */
    unsigned reused;
    /* Private from here. */
    struct haul__host *host; /* NULL: it is a sleep */
    struct haul__transfer *transfer;
    struct haul__question *question; /* about its name, while it is looked up */
    struct haul_timeout timeout;
    struct haul_times times_before;
    int64_t queue_before;
    int64_t started;    /* when it was let go, or 0 */
    int64_t not_before; /* when it may be tried again, descriptors being short */
    unsigned shortages; /* in a row */
    bool is_lost;       /* the connection that it found turned out to be gone */
    bool needs_both;    /* no connection came of the addresses of one family, which were there before the other's */
    bool was_run;       /* libcurl got it */
    bool has_place;     /* the fetcher's */
    bool has_stream;    /* it was let go to use a connection, or to open one */
    bool is_paced;      /* it took a moment for opening a connection */
    bool has_timeout;
    int code;
};

haul_step_fn haul__hop;

#endif
