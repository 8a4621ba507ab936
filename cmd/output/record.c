#include "output/record.h"

#include "input/line_request.h"
#include "output/escape.h"
#include "output/number.h"
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
    byte_room = 6,     /* a byte of text becomes "\u00XX" at most */
};

/* Appends a string literal. */
#define WRITE(end, literal) ((char *)memcpy((end), (literal), sizeof(literal) - 1) + sizeof(literal) - 1)

static const char hexadecimal[] = "0123456789abcdef";

static char *write_escape(char *end, uint32_t code_point)
{
    end = WRITE(end, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4)
        *end++ = hexadecimal[code_point >> shift & 0xf];
    return end;
}

static bool is_plain(char character)
{
    return character >= 0x20 && character < 0x7f && character != '"' && character != '\\';
}

/* The inside of a string: what takes more than a copy. Sets *RET_IS_VALID to false if a byte was no UTF-8. */
static char *write_difficult(char *end, const char *bytes, size_t size, bool *ret_is_valid)
{
    for (size_t done = 0; done < size;) {
        uint32_t code_point;
        size_t length = utf8_decode(bytes + done, size - done, &code_point);
        if (length == 0) {
            end = WRITE(end, "\xef\xbf\xbd");
            *ret_is_valid = false;
            length = 1;
        } else if (code_point == '"' || code_point == '\\') {
            *end++ = '\\';
            *end++ = (char)code_point;
        } else if (escape_is_needed(code_point)) {
            end = write_escape(end, code_point);
        } else {
            memcpy(end, bytes + done, length);
            end += length;
        }
        done += length;
    }
    return end;
}

static char *write_string(char *end, const char *bytes, size_t size, bool *ret_is_valid)
{
    size_t plain = 0;
    *end++ = '"';
    while (plain < size && is_plain(bytes[plain])) {
        end[plain] = bytes[plain];
        plain++;
    }
    end += plain;
    if (plain < size)
        end = write_difficult(end, bytes + plain, size - plain, ret_is_valid);
    *end++ = '"';
    return end;
}

/* A text of the result; null where it is unknown. */
static char *write_text(char *end, const char *text)
{
    bool ignored;
    if (text == NULL)
        return WRITE(end, "null");
    return write_string(end, text, strlen(text), &ignored);
}

/* The same string as the one that was written from WRITTEN on to WRITTEN_END. */
static char *write_again(char *end, const char *written, const char *written_end)
{
    size_t size = (size_t)(written_end - written);
    return (char *)memcpy(end, written, size) + size;
}

static char *write_boolean(char *end, bool value)
{
    return value ? WRITE(end, "true") : WRITE(end, "false");
}

static char *write_base64(char *end, const char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *byte = (const unsigned char *)bytes;
    for (; size > 0; byte += 3) {
        size_t taken = size < 3 ? size : 3;
        uint32_t group = (uint32_t)byte[0] << 16;
        group |= taken > 1 ? (uint32_t)byte[1] << 8 : 0;
        group |= taken > 2 ? byte[2] : 0;
        for (size_t i = 0; i < 4; i++)
            *end++ = i <= taken ? digits[group >> (18 - 6 * i) & 0x3f] : '=';
        size -= taken;
    }
    return end;
}

/* JSON that came with the line was made fit for a record when it was read. */
static char *write_tag(char *end, const struct entry *entry)
{
    bool is_valid = true;
    end = WRITE(end, ",\"tag\":");
    if (entry->tag == NULL)
        return WRITE(end, "null");
    if (entry->is_tag_json)
        return (char *)memcpy(end, entry->tag, entry->tag_size) + entry->tag_size;
    end = write_string(end, entry->tag, entry->tag_size, &is_valid);
    if (is_valid)
        return end;
    end = WRITE(end, ",\"tag_base64\":\"");
    end = write_base64(end, entry->tag, entry->tag_size);
    *end++ = '"';
    return end;
}

/* All that tells one input from another (run/done.h). */
static char *write_input(char *end, const struct entry *entry)
{
    bool is_valid = true;
    end = WRITE(end, ",\"input\":");
    end = write_string(end, entry->input, entry->input_size, &is_valid);
    if (!is_valid) {
        end = WRITE(end, ",\"input_base64\":\"");
        end = write_base64(end, entry->input, entry->input_size);
        *end++ = '"';
    }
    end = write_tag(end, entry);
    if (entry->request == NULL || entry->request->digest[0] == '\0')
        return end;
    end = WRITE(end, ",\"request_sha256\":");
    return write_text(end, entry->request->digest);
}

static char *write_error(char *end, const struct haul_result *result)
{
    end = WRITE(end, ",\"error\":");
    if (result->ok)
        return WRITE(end, "null");
    end = WRITE(end, "{\"class\":");
    end = write_text(end, haul_class_name(result->error_class));
    end = WRITE(end, ",\"code\":");
    end = number_write_unsigned(end, result->code > 0 ? (uint64_t)result->code : 0);
    end = WRITE(end, ",\"message\":");
    end = write_text(end, result->message);
    *end++ = '}';
    return end;
}

static char *write_remote(char *end, const struct haul_result *result)
{
    end = WRITE(end, ",\"remote_ip\":");
    end = write_text(end, result->remote_ip);
    end = WRITE(end, ",\"remote_port\":");
    return result->remote_port > 0 ? number_write_unsigned(end, result->remote_port) : WRITE(end, "null");
}

static char *write_begin(char *end, const struct haul_result *result, const struct epoch *epoch)
{
    if (result->started == 0)
        return WRITE(end, ",\"ts\":null,\"start\":null");
    int64_t start = result->started - epoch->monotonic;
    end = WRITE(end, ",\"ts\":");
    end = number_write_microseconds(end, number_microseconds(epoch->wall + start));
    end = WRITE(end, ",\"start\":");
    return number_write_microseconds(end, number_microseconds(start));
}

/* What is rounded are the points in time between the phases, not the phases: so the printed phases add up to the
 * printed total, and that is the total rounded. */
static char *write_phase(char *end, int64_t duration, int64_t *inout_point)
{
    uint64_t before = number_microseconds(*inout_point);
    *inout_point += duration > 0 ? duration : 0;
    return number_write_microseconds(end, number_microseconds(*inout_point) - before);
}

static char *write_times(char *end, const struct haul_times *time)
{
    int64_t point = 0;
    end = WRITE(end, ",\"time\":{\"queue\":");
    end = number_write_microseconds(end, number_microseconds(time->queue));
    end = WRITE(end, ",\"dns\":");
    end = write_phase(end, time->dns, &point);
    end = WRITE(end, ",\"connect\":");
    end = write_phase(end, time->connect, &point);
    end = WRITE(end, ",\"tls\":");
    end = write_phase(end, time->tls, &point);
    end = WRITE(end, ",\"wait\":");
    end = write_phase(end, time->wait, &point);
    end = WRITE(end, ",\"transfer\":");
    end = write_phase(end, time->transfer, &point);
    end = WRITE(end, ",\"total\":");
    end = number_write_microseconds(end, number_microseconds(point));
    *end++ = '}';
    return end;
}

static char *write_tries(char *end, const struct haul_result *result, const struct epoch *epoch)
{
    *end++ = '[';
    for (unsigned i = 0; i < result->try_count; i++) {
        const struct haul_try *try = &result->tries[i];
        if (i > 0)
            *end++ = ',';
        end = WRITE(end, "{\"start\":");
        end = number_write_microseconds(end, number_microseconds(try->started - epoch->monotonic));
        end = WRITE(end, ",\"status\":");
        end = number_write_unsigned(end, try->status > 0 ? (uint64_t)try->status : 0);
        end = WRITE(end, ",\"class\":");
        end = try->error_class != HAUL_CLASS_NONE ? write_text(end, haul_class_name(try->error_class))
                                                  : WRITE(end, "null");
        end = WRITE(end, ",\"code\":");
        end = number_write_unsigned(end, try->code > 0 ? (uint64_t)try->code : 0);
        end = WRITE(end, ",\"total\":");
        end = number_write_microseconds(end, number_microseconds(try->total));
        *end++ = '}';
    }
    *end++ = ']';
    return end;
}

static char *write_file(char *end, const struct entry *entry, const struct record_options *options)
{
    end = WRITE(end, ",\"file\":");
    end = write_text(end, entry_file(entry));
    if (!options->has_digest)
        return end;
    end = WRITE(end, ",\"sha256\":");
    return write_text(end, entry_digest(entry));
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
        return WRITE(end, ",\"body\":null");
    if (is_text(body, result->body_size)) {
        end = WRITE(end, ",\"body\":");
        return write_string(end, body, result->body_size, &ignored);
    }
    end = WRITE(end, ",\"body\":null,\"body_base64\":\"");
    end = write_base64(end, body, result->body_size);
    *end++ = '"';
    return end;
}

/* Whether a field of that name stands before the one at INDEX. */
static bool is_repeated(const struct haul_result *result, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcasecmp(result->headers[i].name, result->headers[index].name) == 0)
            return true;
    return false;
}

static char *write_small_letters(char *end, const char *text)
{
    char *begin = end;
    end = write_text(end, text);
    for (; begin < end; begin++)
        if (*begin >= 'A' && *begin <= 'Z')
            *begin = (char)(*begin | 0x20);
    return end;
}

/* As curl's %{header_json} has it: under each name, in small letters, the values of all its fields. */
static char *write_headers(char *end, const struct haul_result *result)
{
    *end++ = '{';
    for (size_t i = 0; i < result->header_count; i++) {
        if (is_repeated(result, i))
            continue;
        if (i > 0)
            *end++ = ',';
        end = write_small_letters(end, result->headers[i].name);
        end = WRITE(end, ":[");
        for (size_t j = i; j < result->header_count; j++) {
            if (strcasecmp(result->headers[i].name, result->headers[j].name) != 0)
                continue;
            if (j > i)
                *end++ = ',';
            end = write_text(end, result->headers[j].value);
        }
        *end++ = ']';
    }
    *end++ = '}';
    return end;
}

static size_t headers_room(const struct haul_result *result)
{
    enum { punctuation = 8 };
    size_t room = 0;
    for (size_t i = 0; i < result->header_count; i++)
        room += punctuation + (strlen(result->headers[i].name) + strlen(result->headers[i].value)) * byte_room;
    return room;
}

int record_write_string(struct text *text, const char *bytes, size_t size)
{
    enum { quotes = 2 };
    bool ignored;
    char *end = text_reserve(text, size * byte_room + quotes);
    if (end == NULL)
        return -ENOMEM;
    text->size = (size_t)(write_string(end, bytes, size, &ignored) - text->bytes);
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
    char *end = text_reserve(text, headers_room(result) + braces);
    if (end == NULL)
        return -ENOMEM;
    text->size = (size_t)(write_headers(end, result) - text->bytes);
    return 0;
}

static size_t text_room(const char *text)
{
    return text != NULL ? strlen(text) * byte_room : 0;
}

static size_t room_for(const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    return fixed_room + entry->input_size * (byte_room + 2) + entry->tag_size * (byte_room + 2) +
           text_room(result->url) + text_room(result->method) + text_room(result->message) +
           text_room(result->final_url) + text_room(result->http_version) + text_room(result->content_type) +
           text_room(result->remote_ip) + text_room(entry_file(entry)) + (size_t)result->try_count * try_room;
}

int record_write(struct text *text, const struct entry *entry, const struct record_options *options)
{
    const struct haul_result *result = entry->result;
    size_t body_room = options->has_body ? result->body_size * byte_room : 0;
    size_t more_room = body_room + (options->has_headers ? headers_room(result) : 0);
    char *end = text_reserve(text, room_for(entry) + more_room);
    if (end == NULL)
        return -ENOMEM;
    end = WRITE(end, "{\"v\":1,\"index\":");
    end = number_write_unsigned(end, entry->index);
    end = WRITE(end, ",\"line\":");
    end = number_write_unsigned(end, entry->line);
    end = write_input(end, entry);
    end = WRITE(end, ",\"url\":");
    const char *url = end;
    end = write_text(end, result->url);
    const char *url_end = end;
    end = WRITE(end, ",\"method\":");
    end = write_text(end, result->method);
    end = WRITE(end, ",\"ok\":");
    end = write_boolean(end, result->ok);
    end = WRITE(end, ",\"status\":");
    end = number_write_unsigned(end, result->status > 0 ? (uint64_t)result->status : 0);
    end = write_error(end, result);
    end = WRITE(end, ",\"attempts\":");
    end = number_write_unsigned(end, result->attempts);
    if (options->has_tries) {
        end = WRITE(end, ",\"tries\":");
        end = write_tries(end, result, &options->epoch);
    }
    end = WRITE(end, ",\"redirects\":");
    end = number_write_unsigned(end, result->redirects);
    end = WRITE(end, ",\"final_url\":");
    end = result->final_url == result->url ? write_again(end, url, url_end) : write_text(end, result->final_url);
    end = WRITE(end, ",\"http_version\":");
    end = write_text(end, result->http_version);
    end = WRITE(end, ",\"content_type\":");
    end = write_text(end, result->content_type);
    end = WRITE(end, ",\"bytes\":");
    end = number_write_unsigned(end, result->bytes > 0 ? (uint64_t)result->bytes : 0);
    end = write_file(end, entry, options);
    end = write_remote(end, result);
    end = WRITE(end, ",\"reused\":");
    end = write_boolean(end, result->reused);
    end = write_begin(end, result, &options->epoch);
    end = write_times(end, &result->time);
    if (options->has_headers) {
        end = WRITE(end, ",\"headers\":");
        end = write_headers(end, result);
    }
    if (options->has_body)
        end = write_body(end, result);
    end = WRITE(end, "}\n");
    text->size = (size_t)(end - text->bytes);
    return 0;
}
