/* Clocks that a loop can run on: the real one and the virtual one of tests. */
#ifndef HAUL_CLOCK_H
#define HAUL_CLOCK_H

#include <haul/linkage.h>

#include <stdint.h>

HAUL__BEGIN_C

/* Where a loop takes its time from. */
struct haul_clock {
    /* The time now, in nanoseconds, never going back. */
    int64_t (*now)(void *data);
    /* NULL for a clock that moves by itself. Otherwise the loop calls it, with the next deadline, when nothing is
     * ready, no descriptor is watched and no thread waited for, and it must make now() return that at least; and with
     * INT64_MIN once an iteration, for a clock that moves a little with each. */
    void (*advance)(void *data, int64_t deadline);
    void *data;
};

/* The system's monotonic clock (CLOCK_MONOTONIC). */
struct haul_clock haul_clock_monotonic(void);

/* A clock that stands still but for what moves it. Embedded by its user; set the fields before the loop is made. */
struct haul_virtual_clock {
    int64_t now;  /* the time; a test may move it forward */
    int64_t tick; /* added once an iteration, so that a program that polls sees time pass; 0 for none */
};

/* A clock that reads and advances VIRTUAL_CLOCK, which must outlive the loop. */
struct haul_clock haul_virtual_clock(struct haul_virtual_clock *virtual_clock);

HAUL__END_C

#endif
