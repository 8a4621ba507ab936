#include "compare/comparison.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int comparison_begin(struct comparison *comparison)
{
    size_t count = comparison->rounds * comparison->variant_count;

    comparison->rounds_complete = 0;
    comparison->runs = calloc(count > 0 ? count : 1, sizeof(*comparison->runs));
    return comparison->runs != NULL ? 0 : -ENOMEM;
}

int comparison_add_round(struct comparison *comparison)
{
    size_t count = comparison->rounds * comparison->variant_count;
    struct measured_run *runs =
        realloc(comparison->runs, (count + comparison->variant_count) * sizeof(*comparison->runs));

    if (runs == NULL)
        return -ENOMEM;
    memset(runs + count, 0, comparison->variant_count * sizeof(*runs));
    comparison->runs = runs;
    comparison->rounds++;
    return 0;
}

void comparison_finish(struct comparison *comparison)
{
    if (comparison->runs == NULL)
        return;
    for (size_t i = 0; i < comparison->rounds * comparison->variant_count; i++)
        measure_finish(&comparison->runs[i]);
    free(comparison->runs);
    comparison->runs = NULL;
}

struct measured_run *comparison_run(const struct comparison *comparison, size_t round, size_t variant)
{
    assert(round < comparison->rounds && variant < comparison->variant_count);
    return &comparison->runs[round * comparison->variant_count + variant];
}

size_t comparison_find(const struct comparison *comparison, enum mode mode, size_t concurrency, size_t side)
{
    size_t place = 0;

    for (; place < comparison->variant_count; place++) {
        const struct variant *variant = &comparison->variants[place];
        if (variant->mode == mode && variant->side == side && (concurrency == 0 || variant->concurrency == concurrency))
            break;
    }
    return place;
}

bool comparison_is_estimated(const struct comparison *comparison, size_t variant)
{
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        if (comparison_run(comparison, round, variant)->is_estimate)
            return true;
    }
    return false;
}

bool comparison_has_failed(const struct comparison *comparison, size_t side)
{
    for (size_t i = 0; i < comparison->rounds_complete * comparison->variant_count; i++) {
        const struct measured_run *run = &comparison->runs[i];
        if (comparison->variants[i % comparison->variant_count].side == side && run->not_ok < run->came_out)
            return false;
    }
    return true;
}

struct variant_labels comparison_labels(const struct comparison *comparison)
{
    return variant_labels_of(comparison->variants, comparison->variant_count, comparison->sides,
                             comparison->side_count);
}

size_t comparison_not_ok(const struct comparison *comparison)
{
    size_t not_ok = 0;

    for (size_t i = 0; i < comparison->rounds_complete * comparison->variant_count; i++) {
        const struct measured_run *run = &comparison->runs[i];
        bool is_race = comparison->variants[i % comparison->variant_count].mode == MODE_RACE;
        if (run->not_ok > not_ok && !(is_race && run->not_ok < run->came_out))
            not_ok = run->not_ok;
    }
    return not_ok;
}
