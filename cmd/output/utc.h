/* A moment in a format of strftime(3), for %time{FORMAT} of --write-out: always in UTC, which the format may ask to be
 * named. Besides, %f is the microseconds, as in curl. */
#ifndef OUTPUT_UTC_H
#define OUTPUT_UTC_H

#include <time.h>

struct text;

/* Appends MOMENT, on the wall clock; nothing if that would be longer than 255 bytes. */
void utc_append(struct text *text, const char *format, struct timespec moment);

#endif
