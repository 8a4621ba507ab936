#include "output/summary.h"

#include "output/histogram.h"
#include "output/text.h"

#include <haul/client.h>
#include <haul/duration.h>
#include <haul/result.h>

#include <stdlib.h>

/* Percentiles are off by 0.1 % at most. */
enum { time_bits = 10, class_count = HAUL_CLASS_LOCAL + 1 };

struct summary {
    struct summary_counts counts;
    uint64_t classes[class_count]; /* those that are not ok */
    uint64_t statuses[SUMMARY_STATUSES];
    struct histogram *times;
};

struct summary *summary_create(void)
{
    struct summary *summary = calloc(1, sizeof(*summary));
    if (summary == NULL)
        return NULL;
    summary->times = histogram_create(time_bits);
    if (summary->times == NULL) {
        free(summary);
        return NULL;
    }
    return summary;
}

void summary_destroy(struct summary *summary)
{
    if (summary == NULL)
        return;
    histogram_destroy(summary->times);
    free(summary);
}

void summary_add(struct summary *summary, const struct haul_result *result)
{
    struct summary_counts *counts = &summary->counts;
    counts->urls++;
    if (result->ok) {
        counts->ok++;
    } else {
        counts->not_ok++;
        summary->classes[result->error_class]++;
        counts->unstarted += result->error_class == HAUL_CLASS_CANCELLED && result->attempts == 0;
    }
    if (result->status > 0 && result->status < SUMMARY_STATUSES)
        summary->statuses[result->status]++;
    /* What was not requested has another's body, which counts there. */
    if (result->attempts > 0)
        counts->bytes += (uint64_t)result->bytes;
    counts->total += result->time.total;
    if (result->attempts > 0 && result->error_class != HAUL_CLASS_CANCELLED)
        histogram_add(summary->times, result->time.total);
}

void summary_add_done(struct summary *summary)
{
    summary->counts.already_done++;
}

void summary_counts(const struct summary *summary, struct summary_counts *ret_counts)
{
    *ret_counts = summary->counts;
}

int64_t summary_percentile(const struct summary *summary, unsigned percent)
{
    return histogram_percentile(summary->times, percent);
}

const struct histogram *summary_times(const struct summary *summary)
{
    return summary->times;
}

uint64_t summary_class(const struct summary *summary, enum haul_class error_class)
{
    return summary->classes[error_class];
}

uint64_t summary_status(const struct summary *summary, unsigned status)
{
    return summary->statuses[status];
}

static void append_labelled(struct text *text, const char *label, uint64_t number, const char *unit)
{
    text_append_string(text, label);
    text_append_unsigned(text, number);
    text_append_string(text, unit);
}

/* Appends " (1 http, 2 connect)". */
static void append_classes(const struct summary *summary, struct text *text)
{
    const char *gap = " (";
    for (size_t i = 0; i < class_count; i++) {
        if (summary->classes[i] == 0)
            continue;
        append_labelled(text, gap, summary->classes[i], " ");
        text_append_string(text, haul_class_name((enum haul_class)i));
        gap = ", ";
    }
    text_append_string(text, ")");
}

static void append_urls(const struct summary *summary, struct text *text)
{
    const struct summary_counts *counts = &summary->counts;
    append_labelled(text, "URLs         ", counts->urls, "");
    append_labelled(text, ": ", counts->ok, " ok");
    if (counts->not_ok > 0) {
        append_labelled(text, ", ", counts->not_ok, " not ok");
        append_classes(summary, text);
    }
    text_append_string(text, "\n");
    if (counts->already_done > 0)
        append_labelled(text, "already done ", counts->already_done, "\n");
    uint64_t cancelled = summary->classes[HAUL_CLASS_CANCELLED];
    if (cancelled > 0) {
        append_labelled(text, "cancelled    ", cancelled - counts->unstarted, " in flight");
        append_labelled(text, ", ", counts->unstarted, " never started\n");
    }
}

/* "200 18, 404 2" */
static void append_statuses(const struct summary *summary, struct text *text)
{
    const char *gap = "statuses     ";
    for (unsigned status = 1; status < SUMMARY_STATUSES; status++) {
        if (summary->statuses[status] == 0)
            continue;
        append_labelled(text, gap, status, " ");
        text_append_unsigned(text, summary->statuses[status]);
        gap = ", ";
    }
    if (gap[0] == ',')
        text_append_string(text, "\n");
}

static void append_ratio(struct text *text, int64_t dividend, int64_t divisor)
{
    double ratio = divisor > 0 ? (double)dividend / (double)divisor : 0;
    /* Tenths of a thing have the form of tenths of a second. */
    text_append_seconds(text, (int64_t)(ratio * (double)HAUL_SECOND), 1);
}

static void append_percentiles(const struct summary *summary, struct text *text)
{
    static const unsigned percents[] = {50, 90, 99};
    const char *gap = "time         p";
    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        append_labelled(text, gap, percents[i], " ");
        text_append_seconds(text, summary_percentile(summary, percents[i]), 3);
        text_append_string(text, " s");
        gap = ", p";
    }
    text_append_string(text, "\n");
}

void summary_append_table(const struct summary *summary, int64_t wall, const struct haul_client_statistics *statistics,
                          struct text *text)
{
    append_urls(summary, text);
    append_statuses(summary, text);
    append_labelled(text, "bytes        ", summary->counts.bytes, "\n");
    text_append_string(text, "wall time    ");
    text_append_seconds(text, wall, 3);
    text_append_string(text, " s\nin flight    mean ");
    append_ratio(text, summary->counts.total, wall);
    append_labelled(text, ", peak ", statistics->peak_in_flight, "");
    if (statistics->host_limit > 0)
        append_labelled(text, ", auto ", statistics->host_limit, " at the end");
    text_append_string(text, "\n");
    append_labelled(text, "connections  ", statistics->connections, " opened");
    append_labelled(text, ", ", statistics->reused, " reused\n");
    append_percentiles(summary, text);
}

void summary_append_line(const struct summary *summary, struct text *text)
{
    if (summary->counts.not_ok == 0)
        return;
    append_labelled(text, "", summary->counts.not_ok, " of ");
    append_labelled(text, "", summary->counts.urls, summary->counts.urls == 1 ? " URL not ok" : " URLs not ok");
    append_classes(summary, text);
}
