#include "report/differences.h"

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

static struct difference difference_of(const struct comparison *comparison, size_t index)
{
    struct difference difference = {.index = index};
    size_t run_count = comparison->rounds_complete * comparison->mode_count;

    for (size_t i = 1; i < run_count; i++)
        compare(&comparison->runs[0].urls[index], &comparison->runs[i].urls[index], &difference);
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
    }
    *ret_differences = differences;
    return 0;
}

void differences_finish(struct differences *differences)
{
    free(differences->items);
    *differences = (struct differences){0};
}
