#include "compare/pairs.h"

#include "compare/figures.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>

/* Whether OTHER is the next concurrency of what ONE is. */
static bool are_neighbours(const struct comparison *comparison, size_t one, size_t other)
{
    const struct variant *low = &comparison->variants[one];
    const struct variant *high = &comparison->variants[other];

    return other == one + 1 && low->mode == high->mode && low->side == high->side;
}

static bool is_tested(const struct comparison *comparison, size_t variant)
{
    const struct variant *of = &comparison->variants[variant];

    return of->mode != MODE_RACE && !comparison_is_estimated(comparison, variant) &&
           !comparison_has_failed(comparison, of->side);
}

static bool is_pair(const struct comparison *comparison, size_t one, size_t other)
{
    const struct variant *a = &comparison->variants[one];
    const struct variant *b = &comparison->variants[other];

    if (!is_tested(comparison, one) || !is_tested(comparison, other))
        return false;
    if (a->side != b->side)
        return a->mode == b->mode && a->concurrency == b->concurrency;
    if (comparison_labels(comparison).has_concurrencies)
        return are_neighbours(comparison, one, other);
    return true;
}

/* Whether both make the same transfers, and differ only in which results leave when. */
static bool are_alike(const struct comparison *comparison, size_t one, size_t other)
{
    enum mode a = comparison->variants[one].mode;
    enum mode b = comparison->variants[other].mode;
    bool are_modes = (a == MODE_GATHER && b == MODE_AS_COMPLETED) || (a == MODE_AS_COMPLETED && b == MODE_GATHER);

    return are_modes && comparison->variants[one].side == comparison->variants[other].side;
}

static int add(struct pairs *pairs, enum pair_kind kind, size_t one, size_t other)
{
    struct pair *items = realloc(pairs->items, (pairs->count + 1) * sizeof(*items));

    if (items == NULL)
        return -ENOMEM;
    items[pairs->count++] = (struct pair){.kind = kind, .one = one, .other = other};
    pairs->items = items;
    return 0;
}

static int list_pairs(const struct comparison *comparison, struct pairs *pairs)
{
    int code = 0;

    for (size_t first = 0; first < comparison->variant_count; first++) {
        for (size_t second = first + 1; second < comparison->variant_count && code == 0; second++) {
            size_t one = first;
            size_t other = second;
            if (!is_pair(comparison, one, other))
                continue;
            if (!are_alike(comparison, one, other)) {
                /* What others are held against stands first, wherever it was listed. */
                bool is_turned = comparison->variants[other].mode == MODE_SEQUENTIAL &&
                                 comparison->variants[one].mode != MODE_SEQUENTIAL;
                code = add(pairs, PAIR_WALL, is_turned ? other : one, is_turned ? one : other);
                continue;
            }
            if (comparison->variants[one].mode == MODE_AS_COMPLETED) {
                one = second;
                other = first;
            }
            code = add(pairs, PAIR_MEAN_OUT, one, other);
            if (code == 0)
                code = add(pairs, PAIR_DISTURBANCE, one, other);
        }
    }
    return code;
}

static int test_pair(const struct comparison *comparison, struct pair *pair)
{
    size_t rounds = comparison->rounds_complete;
    double *(*series)(const struct comparison *, size_t) =
        pair->kind == PAIR_MEAN_OUT ? figures_means_out : figures_walls;
    double *one = series(comparison, pair->one);
    double *other = series(comparison, pair->other);
    int code = one == NULL || other == NULL ? -ENOMEM : 0;

    if (code == 0)
        code = rank_test(one, rounds, other, rounds, &pair->probability);
    if (code == 0) {
        code = rank_test_ratio(one, rounds, other, rounds, &pair->ratio);
        pair->has_ratio = code == 0;
    }
    free(one);
    free(other);
    return code < 0 ? code : 0;
}

/* Holds all probabilities against the level together. -ENOMEM. */
static int adjust(struct pairs *pairs)
{
    double *probabilities = calloc(2 * pairs->count + 1, sizeof(*probabilities));

    if (probabilities == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < pairs->count; i++)
        probabilities[i] = pairs->items[i].probability;
    rank_test_adjust(probabilities, pairs->count, probabilities + pairs->count);
    for (size_t i = 0; i < pairs->count; i++) {
        pairs->items[i].probability = probabilities[pairs->count + i];
        pairs->items[i].is_different = pairs->items[i].probability <= RANK_TEST_ALPHA;
    }
    free(probabilities);
    return 0;
}

/* The least probability of all has to stand being taken as often as there are pairs. */
static bool can_tell(size_t rounds, size_t pair_count)
{
    return rank_test_least(rounds, rounds) * (double)pair_count <= RANK_TEST_ALPHA;
}

int pairs_find(const struct comparison *comparison, struct pairs *ret_pairs)
{
    struct pairs pairs = {0};

    if (comparison->rounds_complete == 0)
        return HAUL_E_INVALID;
    int code = list_pairs(comparison, &pairs);
    for (size_t i = 0; i < pairs.count && code == 0; i++)
        code = test_pair(comparison, &pairs.items[i]);
    if (code == 0)
        code = adjust(&pairs);
    if (code != 0) {
        pairs_finish(&pairs);
        return code;
    }
    pairs.are_too_few = !can_tell(comparison->rounds_complete, pairs.count);
    for (pairs.rounds_wanted = 1; !can_tell(pairs.rounds_wanted, pairs.count);)
        pairs.rounds_wanted++;
    *ret_pairs = pairs;
    return 0;
}

const struct pair *pairs_get(const struct pairs *pairs, enum pair_kind kind, size_t one, size_t other)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        if (pair->kind == kind && pair->one == one && pair->other == other)
            return pair;
    }
    return NULL;
}

void pairs_finish(struct pairs *pairs)
{
    free(pairs->items);
    *pairs = (struct pairs){0};
}
