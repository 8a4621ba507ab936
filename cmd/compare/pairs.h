/* Which variants differ beyond the noise: the pairs of which something is said, and what the test says of them. */
#ifndef COMPARE_PAIRS_H
#define COMPARE_PAIRS_H

#include "compare/comparison.h"
#include "compare/rank_test.h"

enum pair_kind {
    PAIR_WALL,        /* whose wall time is longer */
    PAIR_MEAN_OUT,    /* of gather and as-completed: who has results earlier */
    PAIR_DISTURBANCE, /* of these two the wall time: it should not differ, since their transfers are the same */
};

struct pair {
    enum pair_kind kind;
    size_t one;         /* the variant that is the measure: sequential, the lower concurrency, the first side */
    size_t other;       /* that is held against it */
    double probability; /* the test's, after Holm for all pairs together */
    bool is_different;  /* it is RANK_TEST_ALPHA at most */
    bool has_ratio;
    struct ratio ratio; /* how many times as fast the other is, or as early its results are */
};

struct pairs {
    struct pair *items;
    size_t count;
    bool are_too_few;     /* so few rounds cannot tell a difference, however large */
    size_t rounds_wanted; /* the least number that could */
};

/* The pairs: in a sweep the neighbours, that is, each concurrency and the next of the same mode and side; otherwise all
 * modes of a side; and of several sides each with each, in the same mode and concurrency. Races, estimates,
 * and sides on which every URL failed are left out. HAUL_E_INVALID: no round is complete; -ENOMEM. */
int pairs_find(const struct comparison *comparison, struct pairs *ret_pairs);

/* The pair of this kind; NULL: there is none. */
const struct pair *pairs_get(const struct pairs *pairs, enum pair_kind kind, size_t one, size_t other);

void pairs_finish(struct pairs *pairs);

#endif
