/* The runs of a comparison, one after another: to warm up, then the rounds. Each round has every variant once, and
 * begins with another one (ABC, BCA, CAB), so that what changes with time falls on all alike. */
#ifndef COMPARE_ROUNDS_H
#define COMPARE_ROUNDS_H

#include "compare/comparison.h"
#include "compare/runner.h"

/* As many rounds as there can be. */
enum { ROUNDS_AT_MOST = 10000 };

/* Who is told how far it is. Both may be NULL. */
struct rounds_watcher {
    /* Run NUMBER of COUNT begins, both counted without those to warm up; 0: it is one of these. */
    void (*run_begins)(void *data, size_t number, size_t count, const struct variant *variant);
    /* A run to warm up is over, LEFT are still to come; RUN is gone when this returns. */
    void (*warmed_up)(void *data, const struct measured_run *run, size_t left);
    void *data;
};

/* Fills the comparison's runs, and counts the rounds that are complete: 0; HAUL_E_CANCELLED; the runner's error. */
struct rounds {
    struct haul_coroutine coroutine;
    struct comparison *comparison; /* begun */
    struct runner *runner;
    const struct variant *warm_ups; /* runs that are not measured */
    size_t warm_up_count;
    int64_t min_time; /* rounds are added until they have taken so long; 0: none is */
    struct rounds_watcher watcher;
    /* Private from here. */
    struct measured_run warm_up;
    size_t warmed;
    size_t done; /* measured runs */
    int64_t begin;
    int code;
};
haul_step_fn rounds;

/* The place among the variants of the run that is the NUMBERth, from 0, of all. */
size_t rounds_variant_of(const struct comparison *comparison, size_t number);

/* About how long all rounds take, in nanoseconds, going by one as-completed run; what runs in sequence takes no longer
 * than SEQUENTIAL_TIME. */
int64_t rounds_estimate(const struct comparison *comparison, const struct measured_run *run, int64_t sequential_time);

#endif
