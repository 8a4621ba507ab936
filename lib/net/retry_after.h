/* The field Retry-After (RFC 9110, 10.2.3). libcurl reads it, too, but drops a number that is too large for it. */
#ifndef NET_RETRY_AFTER_H
#define NET_RETRY_AFTER_H

#include <stdint.h>

/* How long a VALUE asks to be waited from NOW, seconds of the Unix epoch: seconds, however many, up to HAUL_NEVER; or
 * until a date in any of HTTP's forms. 0: the date is past, or the value is neither. */
int64_t haul__retry_after_read(const char *value, int64_t now);

#endif
