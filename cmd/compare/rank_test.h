/* Whether two series differ beyond the noise, by the ranks of their values alone: the test of Mann and Whitney, and how
 * many times as large one is as the other. Nothing is assumed of how the values are distributed. Pure functions. */
#ifndef COMPARE_RANK_TEST_H
#define COMPARE_RANK_TEST_H

#include <stdbool.h>
#include <stddef.h>

/* The share of false alarms that verdicts allow, all that are stated together. */
#define RANK_TEST_ALPHA 0.05

/* How many times as large one series is as another. */
struct ratio {
    double ratio;      /* the one's median to the other's */
    bool has_interval; /* there are enough values for one */
    double low;        /* the interval that holds the ratio with 95 % at least */
    double high;
};

/* The probability that chance alone gives a rank sum of the series ONE at least as far from its mean, to either side,
 * if both are of the same distribution. Exact, ties by their mean ranks, up to 100 values together; from there on the
 * normal distribution, corrected for ties and continuity. HAUL_E_INVALID: one of both is empty; -ENOMEM. */
int rank_test(const double *one, size_t one_count, const double *other, size_t other_count, double *ret_probability);

/* The least that rank_test can come to with so many values, none of them alike. */
double rank_test_least(size_t one_count, size_t other_count);

/* The ratio of the medians of ONE and OTHER, with the interval of all factors by which OTHER can be multiplied so that
 * rank_test does not tell it from ONE at 0.05: from the Kth smallest to the Kth largest of the ratios of each value of
 * ONE to each of OTHER, where K is the first count of ratios below 1 that rank_test would not find significant
 * (Hollander and Wolfe, Nonparametric Statistical Methods, 4.3, by logarithms). Widened to hold the ratio itself.
 * HAUL_E_INVALID: one is empty, or a value is not above 0; -ENOMEM. */
int rank_test_ratio(const double *one, size_t one_count, const double *other, size_t other_count,
                    struct ratio *ret_ratio);

/* The probabilities of COUNT tests that are told together, adjusted so that the chance of any false alarm among them
 * stays below the level that each is held against (Holm, Scandinavian Journal of Statistics 6, 1979). */
void rank_test_adjust(const double *probabilities, size_t count, double *ret_adjusted);

#endif
