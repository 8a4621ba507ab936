#include "compare/statistics.h"

#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_values(const void *one, const void *other)
{
    double a = *(const double *)one;
    double b = *(const double *)other;
    return (a > b) - (a < b);
}

void statistics_sort(double *values, size_t count)
{
    if (count > 1)
        qsort(values, count, sizeof(*values), compare_values);
}

double statistics_quantile(const double *sorted, size_t count, double quantile)
{
    assert(count > 0);
    assert(quantile >= 0 && quantile <= 1);
    double place = quantile * (double)(count - 1);
    size_t below = (size_t)place;

    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

static double mean_of(const double *values, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static double deviation_of(const double *values, size_t count, double mean)
{
    double squares = 0;

    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return count > 1 ? sqrt(squares / (double)(count - 1)) : NAN;
}

/* NULL: no memory. The caller's to free. */
static double *sorted_copy(const double *values, size_t count)
{
    double *sorted = malloc(count * sizeof(*sorted));
    if (sorted == NULL)
        return NULL;
    memcpy(sorted, values, count * sizeof(*sorted));
    statistics_sort(sorted, count);
    return sorted;
}

int statistics_spread(const double *values, size_t count, struct spread *ret_spread)
{
    if (count == 0)
        return HAUL_E_INVALID;
    double *sorted = sorted_copy(values, count);
    if (sorted == NULL)
        return -ENOMEM;
    double mean = mean_of(values, count);
    *ret_spread = (struct spread){
        .mean = mean,
        .deviation = deviation_of(values, count, mean),
        .median = statistics_quantile(sorted, count, 0.5),
        .min = sorted[0],
        .max = sorted[count - 1],
    };
    free(sorted);
    return 0;
}

int statistics_outliers(const double *values, size_t count, size_t *ret_outliers)
{
    const double far = 10 * 1.4826; /* a normal distribution's standard deviation is 1.4826 of that unit */
    const double noticeable = 0.05;
    size_t outliers = 0;

    if (count > 0) {
        double *sorted = sorted_copy(values, count);
        if (sorted == NULL)
            return -ENOMEM;
        double median = statistics_quantile(sorted, count, 0.5);
        for (size_t i = 0; i < count; i++)
            sorted[i] = fabs(values[i] - median);
        statistics_sort(sorted, count);
        double unit = statistics_quantile(sorted, count, 0.5);
        for (size_t i = 0; i < count && unit > 0; i++)
            outliers += sorted[i] > far * unit && sorted[i] > noticeable * fabs(median);
        free(sorted);
    }
    *ret_outliers = outliers;
    return 0;
}
