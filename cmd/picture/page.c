#include "picture/page.h"

#include "output/record.h"
#include "picture/page_frame.h"
#include "picture/picture.h"
#include "picture/picture_file.h"
#include "picture/track.h"

#include <haul/version.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct page {
    struct picture picture;
    struct picture_file file;
    struct text json;       /* of one piece, before it is made safe */
    struct text comparison; /* what is to be said of the runs, made safe; empty: nothing */
    bool has_runs;
    bool has_tracks; /* the run that was begun last */
};

static void append(struct text *text, const char *string)
{
    text_append_string(text, string);
}

static void append_number(struct text *text, const char *key, int64_t number)
{
    char digits[32];
    snprintf(digits, sizeof(digits), "%" PRId64, number);
    append(text, key);
    append(text, digits);
}

static void append_string(struct text *text, const char *value)
{
    if (record_write_string(text, value, strlen(value)) != 0)
        text->failed = true;
}

/* Nothing where the value is unknown: the script knows that too. */
static void append_text(struct text *text, const char *key, const char *value)
{
    if (!value)
        return;
    append(text, key);
    append_string(text, value);
}

static void append_remote(struct text *text, const char *ip, unsigned port)
{
    char remote[128];
    if (!ip)
        return;
    snprintf(remote, sizeof(remote), strchr(ip, ':') ? "[%s]:%u" : "%s:%u", ip, port);
    append_text(text, ",\"remote\":", remote);
}

static void append_times(struct text *text, const struct track_times *times)
{
    append_number(text, ",\"total\":", times->total);
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        append_number(text, phase == 0 ? ",\"phases\":[" : ",", times->phases[phase]);
    append(text, "]");
}

static void append_span(void *data, const struct track_span *span)
{
    struct text *text = data;
    append_number(text, text->bytes[text->size - 1] == '[' ? "" : ",", span->phase);
    append_number(text, ",", span->from);
    append_number(text, ",", span->to);
}

static void append_fields(struct text *text, const char *key, const struct track_fields *fields)
{
    append(text, key);
    for (size_t i = 0; i < fields->count; i++) {
        append(text, i > 0 ? ",[" : "[");
        append_string(text, fields->at[i].name);
        append_text(text, ",", fields->at[i].value);
        append(text, "]");
    }
    append(text, "]");
}

static void append_hop(struct text *text, const struct track_hop *hop)
{
    append_number(text, "{\"attempt\":", hop->attempt);
    append_text(text, ",\"url\":", hop->url);
    append_text(text, ",\"method\":", hop->method);
    append_number(text, ",\"status\":", hop->status);
    append_text(text, ",\"version\":", hop->http_version);
    append_number(text, ",\"bytes\":", hop->bytes);
    append_remote(text, hop->remote_ip, hop->remote_port);
    append_number(text, ",\"connection\":", (int64_t)hop->connection);
    append(text, hop->reused ? ",\"reused\":true" : ",\"reused\":false");
    append_number(text, ",\"start\":", hop->start);
    append_times(text, &hop->time);
    append_fields(text, ",\"request\":[", &hop->request_headers);
    append_fields(text, ",\"response\":[", &hop->response_headers);
    append(text, "}");
}

static void append_hops(struct text *text, const struct track *track)
{
    append(text, ",\"hops\":[");
    for (size_t i = 0; i < track->hop_count; i++) {
        append(text, i > 0 ? "," : "");
        append_hop(text, &track->hops[i]);
    }
    append(text, "]");
}

static void append_tries(struct text *text, const struct track *track)
{
    append(text, ",\"tries\":[");
    for (size_t i = 0; i < track->try_count; i++) {
        const struct track_try *item = &track->tries[i];
        append_number(text, i > 0 ? ",{\"start\":" : "{\"start\":", item->start);
        append_number(text, ",\"status\":", item->status);
        append_text(text, ",\"class\":", item->error_class);
        append_number(text, ",\"total\":", item->total);
        append(text, "}");
    }
    append(text, "]");
}

static void append_track(struct text *text, const struct track *track)
{
    int64_t from, to;
    track_bounds(track, &from, &to);
    append_number(text, "{\"index\":", (int64_t)track->index);
    append_number(text, ",\"line\":", (int64_t)track->line);
    append_text(text, ",\"url\":", track->url ? track->url : track->input);
    append_text(text, ",\"method\":", track->method);
    append(text, track->ok ? ",\"ok\":true" : ",\"ok\":false");
    append_number(text, ",\"status\":", track->status);
    append_text(text, ",\"class\":", track->error_class);
    append_text(text, ",\"message\":", track->message);
    append_number(text, ",\"attempts\":", track->attempts);
    append_number(text, ",\"redirects\":", track->redirects);
    append_text(text, ",\"final\":", track->redirects > 0 ? track->final_url : NULL);
    append_text(text, ",\"version\":", track->http_version);
    append_text(text, ",\"type\":", track->content_type);
    append_number(text, ",\"bytes\":", track->bytes);
    append_remote(text, track->remote_ip, track->remote_port);
    append(text, track->reused ? ",\"reused\":true" : ",\"reused\":false");
    append_number(text, ",\"epoch\":", track->epoch);
    append_number(text, ",\"start\":", track->start);
    append_number(text, ",\"from\":", from);
    append_number(text, ",\"to\":", to);
    append_times(text, &track->time);
    append(text, ",\"spans\":[");
    track_each_span(track, append_span, text);
    append(text, "]");
    if (track->is_full)
        append_hops(text, track);
    if (track->try_count > 1)
        append_tries(text, track);
    append(text, "}");
}

/* The escape of the character at AT, and how many bytes it has; NULL: it needs none. */
static const char *escape_of(const char *at, size_t size, size_t *ret_size)
{
    *ret_size = 1;
    switch (*at) {
    case '<':
        return "\\u003c";
    case '>':
        return "\\u003e";
    case '&':
        return "\\u0026";
    default:
        break;
    }
    *ret_size = 3;
    if (size >= 3 && memcmp(at, "\xe2\x80\xa8", 3) == 0)
        return "\\u2028";
    if (size >= 3 && memcmp(at, "\xe2\x80\xa9", 3) == 0)
        return "\\u2029";
    return NULL;
}

void page_append_json(struct text *text, const char *json, size_t size)
{
    const char *end = json + size, *plain = json;
    size_t escaped;
    for (const char *at = json; at < end;) {
        const char *escape = escape_of(at, (size_t)(end - at), &escaped);
        if (!escape) {
            at++;
            continue;
        }
        text_append(text, plain, (size_t)(at - plain));
        append(text, escape);
        at += escaped;
        plain = at;
    }
    text_append(text, plain, (size_t)(end - plain));
}

/* Appends what is in `json` behind GAP. */
static int pass(struct page *page, const char *gap)
{
    if (page->json.failed)
        return -ENOMEM;
    append(&page->file.text, gap);
    page_append_json(&page->file.text, page->json.bytes, page->json.size);
    return picture_file_pass(&page->file);
}

/* NAME is NULL where there is but one. */
static int begin_run(struct picture *picture, const char *name)
{
    struct page *page = (struct page *)picture;
    const char *gap = page->has_runs ? "\n]},\n" : "\n";
    text_clear(&page->json);
    append_text(&page->json, "{\"name\":", name);
    append(&page->json, name ? ",\"tracks\":[" : "{\"tracks\":[");
    page->has_runs = true;
    page->has_tracks = false;
    return pass(page, gap);
}

static int add(struct picture *picture, const struct track *track)
{
    struct page *page = (struct page *)picture;
    int code = page->has_runs ? 0 : begin_run(picture, NULL);
    if (code != 0)
        return code;
    const char *gap = page->has_tracks ? ",\n" : "\n";
    text_clear(&page->json);
    append_track(&page->json, track);
    page->has_tracks = true;
    return pass(page, gap);
}

static int note_comparison(struct picture *picture, const char *json, size_t size)
{
    struct page *page = (struct page *)picture;
    page_append_json(&page->comparison, json, size);
    return page->comparison.failed ? -ENOMEM : 0;
}

static int end(struct picture *picture)
{
    struct page *page = (struct page *)picture;
    int code = page->has_runs ? 0 : begin_run(picture, NULL);
    if (code != 0)
        return code;
    append(&page->file.text, "\n]}]");
    if (page->comparison.size > 0)
        append(&page->file.text, ",\n\"comparison\":");
    text_append(&page->file.text, page->comparison.bytes, page->comparison.size);
    append(&page->file.text, "}\n");
    text_append(&page->file.text, (const char *)page_tail, page_tail_size);
    return picture_file_commit(&page->file);
}

static void destroy(struct picture *picture)
{
    struct page *page = (struct page *)picture;
    picture_file_finish(&page->file);
    text_finish(&page->json);
    text_finish(&page->comparison);
    free(page);
}

static const struct picture_kind kind = {
    .add = add, .begin_run = begin_run, .note_comparison = note_comparison, .end = end, .destroy = destroy};

int page_create(const char *path, struct picture **ret_picture)
{
    struct page *page = calloc(1, sizeof(*page));
    if (!page)
        return -ENOMEM;
    page->picture.kind = &kind;
    int code = picture_file_begin(&page->file, path);
    if (code < 0) {
        free(page);
        return code;
    }
    text_append(&page->file.text, (const char *)page_head, page_head_size);
    append_text(&page->file.text, "{\"version\":", haul_version());
    append(&page->file.text, ",\"runs\":[");
    *ret_picture = &page->picture;
    return 0;
}
