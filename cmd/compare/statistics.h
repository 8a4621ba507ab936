/* Figures about series of measured values. Pure functions; nothing they are given is changed, but by statistics_sort.
 */
#ifndef COMPARE_STATISTICS_H
#define COMPARE_STATISTICS_H

#include <stddef.h>

/* Where a series lies. */
struct spread {
    double mean;
    double deviation; /* the standard deviation, with COUNT - 1 below; a NaN of one value */
    double median;    /* of an even number of values the mean of the two in the middle */
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

/* How many values lie far off: more than 10 robust standard deviations from the median, each 1.4826 times the median
 * absolute deviation (so hyperfine has it), and more than a twentieth of the median. A series of which more than half
 * is the same has none. -ENOMEM. */
int statistics_outliers(const double *values, size_t count, size_t *ret_outliers);

#endif
