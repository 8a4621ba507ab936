#include "picture/har.h"

#include "output/record.h"
#include "picture/picture.h"
#include "picture/picture_file.h"
#include "picture/track.h"

#include <haul/version.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct har {
    struct picture picture;
    struct picture_file file;
    bool has_entries;
};

static void append(struct text *text, const char *string)
{
    text_append_string(text, string);
}

static void append_bytes(struct text *text, const char *bytes, size_t size)
{
    if (record_write_string(text, bytes, size) != 0)
        text->failed = true;
}

/* What is unknown is empty, since HAR has no null. */
static void append_text(struct text *text, const char *value)
{
    append_bytes(text, value ? value : "", value ? strlen(value) : 0);
}

static void append_pair(struct text *text, const char *name, size_t name_size, const char *value, size_t value_size)
{
    append(text, "{\"name\":");
    append_bytes(text, name, name_size);
    append(text, ",\"value\":");
    append_bytes(text, value, value_size);
    append(text, "}");
}

/* Microseconds as milliseconds; -1 where IS_KNOWN is false. */
static void append_milliseconds(struct text *text, const char *key, int64_t microseconds, bool is_known)
{
    enum { thousand = 1000 };
    char number[48];
    append(text, key);
    if (is_known)
        snprintf(number, sizeof(number), "%" PRId64 ".%03d", microseconds / thousand, (int)(microseconds % thousand));
    append(text, is_known ? number : "-1");
}

/* Microseconds since 1970, as ISO 8601 has them. A run that waited since before that never was. */
static void append_moment(struct text *text, int64_t microseconds)
{
    enum { million = 1000000, thousand = 1000 };
    if (microseconds < 0)
        microseconds = 0;
    time_t seconds = (time_t)(microseconds / million);
    struct tm parts = {0};
    char moment[64], whole[96];
    gmtime_r(&seconds, &parts);
    strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(whole, sizeof(whole), "\"%s.%03dZ\"", moment, (int)(microseconds % million / thousand));
    append(text, whole);
}

static void append_headers(struct text *text, const struct track_fields *fields)
{
    append(text, ",\"cookies\":[],\"headers\":[");
    for (size_t i = 0; i < fields->count; i++) {
        const struct track_field *field = &fields->at[i];
        append(text, i > 0 ? "," : "");
        append_pair(text, field->name, strlen(field->name), field->value, strlen(field->value));
    }
    append(text, "]");
}

/* The parameters as they stand in the URL. */
static void append_query(struct text *text, const char *url)
{
    const char *query = url ? strchr(url, '?') : NULL;
    bool is_first = true;
    append(text, ",\"queryString\":[");
    for (size_t size; query && *query != '\0' && *query != '#'; query += size) {
        query++;
        size = strcspn(query, "&#");
        size_t name = strcspn(query, "=&#");
        if (size == 0)
            continue;
        size_t value = name < size ? name + 1 : size;
        append(text, is_first ? "" : ",");
        append_pair(text, query, name, query + value, size - value);
        is_first = false;
    }
    append(text, "]");
}

static void append_version(struct text *text, const char *version)
{
    char name[32] = "";
    if (version)
        snprintf(name, sizeof(name), "HTTP/%s", version);
    append(text, ",\"httpVersion\":");
    append_text(text, name);
}

static const char *field(const struct track_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (strcasecmp(fields->at[i].name, name) == 0)
            return fields->at[i].value;
    return NULL;
}

/* A number that is -1 where it is unknown. */
static void append_size(struct text *text, const char *key, int64_t size)
{
    char number[32];
    snprintf(number, sizeof(number), "%" PRId64, size);
    append(text, key);
    append(text, number);
}

/* Of the request's body: its header says it, and has no length where there is none. */
static int64_t sent_size(const struct track_hop *hop)
{
    const char *length = field(&hop->request_headers, "content-length");
    if (length)
        return isdigit((unsigned char)*length) ? strtoll(length, NULL, 10) : -1;
    return hop->request_headers.count > 0 && !field(&hop->request_headers, "transfer-encoding") ? 0 : -1;
}

/* Of the answer's body as it came: that of what it was decoded to is another. */
static int64_t received_size(const struct track_hop *hop)
{
    bool is_plain = hop->response_headers.count > 0 && !field(&hop->response_headers, "content-encoding");
    return is_plain ? hop->bytes : -1;
}

static void append_request(struct text *text, const struct track_hop *hop)
{
    append(text, ",\"request\":{\"method\":");
    append_text(text, hop->method);
    append(text, ",\"url\":");
    append_text(text, hop->url);
    append_version(text, hop->http_version);
    append_headers(text, &hop->request_headers);
    append_query(text, hop->url);
    append_size(text, ",\"headersSize\":-1,\"bodySize\":", sent_size(hop));
    append(text, "}");
}

static void append_response(struct text *text, const struct track *track, const struct track_hop *hop, bool is_last)
{
    char number[48];
    const char *type = field(&hop->response_headers, "content-type");
    snprintf(number, sizeof(number), ",\"response\":{\"status\":%d,\"statusText\":\"\"", hop->status);
    append(text, number);
    append_version(text, hop->http_version);
    append_headers(text, &hop->response_headers);
    append_size(text, ",\"content\":{\"size\":", hop->bytes);
    append(text, ",\"mimeType\":");
    append_text(text, !type && is_last ? track->content_type : type);
    append(text, "},\"redirectURL\":");
    append_text(text, field(&hop->response_headers, "location"));
    append_size(text, ",\"headersSize\":-1,\"bodySize\":", received_size(hop));
    if (received_size(hop) >= 0)
        append_size(text, ",\"_transferSize\":", received_size(hop));
    append(text, "}");
}

/* HAR counts TLS into connecting, and knows no time for sending but what it took, which here is part of waiting. What
 * an open connection has no need of does not apply to it. Chromium shows a wait that nothing came before as stalled: a
 * microsecond of it does come before. */
static void append_timings(struct text *text, const struct track_hop *hop)
{
    const int64_t *phases = hop->time.phases;
    int64_t connect = phases[PHASE_CONNECT] + phases[PHASE_TLS];
    int64_t before = phases[PHASE_QUEUE] + phases[PHASE_DNS] + connect;
    int64_t sending = before == 0 && phases[PHASE_WAIT] > 0 ? 1 : 0;
    append_milliseconds(text, ",\"cache\":{},\"timings\":{\"blocked\":", phases[PHASE_QUEUE] + sending, true);
    append_milliseconds(text, ",\"dns\":", phases[PHASE_DNS], phases[PHASE_DNS] > 0 || !hop->reused);
    append_milliseconds(text, ",\"connect\":", connect, connect > 0 || !hop->reused);
    append_milliseconds(text, ",\"ssl\":", phases[PHASE_TLS], phases[PHASE_TLS] > 0);
    append_milliseconds(text, ",\"send\":", 0, true);
    append_milliseconds(text, ",\"wait\":", phases[PHASE_WAIT] - sending, true);
    append_milliseconds(text, ",\"receive\":", phases[PHASE_TRANSFER], true);
    append(text, "}");
}

static int64_t sum(const struct track_times *time)
{
    int64_t sum = 0;
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        sum += time->phases[phase];
    return sum;
}

/* Why the attempt that HOP is the last of failed; NULL: it is not the last, or there is nothing to say. */
static const char *comment_of(const struct track *track, const struct track_hop *hop)
{
    const struct track_hop *last = &track->hops[track->hop_count - 1];
    if (hop == last)
        return track->message;
    bool is_end = hop[1].attempt != hop->attempt;
    return is_end && hop->attempt >= 1 && hop->attempt <= track->try_count ? track->tries[hop->attempt - 1].error_class
                                                                           : NULL;
}

/* A connection has the number of its server's port, as browsers write it and read it; its own is beside it. */
static void append_connection(struct text *text, const struct track_hop *hop)
{
    if (hop->remote_ip) {
        append(text, ",\"serverIPAddress\":");
        append_text(text, hop->remote_ip);
    }
    if (hop->remote_port > 0) {
        append(text, ",\"connection\":\"");
        text_append_unsigned(text, hop->remote_port);
        append(text, "\"");
    }
    if (hop->connection > 0) {
        append(text, ",\"_connectionId\":\"");
        text_append_unsigned(text, hop->connection);
        append(text, "\"");
    }
}

static void append_entry(struct text *text, const struct track *track, const struct track_hop *hop)
{
    bool is_last = hop == &track->hops[track->hop_count - 1];
    const char *comment = comment_of(track, hop);
    append(text, "\n{\"startedDateTime\":");
    append_moment(text, track->epoch + hop->start - hop->time.phases[PHASE_QUEUE]);
    append_milliseconds(text, ",\"time\":", sum(&hop->time), true);
    append_request(text, hop);
    append_response(text, track, hop, is_last);
    append_timings(text, hop);
    append_connection(text, hop);
    if (comment) {
        append(text, ",\"comment\":");
        append_text(text, comment);
    }
    append(text, "}");
}

/* What is not HTTP has no place in the archive. */
static int add(struct picture *picture, const struct track *track)
{
    struct har *har = (struct har *)picture;
    for (size_t i = 0; i < track->hop_count; i++) {
        if (!track->hops[i].method || !track->hops[i].url)
            continue;
        append(&har->file.text, har->has_entries ? "," : "");
        har->has_entries = true;
        append_entry(&har->file.text, track, &track->hops[i]);
    }
    return picture_file_pass(&har->file);
}

static int end(struct picture *picture)
{
    struct har *har = (struct har *)picture;
    append(&har->file.text, "\n]}}\n");
    return picture_file_commit(&har->file);
}

static void destroy(struct picture *picture)
{
    struct har *har = (struct har *)picture;
    picture_file_finish(&har->file);
    free(har);
}

static const struct picture_kind kind = {.add = add, .end = end, .destroy = destroy};

int har_create(const char *path, struct picture **ret_picture)
{
    struct har *har = calloc(1, sizeof(*har));
    if (!har)
        return -ENOMEM;
    har->picture.kind = &kind;
    int code = picture_file_begin(&har->file, path);
    if (code < 0) {
        free(har);
        return code;
    }
    append(&har->file.text, "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"haul\",\"version\":");
    append_text(&har->file.text, haul_version());
    append(&har->file.text, "},\"pages\":[],\"entries\":[");
    *ret_picture = &har->picture;
    return 0;
}
