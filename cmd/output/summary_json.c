#include "output/summary_json.h"

#include "output/histogram.h"
#include "output/hosts.h"
#include "output/record.h"
#include "output/summary.h"
#include "output/text.h"

#include <haul/client.h>
#include <haul/duration.h>
#include <haul/result.h>

#include <string.h>

enum { decimals = 6 };

/* Appends PREFIX, which has the key, and the number. */
static void append_count(struct text *text, const char *prefix, uint64_t count)
{
    text_append_string(text, prefix);
    text_append_unsigned(text, count);
}

static void append_seconds(struct text *text, const char *prefix, int64_t time)
{
    text_append_string(text, prefix);
    text_append_seconds(text, time, decimals);
}

static void append_times(struct text *text, const struct histogram *times)
{
    append_count(text, ",\"time\":{\"count\":", histogram_count(times));
    append_seconds(text, ",\"min\":", histogram_shortest(times));
    append_seconds(text, ",\"p50\":", histogram_percentile(times, 50));
    append_seconds(text, ",\"p90\":", histogram_percentile(times, 90));
    append_seconds(text, ",\"p99\":", histogram_percentile(times, 99));
    append_seconds(text, ",\"max\":", histogram_percentile(times, 100));
    text_append_string(text, "}");
}

static void append_statuses(struct text *text, const struct summary *summary)
{
    const char *gap = "";
    text_append_string(text, ",\"statuses\":{");
    for (unsigned status = 1; status < SUMMARY_STATUSES; status++) {
        uint64_t count = summary_status(summary, status);
        if (count == 0)
            continue;
        text_append_string(text, gap);
        append_count(text, "\"", status);
        append_count(text, "\":", count);
        gap = ",";
    }
    text_append_string(text, "}");
}

static void append_classes(struct text *text, const struct summary *summary)
{
    const char *gap = "";
    text_append_string(text, ",\"classes\":{");
    for (enum haul_class error_class = HAUL_CLASS_URL; error_class <= HAUL_CLASS_LOCAL; error_class++) {
        uint64_t count = summary_class(summary, error_class);
        if (count == 0)
            continue;
        text_append_string(text, gap);
        text_append_string(text, "\"");
        text_append_string(text, haul_class_name(error_class));
        append_count(text, "\":", count);
        gap = ",";
    }
    text_append_string(text, "}");
}

static void append_host(struct text *text, const struct host_figures *host)
{
    text_append_string(text, "{\"host\":");
    if (host->name == NULL)
        text_append_string(text, "null");
    else if (record_write_string(text, host->name, strlen(host->name)) != 0)
        return;
    append_count(text, ",\"urls\":", host->urls);
    append_count(text, ",\"ok\":", host->ok);
    append_count(text, ",\"not_ok\":", host->urls - host->ok);
    append_count(text, ",\"bytes\":", host->bytes);
    append_times(text, host->times);
    text_append_string(text, "}");
}

static void append_hosts(struct text *text, struct hosts *hosts)
{
    size_t count = hosts_sort(hosts);
    text_append_string(text, ",\"hosts\":[");
    for (size_t i = 0; i < count; i++) {
        struct host_figures figures;
        hosts_at(hosts, i, &figures);
        text_append_string(text, i > 0 ? "," : "");
        append_host(text, &figures);
    }
    text_append_string(text, "]");
}

void summary_json_append(const struct summary *summary, int64_t wall, const struct haul_client_statistics *statistics,
                         struct hosts *hosts, struct text *text)
{
    struct summary_counts counts;
    summary_counts(summary, &counts);
    double mean = wall > 0 ? (double)counts.total / (double)wall : 0;
    append_count(text, "{\"v\":1,\"urls\":", counts.urls);
    append_count(text, ",\"ok\":", counts.ok);
    append_count(text, ",\"not_ok\":", counts.not_ok);
    append_count(text, ",\"unstarted\":", counts.unstarted);
    append_count(text, ",\"already_done\":", counts.already_done);
    append_statuses(text, summary);
    append_classes(text, summary);
    append_count(text, ",\"bytes\":", counts.bytes);
    append_seconds(text, ",\"wall\":", wall);
    /* A mean has the form of seconds. */
    append_seconds(text, ",\"in_flight\":{\"mean\":", (int64_t)(mean * (double)HAUL_SECOND));
    append_count(text, ",\"peak\":", statistics->peak_in_flight);
    append_count(text, "},\"connections\":{\"opened\":", statistics->connections);
    append_count(text, ",\"reused\":", statistics->reused);
    text_append_string(text, "}");
    append_times(text, summary_times(summary));
    if (hosts != NULL)
        append_hosts(text, hosts);
    text_append_string(text, "}\n");
}
