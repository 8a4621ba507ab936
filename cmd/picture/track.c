#include "picture/track.h"

#include "output/secret.h"

#include <haul/error.h>
#include <haul/url.h>

#include <cjson/cJSON.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const phase_names[PHASE_COUNT] = {
    [PHASE_QUEUE] = "queue", [PHASE_DNS] = "dns",   [PHASE_CONNECT] = "connect",
    [PHASE_TLS] = "tls",     [PHASE_WAIT] = "wait", [PHASE_TRANSFER] = "transfer",
};

const char *phase_name(enum phase phase)
{
    return phase_names[phase];
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(member(object, name));
}

/* A number that is not negative and that a double holds exactly; OTHERWISE where there is none. */
static int64_t number_of(const cJSON *object, const char *name, int64_t otherwise)
{
    static const double most = 9007199254740992.0;
    const cJSON *item = member(object, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= most))
        return otherwise;
    return (int64_t)item->valuedouble;
}

/* Seconds, in microseconds; OTHERWISE where they are more than MOST, or none. */
static int64_t microseconds_within(const cJSON *object, const char *name, int64_t otherwise, double most)
{
    const cJSON *item = member(object, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= most))
        return otherwise;
    return (int64_t)(item->valuedouble * 1e6 + 0.5);
}

/* A duration within a run: of no more than 30 years, so that some of them, and products with a picture's width, can be
 * reckoned with. */
static int64_t microseconds_of(const cJSON *object, const char *name, int64_t otherwise)
{
    static const double most = 1e9;
    return microseconds_within(object, name, otherwise, most);
}

/* A point of time since 1970. */
static int64_t moment_of(const cJSON *object, const char *name)
{
    static const double most = 9e9;
    return microseconds_within(object, name, 0, most);
}

/* A place in flight. More than these no run has. */
static int64_t lane_of(const cJSON *object)
{
    static const int64_t most = 100000;
    int64_t lane = number_of(object, "lane", -1);
    return lane < most ? lane : -1;
}

static unsigned small_of(const cJSON *object, const char *name)
{
    int64_t number = number_of(object, name, 0);
    return number <= UINT16_MAX ? (unsigned)number : 0;
}

static struct track_times times_of(const cJSON *object)
{
    const cJSON *time = member(object, "time");
    struct track_times times = {.total = microseconds_of(time, "total", 0)};
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        times.phases[phase] = microseconds_of(time, phase_names[phase], 0);
    return times;
}

/* A copy of URL with its secrets masked, in the room behind *INOUT_END. */
static const char *mask(const char *url, char **inout_end)
{
    if (!url)
        return NULL;
    size_t size = strlen(url);
    char *masked = *inout_end;
    char *without_password = masked + SECRET_ROOM(size + 3);
    haul_url_mask(url, size, without_password, size + sizeof("***"));
    size = secret_mask_url(without_password, strlen(without_password), masked);
    *inout_end = masked + size + 1;
    return masked;
}

static size_t mask_room(const char *url)
{
    return url ? SECRET_ROOM(strlen(url) + 3) + strlen(url) + sizeof("***") : 0;
}

static size_t count_fields(const cJSON *headers)
{
    size_t count = 0;
    const cJSON *values;
    cJSON_ArrayForEach(values, headers)
    {
        count += cJSON_IsArray(values) ? (size_t)cJSON_GetArraySize(values) : 0;
    }
    return count;
}

/* The fields of an object of lists. -ENOMEM. */
static int read_fields(const cJSON *headers, struct track_fields *ret_fields)
{
    size_t room = count_fields(headers);
    const cJSON *values, *value;
    if (room == 0)
        return 0;
    ret_fields->at = calloc(room, sizeof(*ret_fields->at));
    if (!ret_fields->at)
        return -ENOMEM;
    cJSON_ArrayForEach(values, headers)
    {
        const cJSON *list = cJSON_IsArray(values) ? values : NULL;
        cJSON_ArrayForEach(value, list)
        {
            if (cJSON_IsString(value))
                ret_fields->at[ret_fields->count++] = (struct track_field){values->string, value->valuestring};
        }
    }
    return 0;
}

static int read_hop(const cJSON *json, struct track_hop *ret_hop)
{
    *ret_hop = (struct track_hop){
        .attempt = small_of(json, "attempt"),
        .url = text_of(json, "url"),
        .method = text_of(json, "method"),
        .status = (int)small_of(json, "status"),
        .http_version = text_of(json, "http_version"),
        .bytes = number_of(json, "bytes", 0),
        .remote_ip = text_of(json, "remote_ip"),
        .remote_port = small_of(json, "remote_port"),
        .lane = lane_of(json),
        .connection = (uint64_t)number_of(json, "connection", 0),
        .reused = cJSON_IsTrue(member(json, "reused")),
        .start = microseconds_of(json, "start", 0),
        .end = microseconds_of(json, "end", 0),
        .time = times_of(json),
    };
    int code = read_fields(member(json, "request_headers"), &ret_hop->request_headers);
    return code == 0 ? read_fields(member(json, "response_headers"), &ret_hop->response_headers) : code;
}

/* Those of a full record. */
static int read_hops(struct track *track, const cJSON *hops)
{
    int count = cJSON_GetArraySize(hops);
    const cJSON *hop;
    if (count == 0)
        return 0;
    track->hops = calloc((size_t)count, sizeof(*track->hops));
    if (!track->hops)
        return -ENOMEM;
    cJSON_ArrayForEach(hop, hops)
    {
        int code = read_hop(hop, &track->hops[track->hop_count++]);
        if (code != 0)
            return code;
    }
    return 0;
}

/* An attempt that was not the last: that it took its time is all that is known. */
static struct track_hop earlier_hop(const struct track *track, size_t at)
{
    const struct track_try *attempt = &track->tries[at];
    return (struct track_hop){
        .attempt = (unsigned)at + 1,
        .url = track->url,
        .method = track->method,
        .status = attempt->status,
        .lane = -1,
        .reused = true,
        .start = attempt->start,
        .end = attempt->start + attempt->total,
        .time = {.phases = {[PHASE_WAIT] = attempt->total}, .total = attempt->total},
    };
}

/* What stands for the last attempt of a short record. */
static struct track_hop last_hop(const struct track *track)
{
    int64_t start = track->try_count > 1 ? track->tries[track->try_count - 1].start : track->start;
    return (struct track_hop){
        .attempt = track->attempts,
        .url = track->final_url,
        .method = track->method,
        .status = track->status,
        .http_version = track->http_version,
        .bytes = track->bytes,
        .remote_ip = track->remote_ip,
        .remote_port = track->remote_port,
        .lane = -1,
        .reused = track->reused,
        .start = start,
        .end = start + track->time.total,
        .time = track->time,
    };
}

/* Of a short record: one for each attempt that it tells of. */
static int make_hops(struct track *track)
{
    size_t count = track->try_count > 1 ? track->try_count : 1;
    if (track->start < 0)
        return 0;
    track->hops = calloc(count, sizeof(*track->hops));
    if (!track->hops)
        return -ENOMEM;
    while (track->hop_count + 1 < count) {
        track->hops[track->hop_count] = earlier_hop(track, track->hop_count);
        track->hop_count++;
    }
    track->hops[track->hop_count++] = last_hop(track);
    return 0;
}

static int read_tries(struct track *track, const cJSON *tries)
{
    int count = cJSON_GetArraySize(tries);
    const cJSON *item;
    if (count == 0)
        return 0;
    track->tries = calloc((size_t)count, sizeof(*track->tries));
    if (!track->tries)
        return -ENOMEM;
    cJSON_ArrayForEach(item, tries)
    {
        track->tries[track->try_count++] = (struct track_try){
            .start = microseconds_of(item, "start", 0),
            .status = (int)small_of(item, "status"),
            .error_class = text_of(item, "class"),
            .code = small_of(item, "code"),
            .total = microseconds_of(item, "total", 0),
        };
    }
    return 0;
}

static int mask_urls(struct track *track)
{
    size_t room = mask_room(track->input) + mask_room(track->url) + mask_room(track->final_url);
    for (size_t i = 0; i < track->hop_count; i++)
        room += mask_room(track->hops[i].url);
    track->masked = malloc(room + 1);
    char *end = track->masked;
    if (!end)
        return -ENOMEM;
    track->input = mask(track->input, &end);
    track->url = mask(track->url, &end);
    track->final_url = mask(track->final_url, &end);
    for (size_t i = 0; i < track->hop_count; i++)
        track->hops[i].url = mask(track->hops[i].url, &end);
    return 0;
}

static void read_facts(struct track *track)
{
    const cJSON *json = track->json, *error = member(json, "error");
    int64_t ts = moment_of(json, "ts");
    int64_t start = microseconds_of(json, "start", -1);
    track->index = (uint64_t)number_of(json, "index", 0);
    track->line = (uint64_t)number_of(json, "line", 0);
    track->input = text_of(json, "input");
    track->url = text_of(json, "url");
    track->method = text_of(json, "method");
    track->ok = cJSON_IsTrue(member(json, "ok"));
    track->status = (int)small_of(json, "status");
    track->error_class = text_of(error, "class");
    track->message = text_of(error, "message");
    track->attempts = small_of(json, "attempts");
    track->redirects = small_of(json, "redirects");
    track->final_url = text_of(json, "final_url");
    track->http_version = text_of(json, "http_version");
    track->content_type = text_of(json, "content_type");
    track->bytes = number_of(json, "bytes", 0);
    track->remote_ip = text_of(json, "remote_ip");
    track->remote_port = small_of(json, "remote_port");
    track->reused = cJSON_IsTrue(member(json, "reused"));
    track->start = start;
    track->epoch = start >= 0 && ts >= start ? ts - start : 0;
    track->time = times_of(json);
    track->lane = lane_of(json);
    track->connection = (uint64_t)number_of(json, "connection", 0);
}

/* What no record is without. */
static bool is_record(const cJSON *json)
{
    return number_of(json, "v", 0) == 1 && text_of(json, "input") && cJSON_IsBool(member(json, "ok")) &&
           cJSON_IsObject(member(json, "time"));
}

int track_read(const char *text, size_t size, struct track *ret_track)
{
    struct track track = {.json = cJSON_ParseWithLength(text, size)};
    if (!is_record(track.json)) {
        cJSON_Delete(track.json);
        return HAUL_E_INVALID;
    }
    const cJSON *hops = member(track.json, "hops");
    read_facts(&track);
    track.is_full = cJSON_IsArray(hops);
    int code = read_tries(&track, member(track.json, "tries"));
    if (code == 0)
        code = track.is_full ? read_hops(&track, hops) : make_hops(&track);
    if (code == 0)
        code = mask_urls(&track);
    if (code != 0) {
        track_finish(&track);
        return code;
    }
    *ret_track = track;
    return 0;
}

void track_finish(struct track *track)
{
    for (size_t i = 0; i < track->hop_count; i++) {
        free(track->hops[i].request_headers.at);
        free(track->hops[i].response_headers.at);
    }
    free(track->hops);
    free(track->tries);
    free(track->masked);
    cJSON_Delete(track->json);
    *track = (struct track){0};
}

void track_each_span(const struct track *track, void (*fn)(void *data, const struct track_span *span), void *data)
{
    int64_t behind = 0;
    for (size_t i = 0; i < track->hop_count; i++) {
        const struct track_hop *hop = &track->hops[i];
        int64_t at = hop->start - hop->time.phases[PHASE_QUEUE];
        for (int phase = 0; phase < PHASE_COUNT; phase++) {
            int64_t from = at > behind ? at : behind;
            at += hop->time.phases[phase];
            const struct track_span span = {(enum phase)phase, hop, from, at};
            if (span.to > span.from)
                fn(data, &span);
            behind = at > behind ? at : behind;
        }
    }
}

struct bounds {
    int64_t from;
    int64_t to;
    bool is_begun;
};

static void take_span(void *data, const struct track_span *span)
{
    struct bounds *bounds = data;
    if (!bounds->is_begun)
        bounds->from = span->from;
    bounds->is_begun = true;
    bounds->to = span->to;
}

void track_bounds(const struct track *track, int64_t *ret_from, int64_t *ret_to)
{
    struct bounds bounds = {0};
    if (track->hop_count > 0)
        bounds.from = bounds.to = track->hops[0].start;
    track_each_span(track, take_span, &bounds);
    *ret_from = bounds.from;
    *ret_to = bounds.to;
}

const char *track_host(const char *url, size_t *ret_size)
{
    const char *begin = url ? strstr(url, "://") : NULL;
    *ret_size = 0;
    if (!begin)
        return "";
    begin += strlen("://");
    size_t size = strcspn(begin, "/?#");
    const char *user = memrchr(begin, '@', size);
    if (user) {
        size -= (size_t)(user + 1 - begin);
        begin = user + 1;
    }
    *ret_size = size;
    return begin;
}
