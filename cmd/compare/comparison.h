/* A comparison: the same list, run as each variant in turn, round after round. What all figures stand on. */
#ifndef COMPARE_COMPARISON_H
#define COMPARE_COMPARISON_H

#include "compare/measure.h"
#include "compare/variant.h"

struct comparison {
    const char *const *urls; /* by index, as they are shown: masked and escaped; with several sides the paths */
    const size_t *hosts;     /* of each URL a number, the same for the same host; IDEAL_NO_HOST (compare/ideal.h) */
    size_t url_count;
    size_t host_count;        /* different schemes, hosts and ports; sleeps have none */
    size_t per_host;          /* in flight for one host at most; 0: no limit of its own */
    bool is_warm;             /* connections and caches are kept from run to run */
    const char *const *sides; /* their names */
    const char *const *bases; /* and URLs, passwords masked */
    size_t side_count;        /* 0: URLs are as they are listed */
    const struct variant *variants;
    size_t variant_count;
    size_t rounds;          /* that were asked for, as far as is known */
    size_t rounds_complete; /* that were run to their end: all others are not looked at */
    struct measured_run
        *runs; /* of rounds x variants: that of round r and variants[v] is runs[r * variant_count + v] */
};

/* Makes all fields but `runs` and `rounds_complete` the caller's, who has set them; makes room for the runs. -ENOMEM.
 */
int comparison_begin(struct comparison *comparison);

/* Makes room for another round; `rounds` tells. No run is under way. -ENOMEM. */
int comparison_add_round(struct comparison *comparison);

/* Frees the runs. */
void comparison_finish(struct comparison *comparison);

/* The run of a round and a variant, both by their place from 0. */
struct measured_run *comparison_run(const struct comparison *comparison, size_t round, size_t variant);

/* Where the variant of this mode, concurrency and side stands; variant_count: nowhere. A CONCURRENCY of 0 is any. */
size_t comparison_find(const struct comparison *comparison, enum mode mode, size_t concurrency, size_t side);

/* Whether a run of this variant, in any complete round, was made of a sample, so that its wall time is an estimate. */
bool comparison_is_estimated(const struct comparison *comparison, size_t variant);

/* Whether nothing on this side was ok in any complete run, so that its times are those of failing. */
bool comparison_has_failed(const struct comparison *comparison, size_t side);

/* How variants are called. */
struct variant_labels comparison_labels(const struct comparison *comparison);

/* The most URLs that were not ok in one complete run; of a race that was won none counts. */
size_t comparison_not_ok(const struct comparison *comparison);

#endif
