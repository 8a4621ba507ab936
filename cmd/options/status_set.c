#include "options/status_set.h"

#include <haul/error.h>

#include <stddef.h>

enum { statuses = 1000, digits = 3, word_bits = 64 };

void status_set_add(struct status_set *set, unsigned first, unsigned last)
{
    for (unsigned status = first; status <= last && status < statuses; status++)
        set->words[status / word_bits] |= UINT64_C(1) << status % word_bits;
}

bool status_set_has(const struct status_set *set, int status)
{
    if (status < 0 || status >= statuses)
        return false;
    return set->words[status / word_bits] >> status % word_bits & 1;
}

bool status_is_ok(const struct status_set *set, int status)
{
    return set ? status_set_has(set, status) : status < 400;
}

/* Reads a status, and steps over it. */
static bool read_status(const char **inout_text, unsigned *ret_status)
{
    const char *text = *inout_text;
    unsigned status = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        status = status * 10 + (unsigned)(text[i] - '0');
    }
    *inout_text = text + digits;
    *ret_status = status;
    return status >= 100;
}

int status_set_parse(const char *text, struct status_set *ret_set)
{
    struct status_set set = {0};
    for (;;) {
        unsigned first;
        if (!read_status(&text, &first))
            return HAUL_E_INVALID;
        unsigned last = first;
        if (*text == '-' && (text++, !read_status(&text, &last)))
            return HAUL_E_INVALID;
        if (last < first)
            return HAUL_E_INVALID;
        status_set_add(&set, first, last);
        if (*text == '\0')
            break;
        if (*text++ != ',')
            return HAUL_E_INVALID;
    }
    *ret_set = set;
    return 0;
}
