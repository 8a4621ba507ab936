#include "compare/measure.h"

#include "run/entry.h"

#include <haul/client.h>

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

int measure_begin(struct measured_run *run, size_t count, int64_t start)
{
    struct measured_url *urls = NULL;

    if (count > 0) {
        urls = calloc(count, sizeof(*urls));
        if (urls == NULL)
            return -ENOMEM;
    }
    *run = (struct measured_run){.start = start, .count = count, .urls = urls};
    return 0;
}

void measure_emit(struct measured_run *run, const struct entry *entry, int64_t now)
{
    const struct haul_result *result = entry->result;

    assert(entry->index < run->count && run->emitted < run->count);
    struct measured_url *url = &run->urls[entry->index];
    *url = (struct measured_url){
        .bytes = result->bytes,
        .total = result->time.total,
        .out = now - run->start,
        .status = result->status,
        .error_class = result->error_class,
        .ok = result->ok,
        .is_out = result->error_class != HAUL_CLASS_CANCELLED,
    };
    double taken = (double)(url->out - run->last_out);
    run->sum += taken;
    run->sum_of_squares += taken * taken;
    run->last_taken = taken;
    run->last_out = url->out;
    run->emitted++;
    if (!url->is_out)
        return;
    if (run->came_out == 0)
        run->first_out = url->out;
    run->came_out++;
    run->not_ok += !url->ok;
}

static void estimate(struct measured_run *run)
{
    if (run->emitted > 1) {
        run->sum -= run->last_taken;
        run->sum_of_squares -= run->last_taken * run->last_taken;
    }
    run->counted = run->emitted > 1 ? run->emitted - 1 : run->emitted;
    double all = (double)run->count;
    double sample = (double)run->counted;
    double mean = run->sum / sample;
    double squares = run->sum_of_squares - run->sum * mean;

    run->wall = (int64_t)fmin(all * mean, (double)(INT64_MAX / 2));
    run->is_estimate = true;
    run->error = all * sqrt(fmax(squares, 0) / (sample - 1) / sample * (1 - sample / all));
}

void measure_end(struct measured_run *run, int64_t now, const struct haul_client_statistics *statistics)
{
    double sum_of_outs = 0;
    int64_t slowest_total = -1;

    run->wall = now - run->start;
    run->peak_in_flight = statistics->peak_in_flight;
    run->connections = statistics->connections;
    for (size_t i = 0; i < run->count; i++) {
        const struct measured_url *url = &run->urls[i];
        if (!url->is_out)
            continue;
        sum_of_outs += (double)url->out;
        run->sum_of_totals += url->total;
        run->bytes += url->bytes;
        if (url->total > slowest_total) {
            slowest_total = url->total;
            run->slowest = i;
        }
    }
    if (run->came_out > 0)
        run->mean_out = (int64_t)(sum_of_outs / (double)run->came_out);
    if (run->is_sample && run->emitted > 0 && run->emitted < run->count)
        estimate(run);
}

int64_t measure_slowest_total(const struct measured_run *run)
{
    return run->came_out > 0 ? run->urls[run->slowest].total : 0;
}

void measure_finish(struct measured_run *run)
{
    free(run->urls);
    *run = (struct measured_run){0};
}
