#include "compare/differences.h"

#include <errno.h>
#include <stdlib.h>

/* Whether there is an answer that came whole. */
static bool is_answer(const struct measured_url *url)
{
    return url->error_class == HAUL_CLASS_NONE || url->error_class == HAUL_CLASS_HTTP;
}

/* An answer of 400 or more against one below it is a difference of status alone. */
static void compare(const struct measured_url *one, const struct measured_url *other, struct difference *difference)
{
    if (is_answer(one) && is_answer(other)) {
        difference->status |= one->status != other->status;
        difference->size |= one->bytes != other->bytes;
    } else {
        difference->error_class |= one->error_class != other->error_class;
    }
}

static bool is_difference(const struct difference *difference)
{
    return difference->error_class || difference->status || difference->size;
}

bool differences_alike(const struct measured_url *one, const struct measured_url *other)
{
    struct difference difference = {0};

    compare(one, other, &difference);
    return !is_difference(&difference);
}

/* How the URL came out in the first run of a side in which it did; NULL: in none. */
static const struct measured_url *first_of(const struct comparison *comparison, size_t side, size_t index)
{
    for (size_t i = 0; i < comparison->rounds_complete * comparison->variant_count; i++) {
        const struct measured_url *url = &comparison->runs[i].urls[index];
        if (comparison->variants[i % comparison->variant_count].side == side && url->is_out)
            return url;
    }
    return NULL;
}

/* Of a URL, whose first run is FIRST, on a side. */
static void compare_within(const struct comparison *comparison, size_t side, const struct measured_url *first,
                           struct difference *difference)
{
    struct difference within = {.index = difference->index};

    for (size_t i = 0; i < comparison->rounds_complete * comparison->variant_count; i++) {
        const struct measured_url *url = &comparison->runs[i].urls[difference->index];
        if (comparison->variants[i % comparison->variant_count].side == side && url->is_out)
            compare(first, url, &within);
    }
    difference->error_class |= within.error_class;
    difference->status |= within.status;
    difference->size |= within.size;
    difference->is_within |= is_difference(&within);
}

static struct difference difference_of(const struct comparison *comparison, size_t index)
{
    struct difference difference = {.index = index};
    const struct measured_url *measure = NULL; /* of the first side */
    size_t sides = comparison->side_count > 0 ? comparison->side_count : 1;

    for (size_t side = 0; side < sides; side++) {
        const struct measured_url *first = first_of(comparison, side, index);
        if (first == NULL)
            continue;
        compare_within(comparison, side, first, &difference);
        if (measure == NULL)
            measure = first;
        compare(measure, first, &difference);
    }
    return difference;
}

int differences_find(const struct comparison *comparison, struct differences *ret_differences)
{
    struct differences differences = {0};
    size_t capacity = 0;

    for (size_t index = 0; comparison->rounds_complete > 0 && index < comparison->url_count; index++) {
        struct difference difference = difference_of(comparison, index);

        if (!is_difference(&difference))
            continue;
        if (differences.count == capacity) {
            capacity = capacity > 0 ? 2 * capacity : 16;
            struct difference *items = realloc(differences.items, capacity * sizeof(*items));
            if (items == NULL) {
                free(differences.items);
                return -ENOMEM;
            }
            differences.items = items;
        }
        differences.items[differences.count++] = difference;
        differences.within += difference.is_within;
    }
    *ret_differences = differences;
    return 0;
}

void differences_finish(struct differences *differences)
{
    free(differences->items);
    *differences = (struct differences){0};
}
