/* Counts times in buckets, so that their percentiles are known in memory that does not grow with them.
 *
 * Times are counted in buckets of microseconds: those below 2^BITS in one each, and from there on half as many buckets
 * for every doubling, so that a bucket is at most 2^(1 - BITS) of its time wide, and its middle half of that off. */
#ifndef OUTPUT_HISTOGRAM_H
#define OUTPUT_HISTOGRAM_H

#include <stdint.h>

struct histogram;

/* BITS: 2 to 16. NULL: out of memory. */
struct histogram *histogram_create(unsigned bits);
void histogram_destroy(struct histogram *histogram); /* NULL is fine */

/* Counts a time in nanoseconds, 0 or more. */
void histogram_add(struct histogram *histogram, int64_t time);

uint64_t histogram_count(const struct histogram *histogram);

/* The time that PERCENT of those counted did not exceed; 0 where there was none. That of 100 is exact, and no answer is
 * shorter than the shortest or longer than the longest. */
int64_t histogram_percentile(const struct histogram *histogram, unsigned percent);

/* The shortest; 0 where there was none. */
int64_t histogram_shortest(const struct histogram *histogram);

#endif
