#include "output/record.h"

#include "input/line_request.h"
#include "output/json.h"
#include "output/number.h"
#include "output/record_hops.h"
#include "output/record_parts.h"
#include "output/text.h"
#include "output/utf8.h"
#include "run/entry.h"

#include <haul/result.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Room is reserved once for a whole record, so that its parts are written without a look at what is left: */
enum {
    fixed_room = 1536, /* keys, numbers, punctuation; texts come on top: */
    try_room = 192,    /* of an attempt */
};

/* The same string as the one that was written from WRITTEN on to WRITTEN_END. */
static char *write_again(char *end, const char *written, const char *written_end)
{
    size_t size = (size_t)(written_end - written);
    return (char *)memcpy(end, written, size) + size;
}

/* JSON that came with the line was made fit for a record when it was read. */
static char *write_tag(char *end, const struct entry *entry)
{
    bool is_valid = true;
    end = JSON_WRITE(end, ",\"tag\":");
    if (entry->tag == NULL)
        return JSON_WRITE(end, "null");
    if (entry->is_tag_json)
        return (char *)memcpy(end, entry->tag, entry->tag_size) + entry->tag_size;
    end = json_write_string(end, entry->tag, entry->tag_size, &is_valid);
    if (is_valid)
        return end;
    end = JSON_WRITE(end, ",\"tag_base64\":\"");
    end = json_write_base64(end, entry->tag, entry->tag_size);
    *end++ = '"';
    return end;
}

/* All that tells one input from another (run/done.h). */
static char *write_input(char *end, const struct entry *entry)
{
    bool is_valid = true;
    end = JSON_WRITE(end, ",\"input\":");
    end = json_write_string(end, entry->input, entry->input_size, &is_valid);
    if (!is_valid) {
        end = JSON_WRITE(end, ",\"input_base64\":\"");
        end = json_write_base64(end, entry->input, entry->input_size);
        *end++ = '"';
    }
    end = write_tag(end, entry);
    if (entry->request == NULL || entry->request->digest[0] == '\0')
        return end;
    end = JSON_WRITE(end, ",\"request_sha256\":");
    return json_write_text(end, entry->request->digest);
}

static char *write_error(char *end, const struct haul_result *result)
{
    end = JSON_WRITE(end, ",\"error\":");
    if (result->ok)
        return JSON_WRITE(end, "null");
    end = JSON_WRITE(end, "{\"class\":");
    end = json_write_text(end, haul_class_name(result->error_class));
    end = JSON_WRITE(end, ",\"code\":");
    end = number_write_unsigned(end, result->code > 0 ? (uint64_t)result->code : 0);
    end = JSON_WRITE(end, ",\"message\":");
    end = json_write_text(end, result->message);
    *end++ = '}';
    return end;
}

static char *write_remote(char *end, const struct haul_result *result)
{
    end = JSON_WRITE(end, ",\"remote_ip\":");
    end = json_write_text(end, result->remote_ip);
    end = JSON_WRITE(end, ",\"remote_port\":");
    return result->remote_port > 0 ? number_write_unsigned(end, result->remote_port) : JSON_WRITE(end, "null");
}

static char *write_begin(char *end, const struct haul_result *result, const struct epoch *epoch)
{
    if (result->started == 0)
        return JSON_WRITE(end, ",\"ts\":null,\"start\":null");
    int64_t start = result->started - epoch->monotonic;
    end = JSON_WRITE(end, ",\"ts\":");
    end = number_write_microseconds(end, number_microseconds(epoch->wall + start));
    end = JSON_WRITE(end, ",\"start\":");
    return number_write_microseconds(end, number_microseconds(start));
}

static char *write_tries(char *end, const struct haul_result *result, const struct epoch *epoch)
{
    *end++ = '[';
    for (unsigned i = 0; i < result->try_count; i++) {
        const struct haul_try *try = &result->tries[i];
        if (i > 0)
            *end++ = ',';
        end = JSON_WRITE(end, "{\"start\":");
        end = number_write_microseconds(end, number_microseconds(try->started - epoch->monotonic));
        end = JSON_WRITE(end, ",\"status\":");
        end = number_write_unsigned(end, try->status > 0 ? (uint64_t)try->status : 0);
        end = JSON_WRITE(end, ",\"class\":");
        end = try->error_class != HAUL_CLASS_NONE ? json_write_text(end, haul_class_name(try->error_class))
                                                  : JSON_WRITE(end, "null");
        end = JSON_WRITE(end, ",\"code\":");
        end = number_write_unsigned(end, try->code > 0 ? (uint64_t)try->code : 0);
        end = JSON_WRITE(end, ",\"total\":");
        end = number_write_microseconds(end, number_microseconds(try->total));
        *end++ = '}';
    }
    *end++ = ']';
    return end;
}

static char *write_file(char *end, const struct entry *entry, const struct record_options *options)
{
    end = JSON_WRITE(end, ",\"file\":");
    end = json_write_text(end, entry_file(entry));
    if (!options->has_digest)
        return end;
    end = JSON_WRITE(end, ",\"sha256\":");
    return json_write_text(end, entry_digest(entry));
}

static bool is_text(const char *bytes, size_t size)
{
    uint32_t ignored;
    for (size_t length; size > 0; bytes += length, size -= length) {
        length = utf8_decode(bytes, size, &ignored);
        if (length == 0)
            return false;
    }
    return true;
}

/* The body as text, or in base64; null where no answer came whole. */
static char *write_body(char *end, const struct haul_result *result)
{
    const char *body = (const char *)result->body;
    bool ignored;
    bool is_whole = result->ok || result->error_class == HAUL_CLASS_HTTP;
    if (body == NULL || result->status == 0 || !is_whole)
        return JSON_WRITE(end, ",\"body\":null");
    if (is_text(body, result->body_size)) {
        end = JSON_WRITE(end, ",\"body\":");
        return json_write_string(end, body, result->body_size, &ignored);
    }
    end = JSON_WRITE(end, ",\"body\":null,\"body_base64\":\"");
    end = json_write_base64(end, body, result->body_size);
    *end++ = '"';
    return end;
}

int record_write_string(struct text *text, const char *bytes, size_t size)
{
    bool ignored;
    char *end = text_reserve(text, size * JSON_BYTE_ROOM + JSON_QUOTES);
    if (end == NULL)
        return -ENOMEM;
    text->size = (size_t)(json_write_string(end, bytes, size, &ignored) - text->bytes);
    return 0;
}

int record_write_tries(struct text *text, const struct haul_result *result, const struct epoch *epoch)
{
    enum { brackets = 2 };
    char *end = text_reserve(text, (size_t)result->try_count * try_room + brackets);
    if (end == NULL)
        return -ENOMEM;
    text->size = (size_t)(write_tries(end, result, epoch) - text->bytes);
    return 0;
}

int record_write_headers(struct text *text, const struct haul_result *result)
{
    enum { braces = 2 };
    char *end = text_reserve(text, record_fields_room(result->headers, result->header_count) + braces);
    if (end == NULL)
        return -ENOMEM;
    end = record_write_fields(end, result->headers, result->header_count);
    if (end == NULL)
        return -ENOMEM;
    text->size = (size_t)(end - text->bytes);
    return 0;
}

static size_t text_room(const char *text)
{
    return text != NULL ? strlen(text) * JSON_BYTE_ROOM : 0;
}

static size_t room_for(const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    return fixed_room + entry->input_size * (JSON_BYTE_ROOM + 2) + entry->tag_size * (JSON_BYTE_ROOM + 2) +
           text_room(result->url) + text_room(result->method) + text_room(result->message) +
           text_room(result->final_url) + text_room(result->http_version) + text_room(result->content_type) +
           text_room(result->remote_ip) + text_room(entry_file(entry)) + (size_t)result->try_count * try_room;
}

/* The keys of a short record. */
static int write_short(struct text *text, const struct entry *entry, const struct record_options *options)
{
    const struct haul_result *result = entry->result;
    size_t body_room = options->has_body ? result->body_size * JSON_BYTE_ROOM : 0;
    size_t more_room =
        body_room + (options->has_headers ? record_fields_room(result->headers, result->header_count) : 0);
    char *end = text_reserve(text, room_for(entry) + more_room);
    if (end == NULL)
        return -ENOMEM;
    end = JSON_WRITE(end, "{\"v\":1,\"index\":");
    end = number_write_unsigned(end, entry->index);
    end = JSON_WRITE(end, ",\"line\":");
    end = number_write_unsigned(end, entry->line);
    end = write_input(end, entry);
    end = JSON_WRITE(end, ",\"url\":");
    const char *url = end;
    end = json_write_text(end, result->url);
    const char *url_end = end;
    end = JSON_WRITE(end, ",\"method\":");
    end = json_write_text(end, result->method);
    end = JSON_WRITE(end, ",\"ok\":");
    end = json_write_boolean(end, result->ok);
    end = JSON_WRITE(end, ",\"status\":");
    end = number_write_unsigned(end, result->status > 0 ? (uint64_t)result->status : 0);
    end = write_error(end, result);
    end = JSON_WRITE(end, ",\"attempts\":");
    end = number_write_unsigned(end, result->attempts);
    if (options->has_tries || options->is_full) {
        end = JSON_WRITE(end, ",\"tries\":");
        end = write_tries(end, result, &options->epoch);
    }
    end = JSON_WRITE(end, ",\"redirects\":");
    end = number_write_unsigned(end, result->redirects);
    end = JSON_WRITE(end, ",\"final_url\":");
    end = result->final_url == result->url ? write_again(end, url, url_end) : json_write_text(end, result->final_url);
    end = JSON_WRITE(end, ",\"http_version\":");
    end = json_write_text(end, result->http_version);
    end = JSON_WRITE(end, ",\"content_type\":");
    end = json_write_text(end, result->content_type);
    end = JSON_WRITE(end, ",\"bytes\":");
    end = number_write_unsigned(end, result->bytes > 0 ? (uint64_t)result->bytes : 0);
    end = write_file(end, entry, options);
    end = write_remote(end, result);
    end = JSON_WRITE(end, ",\"reused\":");
    end = json_write_boolean(end, result->reused);
    end = write_begin(end, result, &options->epoch);
    end = record_write_times(end, &result->time);
    if (options->has_headers) {
        end = JSON_WRITE(end, ",\"headers\":");
        end = entry->is_shared ? JSON_WRITE(end, "null")
                               : record_write_fields(end, result->headers, result->header_count);
        if (end == NULL)
            return -ENOMEM;
    }
    if (options->has_body)
        end = write_body(end, result);
    text->size = (size_t)(end - text->bytes);
    return 0;
}

int record_write(struct text *text, const struct entry *entry, const struct record_options *options)
{
    size_t begin = text->size;
    int code = write_short(text, entry, options);
    if (code == 0 && options->is_full)
        record_append_hops(text, entry->result, &options->epoch);
    if (code == 0)
        text_append(text, "}\n", 2);
    if (code == 0 && text->failed)
        code = -ENOMEM;
    if (code != 0)
        text->size = begin;
    return code;
}
