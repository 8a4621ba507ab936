#include "output/field.h"

#include "files/file_body.h"
#include "output/lines.h"
#include "output/number.h"
#include "output/record.h"
#include "output/text.h"
#include "run/entry.h"

#include <haul/duration.h>
#include <haul/result.h>

#include <stdbool.h>
#include <string.h>

static void append_text(struct text *text, const char *value)
{
    if (value != NULL)
        text_append_escaped(text, value, strlen(value));
}

static void append_boolean(struct text *text, bool value)
{
    text_append_string(text, value ? "true" : "false");
}

static void append_count(struct text *text, int64_t count)
{
    text_append_unsigned(text, count > 0 ? (uint64_t)count : 0);
}

static void append_microseconds(struct text *text, uint64_t microseconds)
{
    char digits[NUMBER_SECONDS_ROOM];
    text_append(text, digits, (size_t)(number_write_microseconds(digits, microseconds) - digits));
}

/* The phases of a fetch, in their order. */
enum phase { PHASE_DNS, PHASE_CONNECT, PHASE_TLS, PHASE_WAIT, PHASE_TRANSFER };

/* When PHASE ended, in microseconds from the begin. What is rounded are these points, as in a record. */
static uint64_t end_of(const struct haul_times *time, enum phase phase)
{
    const int64_t durations[] = {time->dns, time->connect, time->tls, time->wait, time->transfer};
    int64_t point = 0;
    for (size_t i = 0; i <= (size_t)phase; i++)
        point += durations[i] > 0 ? durations[i] : 0;
    return number_microseconds(point);
}

static uint64_t length_of(const struct haul_times *time, enum phase phase)
{
    return end_of(time, phase) - (phase > PHASE_DNS ? end_of(time, phase - 1) : 0);
}

/* A field whose value is that of EXPRESSION, with `entry`, `result` and `epoch` at hand. */
#define FIELD(name, append_value, expression)                                                                          \
    static void name(struct text *text, const struct entry *entry, const struct epoch *epoch)                          \
    {                                                                                                                  \
        const struct haul_result *result = entry->result;                                                              \
        (void)epoch;                                                                                                   \
        (void)result;                                                                                                  \
        append_value(text, expression);                                                                                \
    }

FIELD(append_index, text_append_unsigned, entry->index)
FIELD(append_line, text_append_unsigned, entry->line)
FIELD(append_method, append_text, result->method)
FIELD(append_ok, append_boolean, result->ok)
FIELD(append_status, append_count, result->status)
FIELD(append_error_class, append_text, result->ok ? NULL : haul_class_name(result->error_class))
FIELD(append_code, append_count, result->code)
FIELD(append_message, append_text, result->message)
FIELD(append_attempts, text_append_unsigned, result->attempts)
FIELD(append_redirects, text_append_unsigned, result->redirects)
FIELD(append_final_url, append_text, result->final_url)
FIELD(append_http_version, append_text, result->http_version)
FIELD(append_content_type, append_text, result->content_type)
FIELD(append_bytes, append_count, result->bytes)
FIELD(append_file, append_text, entry->file != NULL ? file_body_path(entry->file) : NULL)
FIELD(append_digest, append_text, entry->file != NULL ? file_body_digest(entry->file) : NULL)
FIELD(append_remote_ip, append_text, result->remote_ip)
FIELD(append_reused, append_boolean, result->reused)
FIELD(append_queue, append_microseconds, number_microseconds(result->time.queue))
FIELD(append_dns, append_microseconds, length_of(&result->time, PHASE_DNS))
FIELD(append_connect, append_microseconds, length_of(&result->time, PHASE_CONNECT))
FIELD(append_tls, append_microseconds, length_of(&result->time, PHASE_TLS))
FIELD(append_wait, append_microseconds, length_of(&result->time, PHASE_WAIT))
FIELD(append_transfer, append_microseconds, length_of(&result->time, PHASE_TRANSFER))
FIELD(append_total, append_microseconds, end_of(&result->time, PHASE_TRANSFER))

static void append_input(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)epoch;
    text_append_escaped(text, entry->input, entry->input_size);
}

static void append_tag(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)epoch;
    text_append_escaped(text, entry->tag, entry->tag_size);
}

static void append_error_code(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    if (!entry->result->ok)
        append_code(text, entry, epoch);
}

static void append_remote_port(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)epoch;
    if (entry->result->remote_port > 0)
        text_append_unsigned(text, entry->result->remote_port);
}

/* When the first request was let go, from ORIGIN on. */
static void append_begin(struct text *text, const struct haul_result *result, int64_t origin)
{
    if (result->started != 0)
        append_microseconds(text, number_microseconds(result->started - origin));
}

static void append_ts(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    append_begin(text, entry->result, epoch->monotonic - epoch->wall);
}

static void append_start(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    append_begin(text, entry->result, epoch->monotonic);
}

/* From here on curl's. */

FIELD(append_retries, append_count, (int64_t)result->attempts - 1)
FIELD(append_connections, text_append_unsigned, result->connections)
FIELD(append_connected, append_microseconds, end_of(&result->time, PHASE_CONNECT))
FIELD(append_ready, append_microseconds, end_of(&result->time, PHASE_TLS))
FIELD(append_secured, append_microseconds, result->time.tls > 0 ? end_of(&result->time, PHASE_TLS) : 0)
FIELD(append_first_byte, append_microseconds, result->status > 0 ? end_of(&result->time, PHASE_WAIT) : 0)

/* Always of three digits, 000 where there was no answer. */
static void append_http_code(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    int status = entry->result->status;
    text_append_string(text, status < 10 ? "00" : status < 100 ? "0" : "");
    append_status(text, entry, epoch);
}

static void append_scheme(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    const char *url = entry->result->final_url != NULL ? entry->result->final_url : entry->result->url;
    (void)epoch;
    if (url != NULL)
        text_append_escaped(text, url, strcspn(url, ":"));
}

/* Bytes a second. */
static void append_speed(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    const struct haul_result *result = entry->result;
    double seconds = (double)result->time.total / (double)HAUL_SECOND;
    (void)epoch;
    append_count(text, seconds > 0 ? (int64_t)((double)result->bytes / seconds) : 0);
}

static void append_shown_url(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)epoch;
    lines_append_url(text, entry);
}

const struct field fields[] = {
    {"index", append_index},
    {"line", append_line},
    {"input", append_input},
    {"tag", append_tag},
    {"url", append_shown_url},
    {"method", append_method},
    {"ok", append_ok},
    {"status", append_status},
    {"error.class", append_error_class},
    {"error.code", append_error_code},
    {"error.message", append_message},
    {"attempts", append_attempts},
    {"redirects", append_redirects},
    {"final_url", append_final_url},
    {"http_version", append_http_version},
    {"content_type", append_content_type},
    {"bytes", append_bytes},
    {"file", append_file},
    {"remote_ip", append_remote_ip},
    {"remote_port", append_remote_port},
    {"reused", append_reused},
    {"ts", append_ts},
    {"start", append_start},
    {"time.queue", append_queue},
    {"time.dns", append_dns},
    {"time.connect", append_connect},
    {"time.tls", append_tls},
    {"time.wait", append_wait},
    {"time.transfer", append_transfer},
    {"time.total", append_total},

    {"error_class", append_error_class},
    {"error_code", append_error_code},
    {"error_message", append_message},
    {"time_queue", append_queue},
    {"time_dns", append_dns},
    {"time_tls", append_tls},
    {"time_wait", append_wait},
    {"time_transfer", append_transfer},
    {"time_total", append_total},

    {"sha256", append_digest},

    {"errormsg", append_message},
    {"exitcode", append_code},
    {"filename_effective", append_file},
    {"http_code", append_http_code},
    {"response_code", append_http_code},
    {"num_connects", append_connections},
    {"num_redirects", append_redirects},
    {"num_retries", append_retries},
    {"scheme", append_scheme},
    {"size_download", append_bytes},
    {"speed_download", append_speed},
    {"time_appconnect", append_secured},
    {"time_connect", append_connected},
    {"time_namelookup", append_dns},
    {"time_pretransfer", append_ready},
    {"time_starttransfer", append_first_byte},
    {"url_effective", append_final_url},
    {"urlnum", append_index},
};

const size_t field_count = sizeof(fields) / sizeof(fields[0]);
const size_t field_record_count = 30;

const struct field *field_find(const char *name, size_t size)
{
    for (size_t i = 0; i < field_count; i++)
        if (strlen(fields[i].name) == size && memcmp(fields[i].name, name, size) == 0)
            return &fields[i];
    return NULL;
}
