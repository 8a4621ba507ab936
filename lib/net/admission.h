/* The admission of a hop: all that it has to wait for before it may be let go. A place of its host and its turn there,
 * room for what comes of it, a place of the client, and the moment that the rates leave it. */
#ifndef NET_ADMISSION_H
#define NET_ADMISSION_H

#include "net/client.h"

/* A coroutine; it is awaited before the hop, on the client's loop. It ends with 0: the hop is to be let go now; with
 * HAUL_E_TIMEOUT: it could not be let go by `latest`; with HAUL_E_CANCELLED, or negative errno. Whatever it ended with,
 * haul__admission_end follows. */
struct haul__admission {
    struct haul_coroutine coroutine;
    struct haul_client *client;
    const struct haul_url *url;
    int64_t latest; /* when it may be let go at the latest; HAUL_NEVER */
    bool is_begun;  /* an earlier hop of the fetch was let go: the gate is open for it */
    size_t lane;    /* of the place that it got, where hops are kept */
    /* Private from here. */
    struct haul__limit *limit; /* its host's; NULL: there is none */
    bool is_aside;
    bool has_host_place;
    bool has_turn;
    bool has_place;
    bool is_in_flight;
};

haul_step_fn haul__admission;

/* The hop has ended, or is not made: gives the places back. All zero is fine. */
void haul__admission_end(struct haul__admission *admission);

/* Its host has asked, by STATUS, to be left alone for DURATION; what is in flight there goes on. */
void haul__admission_pause(struct haul__admission *admission, int status, int64_t duration);

/* Somebody waits because of that: the client's callback is told, of each pause once. */
void haul__admission_tell_pause(struct haul__admission *admission);

#endif
