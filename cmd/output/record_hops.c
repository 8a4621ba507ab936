#include "output/record_hops.h"

#include "output/record_parts.h"
#include "output/same_names.h"
#include "output/secret.h"
#include "output/text.h"

#include <haul/result.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Fields whose value is a URL, or has some, each behind a "<". */
static const char *const url_fields[] = {"location", "content-location", "referer", "refresh", "link"};

static bool is_url_field(const char *name)
{
    for (size_t i = 0; i < sizeof(url_fields) / sizeof(url_fields[0]); i++)
        if (strcasecmp(name, url_fields[i]) == 0)
            return true;
    return false;
}

static void append_text(struct text *text, const char *value)
{
    if (value == NULL)
        text_append_string(text, "null");
    else
        record_write_string(text, value, strlen(value));
}

/* A copy with the secrets of each URL masked; the caller's. NULL: out of memory. */
static char *mask(const char *urls)
{
    char *masked = malloc(SECRET_ROOM(strlen(urls)));
    char *end = masked;
    for (size_t size; masked != NULL && *urls != '\0'; urls += size) {
        size = 1 + strcspn(urls + 1, "<");
        end += secret_mask_url(urls, size, end);
    }
    if (masked != NULL)
        *end = '\0';
    return masked;
}

static void append_url(struct text *text, const char *url)
{
    char *masked = url != NULL ? mask(url) : NULL;
    if (url != NULL && masked == NULL)
        text->failed = true;
    else
        append_text(text, masked);
    free(masked);
}

/* A number that is unknown where it is 0. */
static void append_number(struct text *text, uint64_t number)
{
    if (number == 0)
        text_append_string(text, "null");
    else
        text_append_unsigned(text, number);
}

static void append_name(struct text *text, const char *name)
{
    size_t begin = text->size;
    append_text(text, name);
    record_lower(text->bytes + begin, text->bytes + text->size);
}

static void append_value(struct text *text, const struct haul_header *field)
{
    if (is_url_field(field->name))
        append_url(text, field->value);
    else
        append_text(text, field->value);
}

/* In the shape of record_write_fields. */
static void append_fields(struct text *text, const char *key, const struct haul_header *fields, size_t count)
{
    struct same_names same;
    if (same_names_init(&same, fields, count) < 0) {
        text->failed = true;
        return;
    }
    text_append_string(text, key);
    for (size_t i = 0; i < count; i++) {
        if (same.of[i].is_repeated)
            continue;
        text_append_string(text, i > 0 ? "," : "");
        append_name(text, fields[i].name);
        text_append_string(text, ":[");
        for (size_t j = i; j < count; j = same.of[j].next) {
            text_append_string(text, j > i ? "," : "");
            append_value(text, &fields[j]);
        }
        text_append_string(text, "]");
    }
    text_append_string(text, "}");
    same_names_finish(&same);
}

static void append_times(struct text *text, const struct haul_times *time)
{
    char *end = text_reserve(text, RECORD_TIMES_ROOM);
    if (end != NULL)
        text->size = (size_t)(record_write_times(end, time) - text->bytes);
}

static void append_answer(struct text *text, const struct haul_hop *hop)
{
    text_append_string(text, ",\"status\":");
    text_append_unsigned(text, hop->status > 0 ? (uint64_t)hop->status : 0);
    text_append_string(text, ",\"http_version\":");
    append_text(text, hop->http_version);
    text_append_string(text, ",\"bytes\":");
    text_append_unsigned(text, hop->bytes > 0 ? (uint64_t)hop->bytes : 0);
    text_append_string(text, ",\"remote_ip\":");
    append_text(text, hop->remote_ip);
    text_append_string(text, ",\"remote_port\":");
    append_number(text, hop->remote_port);
    text_append_string(text, ",\"connection\":");
    append_number(text, hop->connection);
    text_append_string(text, hop->reused ? ",\"reused\":true" : ",\"reused\":false");
}

static void append_hop(struct text *text, const struct haul_hop *hop, const struct epoch *epoch)
{
    text_append_string(text, "{\"attempt\":");
    text_append_unsigned(text, hop->attempt);
    text_append_string(text, ",\"lane\":");
    text_append_unsigned(text, hop->lane);
    text_append_string(text, ",\"url\":");
    append_url(text, hop->url);
    text_append_string(text, ",\"method\":");
    append_text(text, hop->method);
    append_answer(text, hop);
    text_append_string(text, ",\"start\":");
    text_append_seconds(text, hop->started - epoch->monotonic, 6);
    text_append_string(text, ",\"end\":");
    text_append_seconds(text, hop->ended - epoch->monotonic, 6);
    append_times(text, &hop->time);
    append_fields(text, ",\"request_headers\":{", hop->request_headers, hop->request_header_count);
    append_fields(text, ",\"response_headers\":{", hop->headers, hop->header_count);
    text_append_string(text, "}");
}

void record_append_hops(struct text *text, const struct haul_result *result, const struct epoch *epoch)
{
    if (result->hop_count == 0) {
        text_append_string(text, ",\"lane\":null,\"connection\":null,\"hops\":[]");
        return;
    }
    const struct haul_hop *last = &result->hops[result->hop_count - 1];
    text_append_string(text, ",\"lane\":");
    text_append_unsigned(text, last->lane);
    text_append_string(text, ",\"connection\":");
    append_number(text, last->connection);
    text_append_string(text, ",\"hops\":[");
    for (size_t i = 0; i < result->hop_count; i++) {
        text_append_string(text, i > 0 ? "," : "");
        append_hop(text, &result->hops[i], epoch);
    }
    text_append_string(text, "]");
}
