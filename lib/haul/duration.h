/* Durations and points in time: int64_t nanoseconds. */
#ifndef HAUL_DURATION_H
#define HAUL_DURATION_H

#include <haul/linkage.h>

#include <stdint.h>

HAUL__BEGIN_C

#define HAUL_NANOSECOND  INT64_C(1)
#define HAUL_MICROSECOND (1000 * HAUL_NANOSECOND)
#define HAUL_MILLISECOND (1000 * HAUL_MICROSECOND)
#define HAUL_SECOND      (1000 * HAUL_MILLISECOND)
#define HAUL_MINUTE      (60 * HAUL_SECOND)

/* A deadline that never comes, and a duration without end. */
#define HAUL_NEVER INT64_MAX

/* Reads "1.5" (seconds), "500ms", "20s", "2m" or "1h": a decimal number, not negative, with a unit or none, and
 * nothing around it. What is finer than a nanosecond is cut off.
 * HAUL_E_INVALID: it is not that, or too long for an int64_t. */
int haul_duration_parse(const char *text, int64_t *ret_duration);

/* start + duration, HAUL_NEVER where that is past what an int64_t holds. A negative duration counts as 0. */
int64_t haul_deadline(int64_t start, int64_t duration);

HAUL__END_C

#endif
