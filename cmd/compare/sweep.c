#include "compare/sweep.h"

#include <errno.h>
#include <stdlib.h>

static bool is_of_same(const struct variant *one, const struct variant *other)
{
    return one->mode == other->mode && one->side == other->side;
}

/* The fastest past the knee by its median; the knee itself: none is faster. */
static size_t find_fastest(const struct figures *figures, const struct sweep *sweep)
{
    size_t fastest = sweep->knee;

    for (size_t next = sweep->knee + 1; next < sweep->first + sweep->count; next++) {
        if (figures[next].wall.median < figures[fastest].wall.median)
            fastest = next;
    }
    return fastest;
}

/* Whether the fastest past the knee, if more than a step lies between, is faster by the test alone. No verdict comes of
 * it, since it is not corrected for having been looked for; but it forbids to say that nothing gets faster. -ENOMEM. */
static int find_creep(const struct comparison *comparison, const struct figures *figures, struct sweep *sweep)
{
    size_t fastest = find_fastest(figures, sweep);
    size_t rounds = comparison->rounds_complete;
    struct ratio gain;

    if (fastest <= sweep->knee + 1)
        return 0;
    double *slow = figures_walls(comparison, sweep->knee);
    double *fast = figures_walls(comparison, fastest);
    int code = slow == NULL || fast == NULL ? -ENOMEM : rank_test_ratio(slow, rounds, fast, rounds, &gain);
    free(slow);
    free(fast);
    sweep->creeps = code == 0 && gain.has_interval && gain.low > 1;
    return code < 0 ? code : 0;
}

int sweep_at(const struct comparison *comparison, const struct figures *figures, const struct pairs *pairs,
             size_t first, struct sweep *ret_sweep)
{
    struct sweep sweep = {.first = first, .count = 1, .knee = first};

    for (size_t next = first + 1; next < comparison->variant_count; next++) {
        if (!is_of_same(&comparison->variants[first], &comparison->variants[next]))
            break;
        sweep.count++;
        const struct pair *step = pairs_get(pairs, PAIR_WALL, next - 1, next);
        if (step == NULL || !step->is_different || !step->has_ratio)
            continue;
        if (step->ratio.ratio > 1 && figures[next].wall.median < figures[sweep.knee].wall.median) {
            sweep.knee = next;
            sweep.drop = 0;
        } else if (step->ratio.ratio < 1 && sweep.drop == 0) {
            sweep.drop = next;
        }
    }
    int code = find_creep(comparison, figures, &sweep);
    if (code == 0)
        *ret_sweep = sweep;
    return code;
}
