#include "output/hosts.h"

#include "output/histogram.h"
#include "output/text.h"
#include "run/entry.h"

#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The bits of a host's histogram, and the places of the table: twice as many as hosts, so that a search is short. */
enum { time_bits = 6, place_count = 2048 };

struct host {
    char *name; /* NULL: all others together */
    uint64_t urls;
    uint64_t ok;
    uint64_t bytes;
    struct histogram *times;
};

struct hosts {
    struct host *places[place_count]; /* by name */
    struct host *list[HOSTS_MOST + 1];
    size_t count; /* in the list */
    struct host *others;
};

struct hosts *hosts_create(void)
{
    return calloc(1, sizeof(struct hosts));
}

static void destroy_host(struct host *host)
{
    histogram_destroy(host->times);
    free(host->name);
    free(host);
}

void hosts_destroy(struct hosts *hosts)
{
    if (hosts == NULL)
        return;
    for (size_t i = 0; i < hosts->count; i++)
        destroy_host(hosts->list[i]);
    free(hosts);
}

/* FNV-1a. Names are no secret, and who makes many that fall together only makes this slower. */
static size_t place_of(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return (hash >> 32 ^ hash) % place_count;
}

/* NAME: NULL for all others together. */
static struct host *create_host(struct hosts *hosts, const char *name)
{
    struct host *host = calloc(1, sizeof(*host));
    if (host == NULL)
        return NULL;
    host->name = name != NULL ? strdup(name) : NULL;
    host->times = histogram_create(time_bits);
    if ((name != NULL && host->name == NULL) || host->times == NULL) {
        destroy_host(host);
        return NULL;
    }
    hosts->list[hosts->count++] = host;
    return host;
}

/* The host of this name, or the others where there is no room for it. NULL: out of memory. */
static struct host *find(struct hosts *hosts, const char *name)
{
    size_t place = place_of(name);
    while (hosts->places[place] != NULL && strcmp(hosts->places[place]->name, name) != 0)
        place = (place + 1) % place_count;
    if (hosts->places[place] != NULL)
        return hosts->places[place];
    bool is_full = hosts->count - (hosts->others != NULL) == HOSTS_MOST;
    if (!is_full)
        return hosts->places[place] = create_host(hosts, name);
    if (hosts->others == NULL)
        hosts->others = create_host(hosts, NULL);
    return hosts->others;
}

int hosts_add(struct hosts *hosts, const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    if (entry->url == NULL || haul_url_scheme(entry->url) == HAUL_URL_SLEEP)
        return 0;
    struct host *host = find(hosts, haul_url_origin(entry->url));
    if (host == NULL)
        return -ENOMEM;
    host->urls++;
    host->ok += result->ok;
    /* What was not requested has another's body, which counts there. */
    if (result->attempts > 0)
        host->bytes += (uint64_t)result->bytes;
    if (result->attempts > 0 && result->error_class != HAUL_CLASS_CANCELLED)
        histogram_add(host->times, result->time.total);
    return 0;
}

static int compare(const void *one, const void *other)
{
    const struct host *first = *(struct host *const *)one;
    const struct host *second = *(struct host *const *)other;
    if (first->name == NULL || second->name == NULL)
        return (first->name == NULL) - (second->name == NULL);
    if (first->urls != second->urls)
        return first->urls < second->urls ? 1 : -1;
    return strcmp(first->name, second->name);
}

size_t hosts_sort(struct hosts *hosts)
{
    qsort(hosts->list, hosts->count, sizeof(struct host *), compare);
    return hosts->count;
}

void hosts_at(const struct hosts *hosts, size_t index, struct host_figures *ret_figures)
{
    const struct host *host = hosts->list[index];
    *ret_figures = (struct host_figures){
        .name = host->name, .urls = host->urls, .ok = host->ok, .bytes = host->bytes, .times = host->times};
}

static void append_right(struct text *text, uint64_t number)
{
    enum { width = 10 };
    size_t begin = text->size;
    text_append_unsigned(text, number);
    size_t size = text->size - begin;
    text->size = begin;
    text_append_repeated(text, ' ', size < width ? width - size : 1);
    text_append_unsigned(text, number);
}

static void append_host(struct text *text, const struct host *host)
{
    static const unsigned percents[] = {50, 90, 99};
    append_right(text, host->urls);
    append_right(text, host->urls - host->ok);
    append_right(text, host->bytes);
    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        text_append_string(text, "  ");
        text_append_seconds(text, histogram_percentile(host->times, percents[i]), 3);
    }
    text_append_string(text, "  ");
    text_append_string(text, host->name != NULL ? host->name : "(others)");
    text_append_string(text, "\n");
}

void hosts_append_table(struct hosts *hosts, size_t most, struct text *text)
{
    hosts_sort(hosts);
    text_append_string(text, "      URLs    not ok     bytes    p50    p90    p99  host\n");
    for (size_t i = 0; i < hosts->count && i < most; i++)
        append_host(text, hosts->list[i]);
    if (hosts->count > most) {
        text_append_string(text, "and ");
        text_append_unsigned(text, hosts->count - most);
        text_append_string(text, " more\n");
    }
}
