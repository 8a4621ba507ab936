#include "report/measure.h"

#include "run/entry.h"

#include <haul/client.h>

#include <assert.h>
#include <errno.h>
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
    };
    if (run->emitted == 0)
        run->first_out = url->out;
    run->emitted++;
    run->not_ok += !url->ok;
}

void measure_end(struct measured_run *run, int64_t now, const struct haul_client_statistics *statistics)
{
    double sum_of_outs = 0;

    run->wall = now - run->start;
    run->peak_in_flight = statistics->peak_in_flight;
    run->connections = statistics->connections;
    for (size_t i = 0; i < run->count; i++) {
        const struct measured_url *url = &run->urls[i];
        sum_of_outs += (double)url->out;
        run->sum_of_totals += url->total;
        run->bytes += url->bytes;
        if (url->total > run->urls[run->slowest].total)
            run->slowest = i;
    }
    if (run->emitted > 0)
        run->mean_out = (int64_t)(sum_of_outs / (double)run->emitted);
}

int64_t measure_slowest_total(const struct measured_run *run)
{
    return run->count > 0 ? run->urls[run->slowest].total : 0;
}

void measure_finish(struct measured_run *run)
{
    free(run->urls);
    *run = (struct measured_run){0};
}
