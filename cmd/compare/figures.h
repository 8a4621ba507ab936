/* What all complete rounds of one variant came to. Times are seconds. */
#ifndef COMPARE_FIGURES_H
#define COMPARE_FIGURES_H

#include "compare/comparison.h"
#include "compare/rank_test.h"
#include "compare/statistics.h"

enum { FIGURES_QUANTILES = 4 };

/* 0.5, 0.9, 0.95, 0.99, and how they are called: "p50", ... */
extern const double figures_quantiles[FIGURES_QUANTILES];
extern const char *const figures_quantile_names[FIGURES_QUANTILES];

struct figures {
    struct variant variant;
    bool is_estimate; /* its runs were of samples: mean is of what was reckoned, and the rest of `wall` says nothing */
    double error;     /* the standard error of that mean */
    struct spread wall; /* deviation, minimum and maximum over the rounds */
    size_t outliers;    /* rounds whose wall time lies far off */
    bool has_speedup;   /* there is something to compare it with, and no wall time is 0 */
    size_t reference;   /* the variant it is compared with; perhaps itself */
    bool is_reference;  /* it is itself */
    bool is_reference_estimate;
    struct ratio speedup; /* the reference's wall to this one's; no interval where they are one, or one is estimated */
    double first_out;     /* the median over the rounds */
    double mean_out;      /* the median over the rounds */
    double rate;          /* URLs that came out a second, of the median wall time; of an estimate, of its mean */
    double quantiles[FIGURES_QUANTILES]; /* of what a URL took by itself, over all rounds */
    bool has_ideal;                      /* all URLs were to come out */
    double ideal;                        /* the median over the rounds of the wall time that the latencies allowed */
    double reached;                      /* the median of the part of the wall time that this is */
    size_t slowest;                      /* the index of the URL that took longest in any round */
    double slowest_total;                /* and its time */
    size_t peak_in_flight;               /* the largest of a round, as those below */
    uint64_t connections;
    int64_t bytes;
    size_t not_ok;
};

/* Sums up the variant at place VARIANT. HAUL_E_INVALID: no round is complete; -ENOMEM. */
int figures_of(const struct comparison *comparison, size_t variant, struct figures *ret_figures);

/* Those of all variants, by their places; the caller's to free. The same answers. */
int figures_of_all(const struct comparison *comparison, struct figures **ret_figures);

/* Which variant a speedup of that at place VARIANT is over, perhaps itself: sequential on the same side, if that has
 * more than one; without it the least concurrency of a sweep; without that the first side. variant_count: none. A race,
 * which does not fetch all, is compared with nothing. */
size_t figures_reference(const struct comparison *comparison, size_t variant);

/* The wall times of a variant in seconds, by round; the caller's to free. NULL: no memory. */
double *figures_walls(const struct comparison *comparison, size_t variant);

/* The same of the times when a result was available on average. */
double *figures_means_out(const struct comparison *comparison, size_t variant);

#endif
