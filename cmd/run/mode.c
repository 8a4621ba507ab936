#include "run/mode.h"

#include <haul/error.h>

#include <string.h>

static const char *const names[MODE_COUNT] = {
    [MODE_SEQUENTIAL] = "sequential",
    [MODE_GATHER] = "gather",
    [MODE_AS_COMPLETED] = "as-completed",
    [MODE_RACE] = "race",
};

const char *mode_name(enum mode mode)
{
    return names[mode];
}

int mode_find(const char *name, size_t size, enum mode *ret_mode)
{
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        if (strlen(names[mode]) == size && memcmp(names[mode], name, size) == 0) {
            *ret_mode = (enum mode)mode;
            return 0;
        }
    }
    return HAUL_E_INVALID;
}
