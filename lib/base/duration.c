#include <haul/duration.h>

#include <haul/error.h>

#include <string.h>

static const struct {
    const char *unit;
    int64_t nanoseconds;
} units[] = {
    {"", HAUL_SECOND}, {"ms", HAUL_MILLISECOND}, {"s", HAUL_SECOND}, {"m", HAUL_MINUTE}, {"h", 60 * HAUL_MINUTE},
};

static int unit_of(const char *text, int64_t *ret_nanoseconds)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(text, units[i].unit) == 0) {
            *ret_nanoseconds = units[i].nanoseconds;
            return 0;
        }
    }
    return HAUL_E_INVALID;
}

static int is_digit(char character)
{
    return character >= '0' && character <= '9';
}

int haul_duration_parse(const char *text, int64_t *ret_duration)
{
    const char *whole = text;
    while (is_digit(*text))
        text++;
    const char *whole_end = text;
    const char *fraction = text;
    if (*text == '.') {
        fraction = ++text;
        while (is_digit(*text))
            text++;
    }
    int64_t unit;
    if ((whole_end == whole && fraction == text) || unit_of(text, &unit) != 0)
        return HAUL_E_INVALID;

    int64_t duration = 0;
    for (const char *digit = whole; digit < whole_end; digit++)
        if (__builtin_mul_overflow(duration, 10, &duration) ||
            __builtin_add_overflow(duration, *digit - '0', &duration))
            return HAUL_E_INVALID;
    if (__builtin_mul_overflow(duration, unit, &duration))
        return HAUL_E_INVALID;
    /* From the last digit, so that what is cut off at each is finer than a nanosecond in the end. */
    int64_t part = 0;
    for (const char *digit = text; digit > fraction; digit--)
        part = ((digit[-1] - '0') * unit + part) / 10;
    if (__builtin_add_overflow(duration, part, &duration))
        return HAUL_E_INVALID;
    *ret_duration = duration;
    return 0;
}

int64_t haul_deadline(int64_t start, int64_t duration)
{
    int64_t deadline;
    if (duration <= 0)
        return start;
    return __builtin_add_overflow(start, duration, &deadline) ? HAUL_NEVER : deadline;
}
