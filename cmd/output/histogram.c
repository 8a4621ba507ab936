#include "output/histogram.h"

#include <haul/duration.h>

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

/* The last bucket has all that is longer than 2^reach microseconds, a year. */
enum { reach = 45 };

struct histogram {
    unsigned bits;
    size_t bucket_count;
    uint64_t count;
    int64_t shortest;
    int64_t longest;
    uint64_t buckets[]; /* pages that were never touched take no memory */
};

struct histogram *histogram_create(unsigned bits)
{
    assert(bits >= 2 && bits <= 16);
    size_t half = (size_t)1 << (bits - 1);
    size_t bucket_count = 2 * half + (reach - bits) * half;
    struct histogram *histogram = calloc(1, sizeof(*histogram) + bucket_count * sizeof(histogram->buckets[0]));
    if (histogram == NULL)
        return NULL;
    histogram->bits = bits;
    histogram->bucket_count = bucket_count;
    return histogram;
}

void histogram_destroy(struct histogram *histogram)
{
    free(histogram);
}

static size_t bucket_of(const struct histogram *histogram, uint64_t microseconds)
{
    unsigned octave = 0;
    while (microseconds >> octave >> histogram->bits > 0)
        octave++;
    size_t bucket = (microseconds >> octave) + ((size_t)octave << (histogram->bits - 1));
    return bucket < histogram->bucket_count ? bucket : histogram->bucket_count - 1;
}

/* The middle of a bucket, in nanoseconds. */
static int64_t middle_of(const struct histogram *histogram, size_t bucket)
{
    size_t half = (size_t)1 << (histogram->bits - 1);
    size_t octave = bucket < 2 * half ? 0 : (bucket - half) / half;
    int64_t begin = (int64_t)(bucket - octave * half) << octave;
    int64_t width = INT64_C(1) << octave;
    return begin * HAUL_MICROSECOND + width * HAUL_MICROSECOND / 2;
}

void histogram_add(struct histogram *histogram, int64_t time)
{
    if (histogram->count == 0 || time < histogram->shortest)
        histogram->shortest = time;
    if (time > histogram->longest)
        histogram->longest = time;
    histogram->count++;
    histogram->buckets[bucket_of(histogram, (uint64_t)time / HAUL_MICROSECOND)]++;
}

uint64_t histogram_count(const struct histogram *histogram)
{
    return histogram->count;
}

int64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
    if (histogram->count == 0)
        return 0;
    uint64_t rank = (histogram->count * percent + 99) / 100;
    if (rank == histogram->count)
        return histogram->longest;
    uint64_t passed = 0;
    size_t bucket = 0;
    while (bucket < histogram->bucket_count - 1 && (passed += histogram->buckets[bucket]) < rank)
        bucket++;
    int64_t time = middle_of(histogram, bucket);
    if (time < histogram->shortest)
        return histogram->shortest;
    return time > histogram->longest ? histogram->longest : time;
}

int64_t histogram_shortest(const struct histogram *histogram)
{
    return histogram->shortest;
}
