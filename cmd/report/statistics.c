#include "report/statistics.h"

#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_values(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

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

int statistics_spread(const double *values, size_t count, struct spread *ret_spread)
{
    if (count == 0)
        return HAUL_E_INVALID;
    double *sorted = malloc(count * sizeof(*sorted));
    if (sorted == NULL)
        return -ENOMEM;
    memcpy(sorted, values, count * sizeof(*sorted));
    statistics_sort(sorted, count);
    *ret_spread = (struct spread){
        .median = statistics_quantile(sorted, count, 0.5),
        .min = sorted[0],
        .max = sorted[count - 1],
    };
    free(sorted);
    return 0;
}

int statistics_ratio(const double *numerators, const double *denominators, size_t count, struct ratio *ret_ratio)
{
    struct ratio ratio = {0};

    for (size_t i = 0; i < count; i++) {
        if (!(numerators[i] > 0) || !(denominators[i] > 0))
            return HAUL_E_INVALID;
        double of_round = numerators[i] / denominators[i];
        ratio.min = i == 0 || of_round < ratio.min ? of_round : ratio.min;
        ratio.max = i == 0 || of_round > ratio.max ? of_round : ratio.max;
    }

    struct spread numerator;
    struct spread denominator;
    int code = statistics_spread(numerators, count, &numerator);
    if (code == 0)
        code = statistics_spread(denominators, count, &denominator);
    if (code != 0)
        return code;
    ratio.ratio = numerator.median / denominator.median;
    *ret_ratio = ratio;
    return 0;
}
