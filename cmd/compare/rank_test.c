#include "compare/rank_test.h"

#include "compare/statistics.h"

#include <haul/error.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Above it counting takes long, and the normal distribution is near enough. */
enum { EXACT_VALUES = 100 };

static const double normal_quantile = 1.959963984540054; /* 0.975 */

/* Of both series together, ordered. Ranks are doubled, so that those of ties are whole numbers. */
struct ranking {
    size_t *ranks; /* of all values */
    size_t count;
    size_t sum;  /* of those of the first series */
    double ties; /* the sum of t^3 - t over all groups of t values alike */
};

struct value {
    double value;
    bool is_first;
};

static int compare_values(const void *left, const void *right)
{
    double a = ((const struct value *)left)->value;
    double b = ((const struct value *)right)->value;
    return (a > b) - (a < b);
}

/* Gives the values from BEGIN to END, which are alike, their mean rank. */
static void rank_group(struct ranking *ranking, const struct value *values, size_t begin, size_t end)
{
    double size = (double)(end - begin);

    for (size_t i = begin; i < end; i++) {
        ranking->ranks[i] = begin + end + 1;
        ranking->sum += values[i].is_first ? ranking->ranks[i] : 0;
    }
    ranking->ties += size * size * size - size;
}

static int rank(const double *one, size_t one_count, const double *other, size_t other_count,
                struct ranking *ret_ranking)
{
    size_t count = one_count + other_count;
    struct ranking ranking = {.ranks = calloc(count, sizeof(*ranking.ranks)), .count = count};
    struct value *values = calloc(count, sizeof(*values));

    if (ranking.ranks == NULL || values == NULL) {
        free(ranking.ranks);
        free(values);
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = (struct value){i < one_count ? one[i] : other[i - one_count], i < one_count};
    qsort(values, count, sizeof(*values), compare_values);
    for (size_t begin = 0, end; begin < count; begin = end) {
        end = begin + 1;
        while (end < count && !(values[begin].value < values[end].value))
            end++;
        rank_group(&ranking, values, begin, end);
    }
    free(values);
    *ret_ranking = ranking;
    return 0;
}

/* In how many ways CHOSEN of the ranks have each sum, from 0 to MOST; the caller's to free. NULL: no memory. */
static double *count_sums(const size_t *ranks, size_t count, size_t chosen, size_t most)
{
    size_t columns = most + 1;
    double *ways = calloc((chosen + 1) * columns, sizeof(*ways)); /* by how many are chosen, then by their sum */

    if (ways == NULL)
        return NULL;
    ways[0] = 1;
    for (size_t i = 0; i < count; i++) {
        for (size_t taken = i + 1 < chosen ? i + 1 : chosen; taken > 0; taken--) {
            const double *without = ways + (taken - 1) * columns;
            double *with = ways + taken * columns;
            for (size_t sum = ranks[i]; sum < columns; sum++)
                with[sum] += without[sum - ranks[i]];
        }
    }
    memmove(ways, ways + chosen * columns, columns * sizeof(*ways));
    return ways;
}

/* The largest sum of CHOSEN doubled ranks of COUNT. */
static size_t largest_sum(size_t count, size_t chosen)
{
    return chosen * (2 * count - chosen + 1);
}

static size_t distance(size_t one, size_t other)
{
    return one > other ? one - other : other - one;
}

/* The part of all choices of ranks whose sum is as far from the mean as RANKING's. -ENOMEM. */
static int test_exactly(const struct ranking *ranking, size_t chosen, double *ret_probability)
{
    size_t most = largest_sum(ranking->count, chosen);
    size_t mean = chosen * (ranking->count + 1);
    double *ways = count_sums(ranking->ranks, ranking->count, chosen, most);
    double all = 0;
    double far = 0;

    if (ways == NULL)
        return -ENOMEM;
    for (size_t sum = 0; sum <= most; sum++) {
        all += ways[sum];
        if (distance(sum, mean) >= distance(ranking->sum, mean))
            far += ways[sum];
    }
    free(ways);
    *ret_probability = far / all;
    return 0;
}

static double test_nearly(const struct ranking *ranking, size_t chosen)
{
    double n = (double)chosen;
    double all = (double)ranking->count;
    double m = all - n;
    double variance = n * m / 12 * (all + 1 - ranking->ties / (all * (all - 1)));
    /* Half a rank for continuity; the ranks are doubled. */
    double off = fabs((double)ranking->sum / 2 - n * (all + 1) / 2) - 0.5;

    return variance > 0 && off > 0 ? erfc(off / sqrt(2 * variance)) : 1;
}

int rank_test(const double *one, size_t one_count, const double *other, size_t other_count, double *ret_probability)
{
    struct ranking ranking;

    if (one_count == 0 || other_count == 0)
        return HAUL_E_INVALID;
    int code = rank(one, one_count, other, other_count, &ranking);
    if (code != 0)
        return code;
    if (ranking.count <= EXACT_VALUES)
        code = test_exactly(&ranking, one_count, ret_probability);
    else
        *ret_probability = test_nearly(&ranking, one_count);
    free(ranking.ranks);
    return code;
}

double rank_test_least(size_t one_count, size_t other_count)
{
    double least = 2;

    /* One divided by how many ways there are to choose the one's ranks: to each side there is one such. */
    for (size_t i = 1; i <= one_count; i++)
        least *= (double)i / (double)(other_count + i);
    return least < 1 ? least : 1;
}

/* How many ratios from either end the interval leaves out, and one; 0: there is no interval. -ENOMEM. */
static int find_place(size_t one_count, size_t other_count, size_t *ret_place)
{
    double n = (double)one_count;
    double m = (double)other_count;

    if (one_count + other_count > EXACT_VALUES) {
        double place = n * m / 2 - normal_quantile * sqrt(n * m * (n + m + 1) / 12);
        *ret_place = place > 0 ? (size_t)place : 0;
        return 0;
    }
    size_t count = one_count + other_count;
    size_t *ranks = calloc(count, sizeof(*ranks));
    if (ranks == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        ranks[i] = i + 1;
    /* The sum of the lowest ranks that there can be, and how far above that a sum still tells. */
    size_t least = one_count * (one_count + 1) / 2;
    size_t pairs = one_count * other_count;
    double *ways = count_sums(ranks, count, one_count, least + pairs);
    free(ranks);
    if (ways == NULL)
        return -ENOMEM;
    double all = 0;
    for (size_t i = 0; i <= pairs; i++)
        all += ways[least + i];
    size_t place = 0;
    for (double below = 0; place <= pairs; place++) {
        below += ways[least + place];
        if (2 * below > RANK_TEST_ALPHA * all)
            break;
    }
    free(ways);
    *ret_place = place;
    return 0;
}

/* Two series, each in ascending order. */
struct sorted {
    double *one;
    double *other;
    size_t one_count;
    size_t other_count;
};

/* How many ratios of a value of the one to one of the other are RATIO at most. */
static size_t count_ratios(const struct sorted *sorted, double ratio)
{
    size_t below = 0; /* values of the one that are at most RATIO times that of the other */
    size_t ratios = 0;

    for (size_t i = 0; i < sorted->other_count; i++) {
        while (below < sorted->one_count && sorted->one[below] <= ratio * sorted->other[i])
            below++;
        ratios += below;
    }
    return ratios;
}

/* The ratio that is the PLACEth smallest, from 1, found by halving: there may be too many to put them in order. */
static double find_ratio(const struct sorted *sorted, size_t place)
{
    double low = 0;
    double high = 2 * sorted->one[sorted->one_count - 1] / sorted->other[0];

    for (;;) {
        double middle = low + (high - low) / 2;
        if (!(middle > low && middle < high))
            return high;
        if (count_ratios(sorted, middle) >= place)
            high = middle;
        else
            low = middle;
    }
}

static struct ratio ratio_of(const struct sorted *sorted, size_t place)
{
    struct ratio ratio = {
        .ratio = statistics_quantile(sorted->one, sorted->one_count, 0.5) /
                 statistics_quantile(sorted->other, sorted->other_count, 0.5),
        .has_interval = place > 0,
    };

    if (place > 0) {
        ratio.low = fmin(find_ratio(sorted, place), ratio.ratio);
        ratio.high = fmax(find_ratio(sorted, sorted->one_count * sorted->other_count + 1 - place), ratio.ratio);
    }
    return ratio;
}

int rank_test_ratio(const double *one, size_t one_count, const double *other, size_t other_count,
                    struct ratio *ret_ratio)
{
    if (one_count == 0 || other_count == 0)
        return HAUL_E_INVALID;
    double *values = malloc((one_count + other_count) * sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    struct sorted sorted = {values, values + one_count, one_count, other_count};
    memcpy(sorted.one, one, one_count * sizeof(*one));
    memcpy(sorted.other, other, other_count * sizeof(*other));
    statistics_sort(sorted.one, one_count);
    statistics_sort(sorted.other, other_count);
    size_t place = 0;
    int code = sorted.one[0] > 0 && sorted.other[0] > 0 ? find_place(one_count, other_count, &place) : HAUL_E_INVALID;
    if (code == 0)
        *ret_ratio = ratio_of(&sorted, place);
    free(values);
    return code;
}

/* How many tests there are but those whose probability is lower, or the same and stated before. */
static size_t count_left(const double *probabilities, size_t count, size_t test)
{
    size_t left = count;

    for (size_t i = 0; i < count; i++)
        left -= probabilities[i] < probabilities[test] || (i < test && probabilities[i] <= probabilities[test]);
    return left;
}

void rank_test_adjust(const double *probabilities, size_t count, double *ret_adjusted)
{
    for (size_t test = 0; test < count; test++) {
        double adjusted = 0;
        for (size_t i = 0; i < count; i++) {
            if (probabilities[i] <= probabilities[test])
                adjusted = fmax(adjusted, probabilities[i] * (double)count_left(probabilities, count, i));
        }
        ret_adjusted[test] = fmin(adjusted, 1);
    }
}
