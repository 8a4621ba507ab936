#include "output/field.h"

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

/* Whether PHASE was gone through. The one in which a fetch failed has a length, too, but none behind it has. */
static bool has_passed(const struct haul_result *result, enum phase phase)
{
    const struct haul_times *time = &result->time;
    const int64_t behind[] = {time->connect, time->tls, time->wait, time->transfer};
    bool has_passed = result->status > 0;
    for (size_t i = phase; i < sizeof(behind) / sizeof(behind[0]); i++)
        has_passed |= behind[i] > 0;
    return has_passed;
}

/* As curl has it: 0 where it did not come so far. */
static uint64_t point_of(const struct haul_result *result, enum phase phase)
{
    return has_passed(result, phase) ? end_of(&result->time, phase) : 0;
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
FIELD(append_file, append_text, entry_file(entry))
FIELD(append_digest, append_text, entry_digest(entry))
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
    lines_append_tag(text, entry);
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

/* As JSON, in which a record has them. Memory that runs out is noted in the text. */
static void append_tries(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)record_write_tries(text, entry->result, epoch);
}

/* From here on curl's. */

/* In curl, the URLs of a glob share it. */
FIELD(append_url_number, text_append_unsigned, entry->line > 0 ? entry->line - 1 : 0)
FIELD(append_retries, append_count, (int64_t)result->attempts - 1)
FIELD(append_connections, text_append_unsigned, result->connections)
FIELD(append_looked_up, append_microseconds, point_of(result, PHASE_DNS))
FIELD(append_connected, append_microseconds, point_of(result, PHASE_CONNECT))
FIELD(append_ready, append_microseconds, point_of(result, PHASE_TLS))
FIELD(append_secured, append_microseconds, result->time.tls > 0 ? point_of(result, PHASE_TLS) : 0)
FIELD(append_first_byte, append_microseconds, result->status > 0 ? end_of(&result->time, PHASE_WAIT) : 0)

FIELD(append_verified, append_count, result->verify_result)
FIELD(append_proxy_verified, append_count, result->proxy_verify_result)
FIELD(append_early_data, append_count, 0) /* none is sent */
FIELD(append_local_ip, append_text, result->local_ip)
FIELD(append_redirect_url, append_text, result->redirect_url)
FIELD(append_header_size, append_count, result->header_size)
FIELD(append_request_size, append_count, result->request_size)
FIELD(append_uploaded, append_count, result->uploaded)
FIELD(append_downloaded, append_count, result->downloaded)
FIELD(append_proxied, append_count, result->proxied ? 1 : 0)
FIELD(append_entry_path, append_text, NULL) /* of FTP */
FIELD(append_redirected, append_microseconds, number_microseconds(result->time.redirect))

static void append_sent(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)epoch;
    if (entry->result->time.sent > 0)
        append_microseconds(text, number_microseconds(entry->result->time.sent));
}

static void append_local_port(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)epoch;
    if (entry->result->local_port > 0)
        text_append_unsigned(text, entry->result->local_port);
}

/* Always of three digits, 000 where there was no answer. */
static void append_http_code(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    int status = entry->result->status;
    text_append_string(text, status < 10 ? "00" : status < 100 ? "0" : "");
    append_status(text, entry, epoch);
}

/* The same of a proxy's answer to CONNECT. */
static void append_http_connect(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    int status = entry->result->connect_status;
    (void)epoch;
    text_append_string(text, status < 10 ? "00" : status < 100 ? "0" : "");
    append_count(text, status);
}

static void append_scheme(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    const char *url = entry->result->final_url != NULL ? entry->result->final_url : entry->result->url;
    (void)epoch;
    if (url != NULL)
        text_append_escaped(text, url, strcspn(url, ":"));
}

static int64_t speed(const struct haul_result *result, int64_t bytes)
{
    double seconds = (double)result->time.total / (double)HAUL_SECOND;
    return seconds > 0 ? (int64_t)((double)bytes / seconds) : 0;
}

/* Bytes a second. */
FIELD(append_speed, append_count, speed(result, result->downloaded))
FIELD(append_upload_speed, append_count, speed(result, result->uploaded))

static void append_shown_url(struct text *text, const struct entry *entry, const struct epoch *epoch)
{
    (void)epoch;
    lines_append_url(text, entry);
}

const struct field fields[] = {
    {"index", append_index, FIELD_ALWAYS},
    {"line", append_line, FIELD_ALWAYS},
    {"input", append_input, FIELD_ALWAYS},
    {"tag", append_tag, FIELD_ALWAYS},
    {"url", append_shown_url, FIELD_ALWAYS},
    {"method", append_method, FIELD_ALWAYS},
    {"ok", append_ok, FIELD_ALWAYS},
    {"status", append_status, FIELD_ALWAYS},
    {"error.class", append_error_class, FIELD_ALWAYS},
    {"error.code", append_error_code, FIELD_ALWAYS},
    {"error.message", append_message, FIELD_ALWAYS},
    {"attempts", append_attempts, FIELD_ALWAYS},
    {"tries", append_tries, FIELD_WITH_TRIES},
    {"redirects", append_redirects, FIELD_ALWAYS},
    {"final_url", append_final_url, FIELD_ALWAYS},
    {"http_version", append_http_version, FIELD_ALWAYS},
    {"content_type", append_content_type, FIELD_ALWAYS},
    {"bytes", append_bytes, FIELD_ALWAYS},
    {"file", append_file, FIELD_ALWAYS},
    {"sha256", append_digest, FIELD_WITH_DIGEST},
    {"remote_ip", append_remote_ip, FIELD_ALWAYS},
    {"remote_port", append_remote_port, FIELD_ALWAYS},
    {"reused", append_reused, FIELD_ALWAYS},
    {"ts", append_ts, FIELD_ALWAYS},
    {"start", append_start, FIELD_ALWAYS},
    {"time.queue", append_queue, FIELD_ALWAYS},
    {"time.dns", append_dns, FIELD_ALWAYS},
    {"time.connect", append_connect, FIELD_ALWAYS},
    {"time.tls", append_tls, FIELD_ALWAYS},
    {"time.wait", append_wait, FIELD_ALWAYS},
    {"time.transfer", append_transfer, FIELD_ALWAYS},
    {"time.total", append_total, FIELD_ALWAYS},

    {"error_class", append_error_class, FIELD_ALWAYS},
    {"error_code", append_error_code, FIELD_ALWAYS},
    {"error_message", append_message, FIELD_ALWAYS},
    {"time_queue", append_queue, FIELD_ALWAYS},
    {"time_dns", append_dns, FIELD_ALWAYS},
    {"time_tls", append_tls, FIELD_ALWAYS},
    {"time_wait", append_wait, FIELD_ALWAYS},
    {"time_transfer", append_transfer, FIELD_ALWAYS},
    {"time_total", append_total, FIELD_ALWAYS},

    {"errormsg", append_message, FIELD_ALWAYS},
    {"exitcode", append_code, FIELD_ALWAYS},
    {"filename_effective", append_file, FIELD_ALWAYS},
    {"ftp_entry_path", append_entry_path, FIELD_ALWAYS},
    {"http_code", append_http_code, FIELD_ALWAYS},
    {"response_code", append_http_code, FIELD_ALWAYS},
    {"http_connect", append_http_connect, FIELD_ALWAYS},
    {"local_ip", append_local_ip, FIELD_ALWAYS},
    {"local_port", append_local_port, FIELD_ALWAYS},
    {"num_connects", append_connections, FIELD_ALWAYS},
    {"num_redirects", append_redirects, FIELD_ALWAYS},
    {"num_retries", append_retries, FIELD_ALWAYS},
    {"proxy_ssl_verify_result", append_proxy_verified, FIELD_ALWAYS},
    {"proxy_used", append_proxied, FIELD_ALWAYS},
    {"redirect_url", append_redirect_url, FIELD_ALWAYS},
    {"scheme", append_scheme, FIELD_ALWAYS},
    {"size_delivered", append_bytes, FIELD_ALWAYS},
    {"size_download", append_downloaded, FIELD_ALWAYS},
    {"size_header", append_header_size, FIELD_ALWAYS},
    {"size_request", append_request_size, FIELD_ALWAYS},
    {"size_upload", append_uploaded, FIELD_ALWAYS},
    {"speed_download", append_speed, FIELD_ALWAYS},
    {"speed_upload", append_upload_speed, FIELD_ALWAYS},
    {"ssl_verify_result", append_verified, FIELD_ALWAYS},
    {"time_appconnect", append_secured, FIELD_ALWAYS},
    {"time_connect", append_connected, FIELD_ALWAYS},
    {"time_namelookup", append_looked_up, FIELD_ALWAYS},
    {"time_posttransfer", append_sent, FIELD_ALWAYS},
    {"time_pretransfer", append_ready, FIELD_ALWAYS},
    {"time_redirect", append_redirected, FIELD_ALWAYS},
    {"time_starttransfer", append_first_byte, FIELD_ALWAYS},
    {"tls_earlydata", append_early_data, FIELD_ALWAYS},
    {"url_effective", append_final_url, FIELD_ALWAYS},
    {"urlnum", append_url_number, FIELD_ALWAYS},
    {"xfer_id", append_index, FIELD_ALWAYS},
};

const size_t field_count = sizeof(fields) / sizeof(fields[0]);
const size_t field_record_count = 32;

const struct field *field_find(const char *name, size_t size)
{
    for (size_t i = 0; i < field_count; i++)
        if (strlen(fields[i].name) == size && memcmp(fields[i].name, name, size) == 0)
            return &fields[i];
    return NULL;
}
