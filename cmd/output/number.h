/* Numbers as text, in the same form in every locale, and faster than printf: every record has a dozen. */
#ifndef OUTPUT_NUMBER_H
#define OUTPUT_NUMBER_H

#include <stdint.h>

/* The most that a number takes. */
enum { NUMBER_UNSIGNED_ROOM = 20, NUMBER_SECONDS_ROOM = 20 };

/* Writes NUMBER in decimal, without a NUL. Returns the end. */
char *number_write_unsigned(char *buffer, uint64_t number);

/* Writes a duration as seconds with DECIMALS digits, 1 to 6, behind a point, rounded; a negative one counts as 0.
 * Returns the end. */
char *number_write_seconds(char *buffer, int64_t nanoseconds, unsigned decimals);

/* Writes whole microseconds as seconds with six digits behind a point. Returns the end. */
char *number_write_microseconds(char *buffer, uint64_t microseconds);

/* NANOSECONDS in whole microseconds, rounded; a negative one counts as 0. */
uint64_t number_microseconds(int64_t nanoseconds);

#endif
