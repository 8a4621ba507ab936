#include "output/quantity.h"

#include "output/text.h"

#include <haul/duration.h>

#include <stddef.h>

void quantity_append(struct text *text, double number)
{
    if (number < 99.95)
        text_append_seconds(text, (int64_t)(number * (double)HAUL_SECOND), 1);
    else
        text_append_unsigned(text, (uint64_t)(number + 0.5));
}

void quantity_append_bytes(struct text *text, uint64_t bytes)
{
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB"};
    size_t unit = 0;
    double number = (double)bytes;
    for (; number >= 999.5 && unit < sizeof(units) / sizeof(units[0]) - 1; unit++)
        number /= 1000;
    if (unit == 0)
        text_append_unsigned(text, bytes);
    else
        quantity_append(text, number);
    text_append_string(text, units[unit]);
}
