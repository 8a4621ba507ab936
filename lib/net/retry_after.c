#include "net/retry_after.h"

#include <curl/curl.h>
#include <haul/duration.h>
#include <string.h>

static int64_t to_duration(int64_t seconds)
{
    return seconds < HAUL_NEVER / HAUL_SECOND ? seconds * HAUL_SECOND : HAUL_NEVER;
}

/* Of SIZE digits. */
static int64_t read_seconds(const char *digits, size_t size)
{
    int64_t seconds = 0;
    for (size_t i = 0; i < size && seconds < HAUL_NEVER / HAUL_SECOND; i++)
        seconds = seconds * 10 + (digits[i] - '0');
    return to_duration(seconds);
}

int64_t haul__retry_after_read(const char *value, int64_t now)
{
    static const char spaces[] = " \t\r\n";
    value += strspn(value, spaces);
    size_t digits = strspn(value, "0123456789");
    if (digits > 0 && value[digits + strspn(value + digits, spaces)] == '\0')
        return read_seconds(value, digits);
    /* All forms of a date begin with a day of the week. */
    int64_t date = digits == 0 ? (int64_t)curl_getdate(value, NULL) : -1;
    return date > now ? to_duration(date - now) : 0;
}
