#include "output/number.h"

#include <assert.h>
#include <string.h>

/* Writes the last DIGITS digits of NUMBER, zeros in front. */
static char *write_digits(char *buffer, uint64_t number, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; number /= 10)
        buffer[i] = (char)('0' + number % 10);
    return buffer + digits;
}

char *number_write_unsigned(char *buffer, uint64_t number)
{
    unsigned digits = 1;
    for (uint64_t rest = number; rest >= 10; rest /= 10)
        digits++;
    return write_digits(buffer, number, digits);
}

static char *write_fixed(char *buffer, uint64_t number, uint64_t unit, unsigned decimals)
{
    buffer = number_write_unsigned(buffer, number / unit);
    *buffer++ = '.';
    return write_digits(buffer, number % unit, decimals);
}

char *number_write_seconds(char *buffer, int64_t nanoseconds, unsigned decimals)
{
    assert(decimals >= 1 && decimals <= 6);
    uint64_t step = 1000000000;
    uint64_t unit = 1;
    for (unsigned i = 0; i < decimals; i++) {
        step /= 10;
        unit *= 10;
    }
    uint64_t number = nanoseconds > 0 ? ((uint64_t)nanoseconds + step / 2) / step : 0;
    return write_fixed(buffer, number, unit, decimals);
}

char *number_write_microseconds(char *buffer, uint64_t microseconds)
{
    /* Most phases of a fetch over a connection that was there took no time at all. */
    if (microseconds == 0) {
        memcpy(buffer, "0.000000", 8);
        return buffer + 8;
    }
    return write_fixed(buffer, microseconds, 1000000, 6);
}

uint64_t number_microseconds(int64_t nanoseconds)
{
    return nanoseconds > 0 ? ((uint64_t)nanoseconds + 500) / 1000 : 0;
}
