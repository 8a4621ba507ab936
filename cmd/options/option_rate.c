#include "options/option_rate.h"

#include "message.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads digits, perhaps with a point among them; strtod takes more, and depends on the locale. NULL: there are none. */
static const char *read_decimal(const char *text, double *ret_number)
{
    const char *digits = "0123456789";
    size_t whole = strspn(text, digits);
    size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, digits) : 0;
    double number = 0, place = 1;
    if (whole + fraction == 0)
        return NULL;
    for (size_t i = 0; i < whole; i++)
        number = number * 10 + (text[i] - '0');
    for (size_t i = 0; i < fraction; i++)
        number += (text[whole + 1 + i] - '0') * (place /= 10);
    *ret_number = number;
    return text + whole + (fraction > 0 ? fraction + 1 : 0);
}

static int64_t unit(const char *text)
{
    static const struct {
        const char *name;
        int64_t duration;
    } units[] = {{"s", HAUL_SECOND}, {"m", HAUL_MINUTE}, {"h", 60 * HAUL_MINUTE}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(text, units[i].name) == 0)
            return units[i].duration;
    return 0;
}

int read_rate(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    double number = 0;
    const char *end = read_decimal(value, &number);
    int64_t per = end && *end == '/' ? unit(end + 1) : 0;
    double interval = number > 0 ? round((double)per / number) : 0;
    /* From a million a second to one in about ten years. */
    if (per == 0 || interval < HAUL_MICROSECOND || interval > 1e17) {
        int size = asprintf(ret_problem, "\"%s\" is not a rate like 50/s, 10/m or 0.5/h", excerpt(value).text);
        return size < 0 ? -ENOMEM : HAUL_E_INVALID;
    }
    *(int64_t *)(void *)((char *)options + row->offset) = (int64_t)interval;
    return 0;
}

int read_percentage(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    enum { digits_at_most = 4 };
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || digits > digits_at_most || strcmp(value + digits, "%") != 0) {
        int size = asprintf(ret_problem, "\"%s\" is not a percentage like 20%%", excerpt(value).text);
        return size < 0 ? -ENOMEM : HAUL_E_INVALID;
    }
    *(unsigned *)(void *)((char *)options + row->offset) = (unsigned)strtoul(value, NULL, 10);
    return 0;
}
