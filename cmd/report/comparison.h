/* A comparison: the same list, run in each mode in turn, round after round. What table, words and export stand on. */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H

#include "report/measure.h"
#include "report/statistics.h"
#include "run/mode.h"

struct comparison {
    const char *const *urls; /* by index, as they are shown: masked and escaped */
    size_t url_count;
    size_t host_count;  /* different schemes, hosts and ports; sleeps have none */
    size_t concurrency; /* in flight at most, but for sequential */
    size_t per_host;    /* in flight for one host at most; 0: no limit of its own */
    const enum mode *modes;
    size_t mode_count;
    size_t rounds;             /* that were asked for */
    size_t rounds_complete;    /* that were run to their end: all others are not looked at */
    struct measured_run *runs; /* of rounds x modes: that of round r and modes[m] is runs[r * mode_count + m] */
};

/* What all complete rounds of one mode came to. Times are seconds. */
struct mode_summary {
    enum mode mode;
    struct spread wall;
    bool has_speedup;      /* sequential was run as well, and no wall time is 0 */
    struct ratio speedup;  /* sequential's wall to this one's */
    double first_out;      /* the median over the rounds */
    double mean_out;       /* the median over the rounds */
    size_t slowest;        /* the index of the URL that took longest in any round */
    double slowest_total;  /* and its time */
    size_t peak_in_flight; /* the largest of a round, as the two below */
    uint64_t connections;
    size_t not_ok;
};

/* Makes all fields but `runs` and `rounds_complete` the caller's, who has set them; makes room for the runs. -ENOMEM.
 */
int comparison_begin(struct comparison *comparison);

/* Frees the runs. */
void comparison_finish(struct comparison *comparison);

/* The run of a round and a mode, both by their place from 0. */
struct measured_run *comparison_run(const struct comparison *comparison, size_t round, size_t mode);

/* Where MODE stands in the comparison's modes; mode_count: it was not asked for. */
size_t comparison_find_mode(const struct comparison *comparison, enum mode mode);

/* Sums up the mode at place MODE. HAUL_E_INVALID: no round is complete; -ENOMEM. */
int comparison_summarize(const struct comparison *comparison, size_t mode, struct mode_summary *ret_summary);

/* The most URLs that were not ok in one complete run. */
size_t comparison_not_ok(const struct comparison *comparison);

#endif
