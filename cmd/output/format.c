#include "output/format.h"

#include <haul/error.h>

#include <string.h>

static const char *const names[] = {
    [FORMAT_TEXT] = "text",
    [FORMAT_TSV] = "tsv",
    [FORMAT_JSONL] = "jsonl",
    [FORMAT_CSV] = "csv",
};

int format_find(const char *name, enum format *ret_format)
{
    for (size_t i = FORMAT_TEXT; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_format = (enum format)i;
            return 0;
        }
    }
    return HAUL_E_INVALID;
}
