/* The runs of a comparison, one after another: a warm-up, then the rounds. Each round has every mode once, and begins
 * with another one (ABC, BCA, CAB), so that what changes with time falls on all alike. */
#ifndef REPORT_ROUNDS_H
#define REPORT_ROUNDS_H

#include "report/comparison.h"
#include "report/runner.h"

/* Who is told how far it is. Both may be NULL. */
struct rounds_watcher {
    /* Run NUMBER of COUNT begins, both counted without the warm-up; 0: the warm-up itself. */
    void (*run_begins)(void *data, size_t number, size_t count, enum mode mode);
    /* The warm-up is over; RUN is gone when this returns. */
    void (*warmed_up)(void *data, const struct measured_run *run);
    void *data;
};

/* Fills the comparison's runs, and counts the rounds that are complete: 0; HAUL_E_CANCELLED; the runner's error. */
struct rounds {
    struct haul_coroutine coroutine;
    struct comparison *comparison; /* begun */
    struct runner *runner;
    bool has_warm_up; /* one as-completed run that is not measured */
    struct rounds_watcher watcher;
    /* Private from here. */
    struct measured_run warm_up;
    size_t done; /* measured runs */
};
haul_step_fn rounds;

/* The place among the modes of the run that is the NUMBERth, from 0, of all. */
size_t rounds_mode_of(const struct comparison *comparison, size_t number);

/* About how long all rounds take, going by one as-completed run, in nanoseconds. */
int64_t rounds_estimate(const struct comparison *comparison, const struct measured_run *run);

#endif
