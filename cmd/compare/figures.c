#include "compare/figures.h"

#include "compare/ideal.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>

const double figures_quantiles[FIGURES_QUANTILES] = {0.5, 0.9, 0.95, 0.99};
const char *const figures_quantile_names[FIGURES_QUANTILES] = {"p50", "p90", "p95", "p99"};

static double seconds(int64_t nanoseconds)
{
    return (double)nanoseconds / (double)HAUL_SECOND;
}

/* One figure of a run. */
typedef double figure_fn(const struct measured_run *run);

static double wall_of(const struct measured_run *run)
{
    return seconds(run->wall);
}

static double first_out_of(const struct measured_run *run)
{
    return seconds(run->first_out);
}

static double mean_out_of(const struct measured_run *run)
{
    return seconds(run->mean_out);
}

static double *series_of(const struct comparison *comparison, size_t variant, figure_fn *figure)
{
    double *series = malloc((comparison->rounds_complete + 1) * sizeof(*series));

    for (size_t round = 0; series != NULL && round < comparison->rounds_complete; round++)
        series[round] = figure(comparison_run(comparison, round, variant));
    return series;
}

double *figures_walls(const struct comparison *comparison, size_t variant)
{
    return series_of(comparison, variant, wall_of);
}

double *figures_means_out(const struct comparison *comparison, size_t variant)
{
    return series_of(comparison, variant, mean_out_of);
}

static int find_spread(const struct comparison *comparison, size_t variant, figure_fn *figure,
                       struct spread *ret_spread)
{
    double *series = series_of(comparison, variant, figure);

    if (series == NULL)
        return -ENOMEM;
    int code = statistics_spread(series, comparison->rounds_complete, ret_spread);
    free(series);
    return code;
}

size_t figures_reference(const struct comparison *comparison, size_t variant)
{
    const struct variant *of = &comparison->variants[variant];
    size_t none = comparison->variant_count;

    if (of->mode == MODE_RACE)
        return none;
    /* Where there is but one of each side, the sides are what is compared. */
    bool is_alone = none == (comparison->side_count > 0 ? comparison->side_count : 1);
    size_t sequential = comparison_find(comparison, MODE_SEQUENTIAL, 0, of->side);
    if (!is_alone && sequential != none)
        return sequential;
    if (comparison_labels(comparison).has_concurrencies)
        return comparison_find(comparison, of->mode, 0, of->side);
    return comparison->side_count > 1 ? comparison_find(comparison, of->mode, of->concurrency, 0) : none;
}

/* What is the same whatever the order of the rounds. */
static void find_extremes(const struct comparison *comparison, size_t variant, struct figures *figures)
{
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        const struct measured_run *run = comparison_run(comparison, round, variant);
        double slowest_total = seconds(measure_slowest_total(run));

        if (round == 0 || slowest_total > figures->slowest_total) {
            figures->slowest = run->slowest;
            figures->slowest_total = slowest_total;
        }
        if (run->peak_in_flight > figures->peak_in_flight)
            figures->peak_in_flight = run->peak_in_flight;
        if (run->connections > figures->connections)
            figures->connections = run->connections;
        if (run->bytes > figures->bytes)
            figures->bytes = run->bytes;
        if (run->not_ok > figures->not_ok)
            figures->not_ok = run->not_ok;
    }
}

static int find_walls(const struct comparison *comparison, size_t variant, struct figures *figures)
{
    double *walls = figures_walls(comparison, variant);

    if (walls == NULL)
        return -ENOMEM;
    int code = statistics_spread(walls, comparison->rounds_complete, &figures->wall);
    if (code == 0)
        code = statistics_outliers(walls, comparison->rounds_complete, &figures->outliers);
    free(walls);
    double squares = 0;
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        double error = comparison_run(comparison, round, variant)->error;
        squares += error * error;
    }
    figures->is_estimate = comparison_is_estimated(comparison, variant);
    figures->error = sqrt(squares) / (double)comparison->rounds_complete / (double)HAUL_SECOND;
    if (figures->is_estimate)
        figures->outliers = 0;
    return code;
}

/* What stands for a variant's wall times. Those of samples scatter to one side, and only their mean comes to the truth.
 */
static double typical(const struct spread *wall, bool is_estimate)
{
    return is_estimate ? wall->mean : wall->median;
}

/* Of a speedup where one of both is estimated. */
static int estimate_speedup(const struct comparison *comparison, struct figures *figures)
{
    struct spread reference;
    int code = find_spread(comparison, figures->reference, wall_of, &reference);

    if (code != 0)
        return code;
    figures->speedup.has_interval = false;
    figures->speedup.ratio =
        typical(&reference, figures->is_reference_estimate) / typical(&figures->wall, figures->is_estimate);
    return 0;
}

static int find_speedup(const struct comparison *comparison, size_t variant, struct figures *figures)
{
    figures->reference = figures_reference(comparison, variant);
    if (figures->reference == comparison->variant_count)
        return 0;
    double *reference = figures_walls(comparison, figures->reference);
    double *walls = figures_walls(comparison, variant);
    size_t rounds = comparison->rounds_complete;
    int code = reference == NULL || walls == NULL
                   ? -ENOMEM
                   : rank_test_ratio(reference, rounds, walls, rounds, &figures->speedup);

    free(reference);
    free(walls);
    figures->has_speedup = code == 0;
    figures->is_reference = figures->reference == variant;
    figures->is_reference_estimate = comparison_is_estimated(comparison, figures->reference);
    if (figures->is_reference)
        figures->speedup.has_interval = false;
    if (code == 0 && (figures->is_estimate || figures->is_reference_estimate))
        code = estimate_speedup(comparison, figures);
    return code < 0 ? code : 0;
}

static int find_outs(const struct comparison *comparison, size_t variant, struct figures *figures)
{
    struct spread first_out;
    struct spread mean_out;
    size_t came_out = 0;

    int code = find_spread(comparison, variant, first_out_of, &first_out);
    if (code == 0)
        code = find_spread(comparison, variant, mean_out_of, &mean_out);
    if (code != 0)
        return code;
    figures->first_out = first_out.median;
    figures->mean_out = mean_out.median;
    for (size_t round = 0; round < comparison->rounds_complete; round++)
        came_out += comparison_run(comparison, round, variant)->came_out;
    if (figures->is_estimate)
        came_out = comparison->url_count * comparison->rounds_complete;
    double wall = typical(&figures->wall, figures->is_estimate);
    if (wall > 0)
        figures->rate = (double)came_out / (double)comparison->rounds_complete / wall;
    return 0;
}

static int find_quantiles(const struct comparison *comparison, size_t variant, struct figures *figures)
{
    double *totals = malloc((comparison->rounds_complete * comparison->url_count + 1) * sizeof(*totals));
    size_t count = 0;

    if (totals == NULL)
        return -ENOMEM;
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        const struct measured_run *run = comparison_run(comparison, round, variant);
        for (size_t i = 0; i < run->count; i++) {
            if (run->urls[i].is_out)
                totals[count++] = seconds(run->urls[i].total);
        }
    }
    statistics_sort(totals, count);
    for (size_t i = 0; i < FIGURES_QUANTILES && count > 0; i++)
        figures->quantiles[i] = statistics_quantile(totals, count, figures_quantiles[i]);
    free(totals);
    return 0;
}

/* Fills the series of the ideal wall times, and of the parts of the real ones that these are. */
static int fill_ideals(const struct comparison *comparison, size_t variant, double *ideals, double *parts)
{
    const struct ideal_places places = {
        .concurrency = comparison->variants[variant].concurrency,
        .per_host = comparison->per_host,
        .hosts = comparison->hosts,
        .host_count = comparison->host_count,
    };

    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        const struct measured_run *run = comparison_run(comparison, round, variant);
        int64_t ideal;
        int code = ideal_wall(run, &places, &ideal);
        if (code != 0)
            return code;
        ideals[round] = seconds(ideal);
        parts[round] = run->wall > 0 ? (double)ideal / (double)run->wall : 1;
    }
    return 0;
}

static int find_ideal(const struct comparison *comparison, size_t variant, struct figures *figures)
{
    size_t rounds = comparison->rounds_complete;

    figures->has_ideal = figures->variant.mode != MODE_RACE && !figures->is_estimate && comparison->url_count > 0;
    if (!figures->has_ideal)
        return 0;
    double *ideals = malloc(2 * rounds * sizeof(*ideals));
    if (ideals == NULL)
        return -ENOMEM;
    struct spread ideal;
    struct spread part;
    int code = fill_ideals(comparison, variant, ideals, ideals + rounds);
    if (code == 0)
        code = statistics_spread(ideals, rounds, &ideal);
    if (code == 0)
        code = statistics_spread(ideals + rounds, rounds, &part);
    free(ideals);
    if (code != 0)
        return code;
    figures->ideal = ideal.median;
    figures->reached = part.median;
    return 0;
}

int figures_of(const struct comparison *comparison, size_t variant, struct figures *ret_figures)
{
    struct figures figures = {.variant = comparison->variants[variant]};

    if (comparison->rounds_complete == 0)
        return HAUL_E_INVALID;
    find_extremes(comparison, variant, &figures);
    int code = find_walls(comparison, variant, &figures);
    if (code == 0)
        code = find_speedup(comparison, variant, &figures);
    if (code == 0)
        code = find_outs(comparison, variant, &figures);
    if (code == 0)
        code = find_quantiles(comparison, variant, &figures);
    if (code == 0)
        code = find_ideal(comparison, variant, &figures);
    if (code == 0)
        *ret_figures = figures;
    return code;
}

int figures_of_all(const struct comparison *comparison, struct figures **ret_figures)
{
    struct figures *figures = calloc(comparison->variant_count, sizeof(*figures));
    int code = figures == NULL ? -ENOMEM : 0;

    for (size_t variant = 0; variant < comparison->variant_count && code == 0; variant++)
        code = figures_of(comparison, variant, &figures[variant]);
    if (code == 0)
        *ret_figures = figures;
    else
        free(figures);
    return code;
}
