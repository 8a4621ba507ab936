#include "picture/trace.h"

#include "output/record.h"
#include "picture/picture.h"
#include "picture/picture_file.h"
#include "picture/track.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What viewers call processes, from top to bottom. */
enum process { LOOP = 1, PLACES, URLS, HOSTS };

static const char *const process_names[] = {
    [LOOP] = "the loop", [PLACES] = "places in flight", [URLS] = "URLs", [HOSTS] = "hosts"};

/* The loop is shown as busy through waits that are shorter, in microseconds: there may be very many of them. */
enum { short_wait = 100 };

struct trace {
    struct picture picture;
    struct picture_file file;
    bool has_events;
    bool *lanes; /* of each place whether it has its name yet */
    int64_t lane_count;
    uint64_t operations; /* numbers that tell what overlaps from each other */
    bool has_waits;
    int64_t busy_since;
    int64_t last_wait; /* the end of it */
};

/* Appends formatted text without any foreign one. */
__attribute__((format(printf, 2, 3))) static void append(struct trace *trace, const char *format, ...)
{
    char piece[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece, sizeof(piece), format, arguments);
    va_end(arguments);
    text_append_string(&trace->file.text, piece);
}

static void append_bytes(struct trace *trace, const char *bytes, size_t size)
{
    if (record_write_string(&trace->file.text, bytes, size) != 0)
        trace->file.text.failed = true;
}

static void append_text(struct trace *trace, const char *text)
{
    if (text)
        append_bytes(trace, text, strlen(text));
    else
        append(trace, "null");
}

/* The begin of an event. */
static void begin(struct trace *trace, const char *phase, enum process process, int64_t thread)
{
    append(trace, "%s\n{\"ph\":\"%s\",\"pid\":%d,\"tid\":%" PRId64, trace->has_events ? "," : "", phase, process,
           thread);
    trace->has_events = true;
}

/* The name of a process, or, where there is a number, of a thread of it. */
static void append_name(struct trace *trace, enum process process, int64_t thread, const char *name)
{
    begin(trace, "M", process, thread);
    append(trace, ",\"name\":\"%s\",\"args\":{\"name\":\"%s\"}}", thread > 0 ? "thread_name" : "process_name", name);
    begin(trace, "M", process, thread);
    append(trace, ",\"name\":\"%s\",\"args\":{\"sort_index\":%" PRId64 "}}",
           thread > 0 ? "thread_sort_index" : "process_sort_index", thread > 0 ? thread : (int64_t)process);
}

/* Something in a lane from one point to another. Its arguments and the closing brace follow. */
static void begin_slice(struct trace *trace, enum process process, int64_t thread, int64_t from, int64_t to)
{
    begin(trace, "X", process, thread);
    append(trace, ",\"ts\":%" PRId64 ",\"dur\":%" PRId64 ",\"name\":", from, to - from);
}

static void append_hop_facts(struct trace *trace, const struct track *track, const struct track_hop *hop)
{
    append(trace, ",\"args\":{\"url\":");
    append_text(trace, hop->url);
    append(trace, ",\"index\":%" PRIu64 ",\"attempt\":%u,\"status\":%d,\"bytes\":%" PRId64 ",\"reused\":%s",
           track->index, hop->attempt, hop->status, hop->bytes, hop->reused ? "true" : "false");
    if (hop->connection > 0)
        append(trace, ",\"connection\":%" PRIu64, hop->connection);
    append(trace, "}}");
}

static void append_host_of(struct trace *trace, const struct track_hop *hop)
{
    size_t size;
    const char *host = track_host(hop->url, &size);
    if (size > 0)
        append_bytes(trace, host, size);
    else
        append_text(trace, "sleep");
}

static void make_room(struct trace *trace, int64_t lane)
{
    int64_t count = lane < 2 * trace->lane_count ? 2 * trace->lane_count : lane + 1;
    bool *lanes = realloc(trace->lanes, (size_t)count * sizeof(*lanes));
    if (!lanes) {
        trace->file.text.failed = true;
        return;
    }
    memset(lanes + trace->lane_count, 0, (size_t)(count - trace->lane_count) * sizeof(*lanes));
    trace->lanes = lanes;
    trace->lane_count = count;
}

/* When it is seen first: a selection of records, or a damaged one, has places far apart. */
static void name_lane(struct trace *trace, int64_t lane)
{
    char name[48];
    if (lane >= trace->lane_count)
        make_room(trace, lane);
    if (lane >= trace->lane_count || trace->lanes[lane])
        return;
    trace->lanes[lane] = true;
    snprintf(name, sizeof(name), "place %" PRId64, lane);
    append_name(trace, PLACES, lane + 1, name);
}

/* A hop in its lane, and its phases in it. Clocks of the loop and of what it is told differ a little: what has a lane
 * ends when it is given on. */
static void append_hop(struct trace *trace, const struct track *track, const struct track_hop *hop)
{
    int64_t thread = hop->lane + 1;
    int64_t end = hop->end > hop->start ? hop->end : hop->start;
    int64_t at = hop->start;
    name_lane(trace, hop->lane);
    begin_slice(trace, PLACES, thread, hop->start, end);
    append_host_of(trace, hop);
    append_hop_facts(trace, track, hop);
    for (int phase = PHASE_DNS; phase < PHASE_COUNT; phase++) {
        int64_t from = at < end ? at : end;
        at += hop->time.phases[phase];
        int64_t to = at < end ? at : end;
        if (to <= from)
            continue;
        begin_slice(trace, PLACES, thread, from, to);
        append(trace, "\"%s\"}", phase_name((enum phase)phase));
    }
}

/* What overlaps with others of its kind is begun and ended by two events with one number. */
static void append_ends(struct trace *trace, enum process process, const char *kind, int64_t from, int64_t to,
                        void (*append_what)(struct trace *trace, const void *data), const void *data)
{
    uint64_t number = trace->operations++;
    for (int i = 0; i < 2; i++) {
        begin(trace, i == 0 ? "b" : "e", process, 0);
        append(trace, ",\"cat\":\"%s\",\"id\":%" PRIu64 ",\"ts\":%" PRId64 ",\"name\":", kind, number,
               i == 0 ? from : to);
        append_what(trace, data);
        append(trace, "}");
    }
}

static void append_outcome(struct trace *trace, const void *data)
{
    const struct track *track = data;
    if (track->status > 0)
        append(trace, "\"%d\"", track->status);
    else
        append_text(trace, track->ok || !track->error_class ? "ok" : track->error_class);
    append(trace, ",\"args\":{\"url\":");
    append_text(trace, track->url);
    append(trace, "}");
}

static void append_host(struct trace *trace, const void *data)
{
    append_host_of(trace, data);
    append(trace, ",\"args\":{\"url\":");
    append_text(trace, ((const struct track_hop *)data)->url);
    append(trace, "}");
}

static int add(struct picture *picture, const struct track *track)
{
    struct trace *trace = (struct trace *)picture;
    int64_t from, to;
    if (track->hop_count == 0)
        return 0;
    track_bounds(track, &from, &to);
    append_ends(trace, URLS, "url", from, to, append_outcome, track);
    for (size_t i = 0; i < track->hop_count; i++) {
        const struct track_hop *hop = &track->hops[i];
        int64_t end = hop->end > hop->start ? hop->end : hop->start;
        append_ends(trace, HOSTS, "host", hop->start, end, append_host, hop);
        if (hop->lane >= 0)
            append_hop(trace, track, hop);
    }
    return picture_file_pass(&trace->file);
}

static void append_busy(struct trace *trace, int64_t to)
{
    if (to <= trace->busy_since)
        return;
    begin_slice(trace, LOOP, 1, trace->busy_since, to);
    append(trace, "\"busy\"}");
}

static int note_wait(struct picture *picture, int64_t from, int64_t to)
{
    struct trace *trace = (struct trace *)picture;
    if (!trace->has_waits)
        append_name(trace, LOOP, 1, "busy and idle");
    trace->has_waits = true;
    trace->last_wait = to;
    if (to - from < short_wait)
        return 0;
    append_busy(trace, from);
    begin_slice(trace, LOOP, 1, from, to);
    append(trace, "\"idle\"}");
    trace->busy_since = to;
    return picture_file_pass(&trace->file);
}

static int end(struct picture *picture)
{
    struct trace *trace = (struct trace *)picture;
    if (trace->has_waits)
        append_busy(trace, trace->last_wait);
    append(trace, "\n]}\n");
    return picture_file_commit(&trace->file);
}

static void destroy(struct picture *picture)
{
    struct trace *trace = (struct trace *)picture;
    picture_file_finish(&trace->file);
    free(trace->lanes);
    free(trace);
}

static const struct picture_kind kind = {.add = add, .note_wait = note_wait, .end = end, .destroy = destroy};

int trace_create(const char *path, struct picture **ret_picture)
{
    struct trace *trace = calloc(1, sizeof(*trace));
    if (!trace)
        return -ENOMEM;
    trace->picture.kind = &kind;
    int code = picture_file_begin(&trace->file, path);
    if (code < 0) {
        free(trace);
        return code;
    }
    append(trace, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    for (int process = LOOP; process <= HOSTS; process++)
        append_name(trace, (enum process)process, 0, process_names[process]);
    *ret_picture = &trace->picture;
    return 0;
}
