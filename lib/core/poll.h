/* The only door to libev: waits for descriptors, signals and a deadline, on a real or a virtual clock. */
#ifndef CORE_POLL_H
#define CORE_POLL_H

#include <haul/clock.h>

#include <stdbool.h>
#include <stddef.h>

struct haul__poll;
struct haul__watch;

enum { HAUL__READABLE = 1, HAUL__WRITABLE = 2 };

/* Called from haul__poll_wait with the EVENTS that came. It may set and destroy watches, its own too, and make things
 * ready; it runs nobody's coroutine. */
typedef void haul__watch_fn(struct haul__watch *watch, int events, void *data);

/* Negative errno: out of memory or descriptors. */
int haul__poll_create(struct haul_clock clock, struct haul__poll **ret_poll);
void haul__poll_destroy(struct haul__poll *poll);

bool haul__poll_is_virtual(const struct haul__poll *poll);

/* The clock as it was read last, and reading it now. */
int64_t haul__poll_now(const struct haul__poll *poll);
int64_t haul__poll_update_now(struct haul__poll *poll);

/* Waits until a watch has something, DEADLINE has come (INT64_MIN: not at all; HAUL_NEVER: no deadline), or another
 * thread wakes it; calls the watches' functions, and reads the clock. On a virtual clock without watches and holds it
 * advances the clock to DEADLINE. HAUL_E_STALLED: there is no deadline, and no watch, no hold and no signal handler
 * that could end the wait. */
int haul__poll_wait(struct haul__poll *poll, int64_t deadline);

/* Behind a wait, before what was due at DEADLINE is done: if that time has come, tells of all that has happened until
 * now, however many watches that are, on a real clock. */
void haul__poll_catch_up(struct haul__poll *poll, int64_t deadline);

/* Ends the wait that is on, or else the next that would wait. From any thread, while the poll is there. */
void haul__poll_wake(struct haul__poll *poll);

/* While it is held, and as often as that, another thread is about to wake it. */
void haul__poll_hold(struct haul__poll *poll);
void haul__poll_release(struct haul__poll *poll);

/* A watch on DESCRIPTOR, for no event yet. It costs one allocation, and nothing after that. -EPERM: a regular file,
 * which never makes one wait; -ENOMEM. */
int haul__watch_create(struct haul__poll *poll, int descriptor, haul__watch_fn *fn, void *data,
                       struct haul__watch **ret_watch);

/* Sets the events to wait for; 0: none. */
void haul__watch_set(struct haul__watch *watch, int events);

/* The events it waits for. */
int haul__watch_events(const struct haul__watch *watch);

/* Tells that the descriptor's number is a new file: the kernel has forgotten the old one. To be called before the
 * next haul__watch_set where a number is used again. */
void haul__watch_renew(struct haul__watch *watch);

/* Before its descriptor is closed. NULL is fine. */
void haul__watch_destroy(struct haul__watch *watch);

/* Calls FN in haul__poll_wait after SIGNAL came, as events 0. -EINVAL: none that can be caught; -ENOMEM or another
 * negative errno. */
int haul__signal_watch_create(struct haul__poll *poll, int signal, haul__watch_fn *fn, void *data,
                              struct haul__watch **ret_watch);

/* libev's version. */
void haul__poll_library_version(int *ret_major, int *ret_minor);

#endif
