/* What tests of the client stand on: the origin, a loop, a client, and fetches of the origin's paths. */
#ifndef TESTS_FETCH_STAND_H
#define TESTS_FETCH_STAND_H

#include "origin_process.h"

#include <haul/haul.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct stand {
    struct origin_process origin;
    struct haul_loop *loop;
    struct haul_client_options options; /* to be changed before the first fetch */
    struct haul_client *client;         /* made when it is needed */
    char url[512];
    char refusing_url[64]; /* of a port of this machine where nobody listens */
    int refusing;          /* and which nobody else can have meanwhile */
};

/* Group fixtures: the origin. */
int stand_start(void **state);
int stand_stop(void **state);

/* Test fixtures: a loop; its counters begin anew. */
int stand_open(void **state);
int stand_close(void **state);

struct haul_client *stand_client(struct stand *stand);

/* Has the client have two loops, and an origin of which the hops are made by the second, which may be another than
 * before. Where the environment has STAND_LOOPS it is so from the start. */
void stand_use_loops(struct stand *stand);

/* Whether the origin's hops are made by another loop than the client's own. */
bool stand_is_away(struct stand *stand);

/* Another origin, on another port, and the client ends. */
void stand_renew_origin(struct stand *stand);

/* Ends the client and takes other options for the next. */
void stand_renew(struct stand *stand);

/* The URL of a path at the origin; or PATH, if it is a URL. Good until the next call. */
const char *stand_url(struct stand *stand, const char *path);

/* Fetches it: its result. */
struct haul_result *stand_fetch(struct stand *stand, const char *path);

/* A fetch in a task of its own. `text` is a copy that the task's frame points to. */
struct stand_task {
    char text[512];
    struct haul_task *task;
};
void stand_begin(struct stand *stand, struct stand_task *ret_task, const char *path);

/* Runs until it has ended: its code. The result, if it has one, is the caller's. */
int stand_end(struct stand *stand, struct stand_task *task, struct haul_result **ret_result);

/* The same for COUNT of them; all are ok in the end. */
void stand_begin_all(struct stand *stand, struct stand_task *ret_tasks, size_t count, const char *path);
void stand_end_all(struct stand *stand, struct stand_task *tasks, size_t count);

/* Cancels it: it ends as cancelled. */
void stand_end_cancelled(struct stand *stand, struct stand_task *task);

/* Has a client of its own fetch COUNT URLs at once, and cancels every second after so many iterations. Whatever comes
 * of it, memory being out included, all end. */
void stand_cancel_every_second(struct stand *stand, char (*texts)[256], size_t count, int iterations);

struct haul_client_statistics stand_statistics(const struct stand *stand);

/* Nothing runs, and nothing waits. */
void assert_idle(struct stand *stand);

/* Lets the loop run so many iterations that begin at once; none, if memory is out. */
void stand_turn(struct stand *stand, int iterations);

/* Runs until CONDITION holds, that is checked in every iteration. */
void stand_until(struct stand *stand, bool (*condition)(void *data), void *data);

/* An address that takes no connection: its listen queue is full. */
struct full_listener {
    int listener;
    int fillers[8];
    char url[64];
};
void full_listener_open(struct full_listener *full);
void full_listener_close(struct full_listener *full);

/* All times fit each other. */
void assert_times_fit(const struct haul_result *result);

#endif
