#include "run/gauge.h"

#include "output/bar.h"
#include "output/output.h"
#include "output/progress.h"
#include "output/summary.h"
#include "output/terminal.h"
#include "run/front.h"
#include "run/program.h"
#include "run/resume.h"

#include <haul/client.h>
#include <haul/url.h>

#include <unistd.h>

static void tell_figures(void *data, struct progress_figures *ret_figures)
{
    const struct gauge *gauge = data;
    struct summary_counts counts;
    struct haul_client_statistics statistics;
    summary_counts(output_summary(gauge->output), &counts);
    haul_client_statistics(gauge->client, &statistics);
    *ret_figures = (struct progress_figures){
        .done = counts.urls,
        .failed = counts.not_ok,
        .in_flight = statistics.in_flight,
        .bytes = counts.bytes,
        .total = front_is_drained(gauge->front) ? gauge->program->feed.count - gauge->resume->count : 0,
    };
}

static size_t tell_bars(void *data, struct bar *ret_bars, size_t room)
{
    const struct gauge *gauge = data;
    struct front_flight flights[PROGRESS_BARS];
    size_t count = front_longest(gauge->front, flights, room);
    for (size_t i = 0; i < count; i++)
        ret_bars[i] = (struct bar){
            .url = haul_url_masked(flights[i].url),
            .duration = haul_loop_now(gauge->program->loop) - flights[i].progress.started,
            .received = flights[i].progress.received,
            .expected = flights[i].progress.expected,
        };
    return count;
}

int gauge_show(const struct gauge *gauge, struct progress **ret_progress)
{
    const struct program *program = gauge->program;
    enum progress_kind kind = program->options->progress;
    *ret_progress = NULL;
    if (program->options->silent || kind == PROGRESS_NONE || !terminal_is_capable(STDERR_FILENO))
        return 0;
    const struct progress_source source = {
        .figures = tell_figures,
        .bars = kind == PROGRESS_AS_BARS ? tell_bars : NULL,
        .data = (void *)gauge,
    };
    return progress_create(program->loop, STDERR_FILENO, program->messages.writer, &source, ret_progress);
}
