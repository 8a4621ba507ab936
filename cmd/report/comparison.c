#include "report/comparison.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

static double seconds(int64_t nanoseconds)
{
    return (double)nanoseconds / (double)HAUL_SECOND;
}

int comparison_begin(struct comparison *comparison)
{
    size_t count = comparison->rounds * comparison->mode_count;

    comparison->rounds_complete = 0;
    comparison->runs = calloc(count > 0 ? count : 1, sizeof(*comparison->runs));
    return comparison->runs != NULL ? 0 : -ENOMEM;
}

void comparison_finish(struct comparison *comparison)
{
    if (comparison->runs == NULL)
        return;
    for (size_t i = 0; i < comparison->rounds * comparison->mode_count; i++)
        measure_finish(&comparison->runs[i]);
    free(comparison->runs);
    comparison->runs = NULL;
}

struct measured_run *comparison_run(const struct comparison *comparison, size_t round, size_t mode)
{
    assert(round < comparison->rounds && mode < comparison->mode_count);
    return &comparison->runs[round * comparison->mode_count + mode];
}

size_t comparison_find_mode(const struct comparison *comparison, enum mode mode)
{
    size_t place = 0;

    while (place < comparison->mode_count && comparison->modes[place] != mode)
        place++;
    return place;
}

/* What is the same whatever the order of the rounds. */
static void summarize_extremes(const struct comparison *comparison, size_t mode, struct mode_summary *summary)
{
    for (size_t round = 0; round < comparison->rounds_complete; round++) {
        const struct measured_run *run = comparison_run(comparison, round, mode);
        double slowest_total = seconds(measure_slowest_total(run));

        if (round == 0 || slowest_total > summary->slowest_total) {
            summary->slowest = run->slowest;
            summary->slowest_total = slowest_total;
        }
        if (run->peak_in_flight > summary->peak_in_flight)
            summary->peak_in_flight = run->peak_in_flight;
        if (run->connections > summary->connections)
            summary->connections = run->connections;
        if (run->not_ok > summary->not_ok)
            summary->not_ok = run->not_ok;
    }
}

enum { WALL, FIRST_OUT, MEAN_OUT, SEQUENTIAL_WALL, SERIES };

static void fill_series(const struct comparison *comparison, size_t mode, double *series)
{
    size_t rounds = comparison->rounds_complete;
    size_t sequential = comparison_find_mode(comparison, MODE_SEQUENTIAL);

    for (size_t round = 0; round < rounds; round++) {
        const struct measured_run *run = comparison_run(comparison, round, mode);
        series[WALL * rounds + round] = seconds(run->wall);
        series[FIRST_OUT * rounds + round] = seconds(run->first_out);
        series[MEAN_OUT * rounds + round] = seconds(run->mean_out);
        if (sequential < comparison->mode_count)
            series[SEQUENTIAL_WALL * rounds + round] = seconds(comparison_run(comparison, round, sequential)->wall);
    }
}

/* -ENOMEM. */
static int summarize_series(const double *series, size_t rounds, struct mode_summary *summary)
{
    struct spread first_out;
    struct spread mean_out;

    int code = statistics_spread(series + WALL * rounds, rounds, &summary->wall);
    if (code == 0)
        code = statistics_spread(series + FIRST_OUT * rounds, rounds, &first_out);
    if (code == 0)
        code = statistics_spread(series + MEAN_OUT * rounds, rounds, &mean_out);
    if (code != 0)
        return code;
    summary->first_out = first_out.median;
    summary->mean_out = mean_out.median;
    code = statistics_ratio(series + SEQUENTIAL_WALL * rounds, series + WALL * rounds, rounds, &summary->speedup);
    summary->has_speedup = code == 0;
    return code < 0 ? code : 0;
}

int comparison_summarize(const struct comparison *comparison, size_t mode, struct mode_summary *ret_summary)
{
    size_t rounds = comparison->rounds_complete;
    struct mode_summary summary = {.mode = comparison->modes[mode]};

    if (rounds == 0)
        return HAUL_E_INVALID;
    /* Without a sequential run its series stays 0, of which there is no ratio. */
    double *series = calloc(SERIES * rounds, sizeof(*series));
    if (series == NULL)
        return -ENOMEM;
    fill_series(comparison, mode, series);
    summarize_extremes(comparison, mode, &summary);
    int code = summarize_series(series, rounds, &summary);
    free(series);
    if (code == 0)
        *ret_summary = summary;
    return code;
}

size_t comparison_not_ok(const struct comparison *comparison)
{
    size_t not_ok = 0;

    for (size_t i = 0; i < comparison->rounds_complete * comparison->mode_count; i++) {
        if (comparison->runs[i].not_ok > not_ok)
            not_ok = comparison->runs[i].not_ok;
    }
    return not_ok;
}
