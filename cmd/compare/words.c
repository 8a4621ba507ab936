#include "compare/words.h"

#include "compare/answers.h"
#include "compare/prose.h"
#include "compare/sweep.h"
#include "compare/table.h"
#include "output/text.h"

#include <errno.h>

static void append_label(struct text *text, const struct findings *findings, size_t variant)
{
    struct variant_labels labels = comparison_labels(findings->comparison);
    variant_append(text, &labels, &findings->comparison->variants[variant]);
}

static void append_seconds(struct text *text, const struct findings *findings, double seconds)
{
    prose_append_time(text, seconds, table_decimals(findings->comparison));
}

/* "4.09 times as fast (4.00 to 4.20; p = 0.008)" */
static void append_ratio(struct text *text, const struct pair *pair, const char *adjective)
{
    prose_append_factor(text, pair->ratio.ratio);
    text_append_string(text, " times as ");
    text_append_string(text, adjective);
    text_append_string(text, " (");
    if (pair->ratio.has_interval) {
        prose_append_factor(text, pair->ratio.low);
        text_append_string(text, " to ");
        prose_append_factor(text, pair->ratio.high);
        text_append_string(text, "; ");
    }
    prose_append_probability(text, pair->probability);
    text_append_string(text, ")");
}

static void append_no_difference(struct text *text, const struct pair *pair)
{
    text_append_string(text, "no difference beyond the noise (");
    prose_append_probability(text, pair->probability);
    text_append_string(text, ")");
}

/* Where one of both took no time at all there is no ratio. */
static void append_difference(struct text *text, const struct pair *pair)
{
    text_append_string(text, "a difference beyond the noise (");
    prose_append_probability(text, pair->probability);
    text_append_string(text, ")");
}

/* Of too few rounds there is no verdict; that is said once, behind all. */
static void append_mere_ratio(struct text *text, const struct pair *pair, const char *adjective)
{
    prose_append_factor(text, pair->ratio.ratio);
    text_append_string(text, " times as ");
    text_append_string(text, adjective);
}

static void append_verdict(struct text *text, const struct findings *findings, const struct pair *pair,
                           const char *adjective)
{
    if (findings->pairs->are_too_few)
        append_mere_ratio(text, pair, adjective);
    else if (!pair->is_different)
        append_no_difference(text, pair);
    else if (pair->has_ratio)
        append_ratio(text, pair, adjective);
    else
        append_difference(text, pair);
}

static void append_wall_pair(struct text *text, const struct findings *findings, const struct pair *pair)
{
    struct text sentence = {0};

    append_label(&sentence, findings, pair->other);
    text_append_string(&sentence, " took ");
    append_seconds(&sentence, findings, findings->figures[pair->other].wall.median);
    text_append_string(&sentence, " where ");
    append_label(&sentence, findings, pair->one);
    text_append_string(&sentence, " took ");
    append_seconds(&sentence, findings, findings->figures[pair->one].wall.median);
    text_append_string(&sentence, ": ");
    append_verdict(&sentence, findings, pair, "fast");
    prose_finish(text, &sentence);
}

/* Gather and as-completed differ in when results are there. */
static void append_mean_pair(struct text *text, const struct findings *findings, const struct pair *pair)
{
    struct text sentence = {0};

    append_label(&sentence, findings, pair->other);
    text_append_string(&sentence, " had a result after ");
    append_seconds(&sentence, findings, findings->figures[pair->other].mean_out);
    text_append_string(&sentence, " on average where ");
    append_label(&sentence, findings, pair->one);
    text_append_string(&sentence, " had it after ");
    append_seconds(&sentence, findings, findings->figures[pair->one].mean_out);
    text_append_string(&sentence, ": ");
    append_verdict(&sentence, findings, pair, "early");
    prose_finish(text, &sentence);
}

static void append_disturbance(struct text *text, const struct findings *findings, const struct pair *pair)
{
    struct text sentence = {0};

    if (!pair->is_different)
        return;
    text_append_string(&sentence, "disturbed: ");
    append_label(&sentence, findings, pair->one);
    text_append_string(&sentence, " and ");
    append_label(&sentence, findings, pair->other);
    text_append_string(&sentence, " make the same transfers, and yet took ");
    append_seconds(&sentence, findings, findings->figures[pair->one].wall.median);
    text_append_string(&sentence, " and ");
    append_seconds(&sentence, findings, findings->figures[pair->other].wall.median);
    text_append_string(&sentence, " (");
    prose_append_probability(&sentence, pair->probability);
    text_append_string(&sentence, "); something else was going on");
    prose_finish(text, &sentence);
}

static void append_pair(struct text *text, const struct findings *findings, const struct pair *pair)
{
    if (findings->pairs->are_too_few && !pair->has_ratio)
        return;
    switch (pair->kind) {
    case PAIR_WALL:
        append_wall_pair(text, findings, pair);
        break;
    case PAIR_MEAN_OUT:
        append_mean_pair(text, findings, pair);
        break;
    case PAIR_DISTURBANCE:
        append_disturbance(text, findings, pair);
        break;
    }
}

static void append_too_few(struct text *text, const struct findings *findings)
{
    struct text sentence = {0};

    /* What takes no network is the same each time, and is not asked for a second one. */
    if (!findings->pairs->are_too_few || (findings->comparison->host_count == 0 && findings->comparison->rounds == 1))
        return;
    text_append_string(&sentence, "too few runs for a verdict: ");
    prose_append_count(&sentence, findings->comparison->rounds_complete, "round");
    text_append_string(&sentence, " cannot tell a difference from noise; --runs ");
    text_append_unsigned(&sentence, findings->pairs->rounds_wanted);
    text_append_string(&sentence, " can");
    prose_finish(text, &sentence);
}

/* "past 16 it no longer gets faster" */
static void append_knee(struct text *text, const struct findings *findings, const struct sweep *sweep)
{
    const struct variant *variants = findings->comparison->variants;
    size_t last = sweep->first + sweep->count - 1;
    struct text sentence = {0};
    struct variant_labels labels = comparison_labels(findings->comparison);

    if (labels.has_modes || labels.sides != NULL) {
        labels.has_concurrencies = false;
        variant_append(&sentence, &labels, &variants[sweep->first]);
        text_append_string(&sentence, ": ");
    }
    if (sweep->knee == last) {
        text_append_string(&sentence, "up to ");
        text_append_unsigned(&sentence, variants[last].concurrency);
        text_append_string(&sentence, ", the most that was tried, it gets faster");
    } else {
        text_append_string(&sentence, "past ");
        text_append_unsigned(&sentence, variants[sweep->knee].concurrency);
        text_append_string(&sentence, sweep->creeps ? " no step alone is faster beyond the noise, though several "
                                                      "together may be"
                                                    : " it no longer gets faster");
    }
    if (sweep->drop > 0) {
        text_append_string(&sentence, ", and at ");
        text_append_unsigned(&sentence, variants[sweep->drop].concurrency);
        text_append_string(&sentence, " it is slower");
    }
    prose_finish(text, &sentence);
}

static int append_knees(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    size_t variant = 0;

    while (!findings->pairs->are_too_few && variant < comparison->variant_count) {
        struct sweep sweep;
        int code = sweep_at(comparison, findings->figures, findings->pairs, variant, &sweep);
        if (code != 0)
            return code;
        bool is_race = comparison->variants[variant].mode == MODE_RACE;
        if (sweep.count > 1 && !is_race && !comparison_has_failed(comparison, comparison->variants[variant].side))
            append_knee(text, findings, &sweep);
        variant += sweep.count;
    }
    return 0;
}

/* Names the sides on which every URL failed: how many there are. */
static size_t append_failed_sides(struct text *text, const struct comparison *comparison)
{
    size_t sides = comparison->side_count > 0 ? comparison->side_count : 1;
    size_t failed = 0;
    struct text sentence = {0};

    for (size_t side = 0; side < sides; side++) {
        if (!comparison_has_failed(comparison, side))
            continue;
        text_append_string(&sentence, failed++ == 0 ? "every URL failed on " : ", on ");
        text_append_string(&sentence, sides > 1 ? comparison->sides[side] : "");
    }
    text_append_string(&sentence, ": these are the times of failing, and in no verdict");
    if (failed == sides)
        text_append_string(text, "every URL failed: these are the times of failing\n");
    else if (failed > 0)
        prose_finish(text, &sentence);
    text_finish(&sentence);
    return failed;
}

/* The verdicts, or why there are none. -ENOMEM. */
static int append_verdicts(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    bool is_of_modes = comparison->side_count < 2 && findings->pairs->count > 0;

    if (is_of_modes && comparison->url_count == 1) {
        text_append_string(text, "with one URL there is nothing to do side by side\n");
        return 0;
    }
    if (append_failed_sides(text, comparison) >= (comparison->side_count > 0 ? comparison->side_count : 1))
        return 0;
    for (size_t i = 0; i < findings->pairs->count; i++)
        append_pair(text, findings, &findings->pairs->items[i]);
    append_too_few(text, findings);
    return append_knees(text, findings);
}

/* How many URLs the least sample of a variant was of. */
static size_t least_sample(const struct comparison *comparison, size_t variant)
{
    size_t least = comparison->url_count;

    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        const struct measured_run *run = comparison_run(comparison, round, variant);
        if (run->is_estimate && run->counted < least)
            least = run->counted;
    }
    return least;
}

static void append_estimate(struct text *text, const struct findings *findings, size_t variant)
{
    const struct figures *figures = &findings->figures[variant];
    struct text sentence = {0};

    if (!figures->is_estimate)
        return;
    append_label(&sentence, findings, variant);
    text_append_string(&sentence, " would take about ");
    append_seconds(&sentence, findings, figures->wall.mean);
    if (figures->error >= 0) {
        text_append_string(&sentence, " ± ");
        append_seconds(&sentence, findings, figures->error);
    }
    text_append_string(&sentence, ", going by random samples of at least ");
    prose_append_of(&sentence, least_sample(findings->comparison, variant), findings->comparison->url_count);
    text_append_string(&sentence, " run in sequence; no verdict counts it in");
    prose_finish(text, &sentence);
}

/* When the first result was there: as completed, gathered, and as asyncio.gather gives it, with the last. Of a sweep
 * and of sides the table says it. */
static void append_first_results(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    static const enum mode modes[] = {MODE_RACE, MODE_AS_COMPLETED, MODE_GATHER};
    const struct figures *last = NULL;
    struct text sentence = {0};

    if (comparison->side_count > 1 || comparison_labels(comparison).has_concurrencies)
        return;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        size_t variant = comparison_find(comparison, modes[i], 0, 0);
        if (variant == comparison->variant_count)
            continue;
        text_append_string(&sentence, sentence.size == 0 ? "first result: " : ", ");
        text_append_string(&sentence, mode_name(modes[i]));
        text_append_string(&sentence, " after ");
        append_seconds(&sentence, findings, findings->figures[variant].first_out);
        if (modes[i] != MODE_RACE)
            last = &findings->figures[variant];
    }
    if (last != NULL) {
        text_append_string(&sentence, "; asyncio.gather would have given its first after ");
        append_seconds(&sentence, findings, last->wall.median);
    }
    prose_finish(text, &sentence);
}

static void append_slowest(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    const struct figures *slowest = &findings->figures[0];

    for (size_t variant = 1; variant < comparison->variant_count; variant++) {
        if (findings->figures[variant].slowest_total > slowest->slowest_total)
            slowest = &findings->figures[variant];
    }
    if (slowest->slowest_total <= 0)
        return;
    text_append_string(text, "slowest URL: ");
    prose_append_url(text, comparison->urls[slowest->slowest]);
    text_append_string(text, " with ");
    append_seconds(text, findings, slowest->slowest_total);
    text_append_string(text, "\n");
}

static void append_outliers(struct text *text, const struct findings *findings)
{
    for (size_t variant = 0; variant < findings->comparison->variant_count; variant++) {
        const struct figures *figures = &findings->figures[variant];
        struct text sentence = {0};
        if (figures->outliers == 0)
            continue;
        text_append_string(&sentence, "outliers: ");
        text_append_unsigned(&sentence, figures->outliers);
        text_append_string(&sentence, " of ");
        prose_append_count(&sentence, findings->comparison->rounds_complete, "run");
        text_append_string(&sentence, " of ");
        append_label(&sentence, findings, variant);
        text_append_string(&sentence, figures->outliers == 1 ? " is" : " are");
        text_append_string(&sentence, " far from its median of ");
        append_seconds(&sentence, findings, figures->wall.median);
        text_append_string(&sentence, ", where all took ");
        append_seconds(&sentence, findings, figures->wall.min);
        text_append_string(&sentence, " to ");
        append_seconds(&sentence, findings, figures->wall.max);
        text_append_string(&sentence, "; was the machine, the network or the server busy?");
        prose_finish(text, &sentence);
    }
}

/* What was to be warm is not where servers close connections. */
static void append_reconnections(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    size_t runs = comparison->rounds_complete * comparison->variant_count;
    size_t opened = 0;
    struct text sentence = {0};

    for (size_t i = 0; i < runs; i++)
        opened += comparison->runs[i].connections > 0;
    if (!comparison->is_warm || opened == 0)
        return;
    text_append_string(&sentence, "not all warm: ");
    text_append_unsigned(&sentence, opened);
    text_append_string(&sentence, " of ");
    prose_append_count(&sentence, runs, "run");
    text_append_string(&sentence, " had to open connections; servers close those that are idle, or keep none");
    prose_finish(text, &sentence);
}

int words_append(struct text *text, const struct findings *findings)
{
    const struct comparison *comparison = findings->comparison;
    int code = 0;

    if (comparison->url_count == 0) {
        text_append_string(text, "the list is empty: nothing was measured\n");
    } else if (findings->figures == NULL) {
        text_append_string(text, "no round is complete: nothing can be said\n");
    } else {
        answers_append_differences(text, comparison, findings->differences);
        answers_append_failures(text, comparison, findings->differences);
        if (findings->differences->within == 0)
            code = append_verdicts(text, findings);
        for (size_t variant = 0; variant < comparison->variant_count; variant++)
            append_estimate(text, findings, variant);
        append_first_results(text, findings);
        append_slowest(text, findings);
        append_outliers(text, findings);
        append_reconnections(text, findings);
    }
    return text->failed ? -ENOMEM : code;
}
