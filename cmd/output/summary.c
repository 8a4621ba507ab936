#include "output/summary.h"

#include "output/text.h"

#include <haul/client.h>
#include <haul/duration.h>
#include <haul/result.h>

#include <stdlib.h>

/* Total times are counted in buckets of microseconds: those below `linear` in one each, and from there on `linear / 2`
 * buckets for every doubling, so that a bucket is at most 1/512 of its time wide, and its middle half of that off. */
enum { linear_bits = 10, linear = 1 << linear_bits, half = linear / 2, octaves = 45 - linear_bits };
enum { bucket_count = linear + octaves * half, class_count = HAUL_CLASS_LOCAL + 1 };

struct summary {
    struct summary_counts counts;
    uint64_t classes[class_count]; /* those that are not ok */
    uint64_t timed;                /* how many are in the buckets */
    int64_t shortest;              /* of these, in nanoseconds */
    int64_t longest;
    uint64_t buckets[bucket_count]; /* pages that were never touched take no memory */
};

struct summary *summary_create(void)
{
    return calloc(1, sizeof(struct summary));
}

void summary_destroy(struct summary *summary)
{
    free(summary);
}

static size_t bucket_of(uint64_t microseconds)
{
    unsigned octave = 0;
    while (microseconds >> octave >= linear)
        octave++;
    size_t bucket = (microseconds >> octave) + (size_t)octave * half;
    return bucket < bucket_count ? bucket : bucket_count - 1;
}

/* The middle of a bucket, in nanoseconds. */
static int64_t middle_of(size_t bucket)
{
    size_t octave = bucket < linear ? 0 : (bucket - half) / half;
    int64_t begin = (int64_t)(bucket - octave * half) << octave;
    int64_t width = INT64_C(1) << octave;
    return begin * HAUL_MICROSECOND + width * HAUL_MICROSECOND / 2;
}

static void add_time(struct summary *summary, int64_t time)
{
    if (summary->timed == 0 || time < summary->shortest)
        summary->shortest = time;
    if (time > summary->longest)
        summary->longest = time;
    summary->timed++;
    summary->buckets[bucket_of((uint64_t)time / HAUL_MICROSECOND)]++;
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
    /* What was not requested has another's body, which counts there. */
    if (result->attempts > 0)
        counts->bytes += (uint64_t)result->bytes;
    counts->total += result->time.total;
    if (result->attempts > 0 && result->error_class != HAUL_CLASS_CANCELLED)
        add_time(summary, result->time.total);
}

void summary_counts(const struct summary *summary, struct summary_counts *ret_counts)
{
    *ret_counts = summary->counts;
}

int64_t summary_percentile(const struct summary *summary, unsigned percent)
{
    if (summary->timed == 0)
        return 0;
    uint64_t rank = (summary->timed * percent + 99) / 100;
    if (rank == summary->timed)
        return summary->longest;
    uint64_t passed = 0;
    size_t bucket = 0;
    while (bucket < bucket_count - 1 && (passed += summary->buckets[bucket]) < rank)
        bucket++;
    int64_t time = middle_of(bucket);
    if (time < summary->shortest)
        return summary->shortest;
    return time > summary->longest ? summary->longest : time;
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
    uint64_t cancelled = summary->classes[HAUL_CLASS_CANCELLED];
    if (cancelled > 0) {
        append_labelled(text, "cancelled    ", cancelled - counts->unstarted, " in flight");
        append_labelled(text, ", ", counts->unstarted, " never started\n");
    }
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
