/* Figures about series of measured values. Pure functions; nothing they are given is changed, but by statistics_sort.
 */
#ifndef REPORT_STATISTICS_H
#define REPORT_STATISTICS_H

#include <stddef.h>

/* Where a series lies. */
struct spread {
    double median; /* of an even number of values the mean of the two in the middle */
    double min;
    double max;
};

/* How many times as large one series is as another, measured side by side in rounds: the ratio of the medians, and the
 * least and the greatest ratio of the two values of one round. The ratio never lies outside that range. */
struct ratio {
    double ratio;
    double min;
    double max;
};

/* Puts VALUES, none of them a NaN, in ascending order. */
void statistics_sort(double *values, size_t count);

/* The value below which the part QUANTILE (0 to 1) of the series SORTED lies, with straight lines drawn between its
 * values (type 7 of Hyndman and Fan, as in R and NumPy). COUNT is at least 1. */
double statistics_quantile(const double *sorted, size_t count, double quantile);

/* HAUL_E_INVALID: there are no values; -ENOMEM. */
int statistics_spread(const double *values, size_t count, struct spread *ret_spread);

/* NUMERATORS[i] and DENOMINATORS[i] were measured in the same round. HAUL_E_INVALID: there is none, or a value is not
 * above 0, so that no ratio says anything; -ENOMEM. */
int statistics_ratio(const double *numerators, const double *denominators, size_t count, struct ratio *ret_ratio);

#endif
