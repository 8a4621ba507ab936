#include "compare/sides.h"

#include "message.h"

#include <haul/error.h>
#include <haul/url.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *mask(const char *url)
{
    size_t size = strlen(url);
    char *masked = malloc(size + sizeof("***"));
    if (masked)
        haul_url_mask(url, size, masked, size + sizeof("***"));
    return masked;
}

int sides_make(struct sides *sides, const struct comparison_options *options)
{
    bool are_several = options->side_count > 1;
    sides->count = are_several ? options->side_count : 1;
    sides->lists = calloc(sides->count, sizeof(*sides->lists));
    if (!sides->lists)
        return -ENOMEM;
    if (!are_several)
        return 0;
    sides->names = calloc(sides->count, sizeof(*sides->names));
    sides->bases = calloc(sides->count, sizeof(*sides->bases));
    if (!sides->names || !sides->bases)
        return -ENOMEM;
    for (size_t i = 0; i < sides->count; i++) {
        sides->names[i] = options->sides[i].name;
        sides->bases[i] = mask(options->sides[i].url);
        if (!sides->bases[i])
            return -ENOMEM;
    }
    return 0;
}

int sides_complete(struct sides *sides, const struct options *options)
{
    struct url_list *first = &sides->lists[0];
    if (!sides->names)
        return 0;
    size_t other = url_list_find_other_than_path(first);
    if (other < first->count) {
        message("%s: it does not begin with a slash, and with several --base all URLs are paths",
                excerpt(first->names[other]).text);
        return HAUL_E_INVALID;
    }
    int code = url_list_show_paths(first);
    for (size_t i = 1; i < sides->count && code == 0; i++)
        code = url_list_copy_for(first, options->comparison.sides[i].url, request_query(&options->request),
                                 &sides->lists[i]);
    return code;
}

void sides_finish(struct sides *sides)
{
    for (size_t i = 0; sides->lists && i < sides->count; i++)
        url_list_finish(&sides->lists[i]);
    for (size_t i = 0; sides->bases && i < sides->count; i++)
        free(sides->bases[i]);
    free(sides->lists);
    free(sides->names);
    free(sides->bases);
}
