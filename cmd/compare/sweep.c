#include "compare/sweep.h"

static bool is_of_same(const struct variant *one, const struct variant *other)
{
    return one->mode == other->mode && one->side == other->side;
}

struct sweep sweep_at(const struct comparison *comparison, const struct figures *figures, const struct pairs *pairs,
                      size_t first)
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
    return sweep;
}
