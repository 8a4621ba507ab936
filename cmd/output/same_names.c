#include "output/same_names.h"

#include <haul/result.h>

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

/* Fields of a name in their order. */
static int compare(const void *a, const void *b)
{
    const struct haul_header *left = *(const struct haul_header *const *)a;
    const struct haul_header *right = *(const struct haul_header *const *)b;
    int order = strcasecmp(left->name, right->name);
    return order != 0 ? order : (left > right) - (left < right);
}

static void find(struct same_name *of, const struct haul_header **sorted, const struct haul_header *fields,
                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        sorted[i] = &fields[i];
    if (count > 0)
        qsort(sorted, count, sizeof(void *), compare);
    for (size_t i = 0; i < count; i++)
        of[i] = (struct same_name){.next = count};
    for (size_t i = 1; i < count; i++) {
        if (strcasecmp(sorted[i - 1]->name, sorted[i]->name) != 0)
            continue;
        of[sorted[i - 1] - fields].next = (size_t)(sorted[i] - fields);
        of[sorted[i] - fields].is_repeated = true;
    }
}

int same_names_init(struct same_names *same, const struct haul_header *fields, size_t count)
{
    const struct haul_header *few[SAME_NAMES_FEW];
    same->of = same->few;
    if (count <= SAME_NAMES_FEW) {
        find(same->of, few, fields, count);
        return 0;
    }
    const struct haul_header **sorted = calloc(count, sizeof(void *));
    struct same_name *of = calloc(count, sizeof(of[0]));
    bool is_enough = sorted != NULL && of != NULL;
    if (is_enough) {
        find(of, sorted, fields, count);
        same->of = of;
    } else {
        free(of);
    }
    free(sorted);
    return is_enough ? 0 : -ENOMEM;
}

void same_names_finish(struct same_names *same)
{
    if (same->of != same->few)
        free(same->of);
}
