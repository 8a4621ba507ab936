#include "options/option_request.h"

#include "message.h"
#include "options/option_value.h"
#include "request/data.h"

#include <haul/error.h>
#include <haul/url.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static int refuse_file(char **ret_problem, const char *file, int code)
{
    return code == -ENOMEM ? code : refuse(ret_problem, "cannot read %s: %s", excerpt(file).text, strerror(-code));
}

static int set_copy(char **place, const char *value)
{
    char *copy = strdup(value);
    if (!copy)
        return -ENOMEM;
    free(*place);
    *place = copy;
    return 0;
}

/* What the value is must not be shown: it may be a secret. */
static int add_header(struct request_options *request, const char *text, size_t size, char **ret_problem)
{
    size_t name = 0;
    while (name < size && text[name] != ':' && text[name] != ';')
        name++;
    if (name == 0 || name == size || memchr(text, '\n', size) || memchr(text, '\r', size))
        return refuse(ret_problem, "a header field is one line, \"Name: value\"");
    return string_list_add(&request->headers, text, size);
}

static int add_headers_of(struct request_options *request, const char *file, char **ret_problem)
{
    struct text lines = {0};
    int code = data_append_file(&lines, file);
    if (code < 0)
        code = refuse_file(ret_problem, file, code);
    for (size_t at = 0; at < lines.size && code == 0;) {
        const char *line = lines.bytes + at;
        const char *end = memchr(line, '\n', lines.size - at);
        size_t size = end ? (size_t)(end - line) : lines.size - at;
        at += size + 1;
        if (size > 0 && line[size - 1] == '\r')
            size--;
        if (memchr(line, '\0', size))
            code = refuse(ret_problem, "%s has a NUL byte", excerpt(file).text);
        else if (size > 0)
            code = add_header(request, line, size, ret_problem);
    }
    text_finish(&lines);
    return code;
}

int read_header(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (*value == '@')
        return add_headers_of(&options->request, value + 1, ret_problem);
    return add_header(&options->request, value, strlen(value), ret_problem);
}

/* The moment of a date whose fields were read; false: there is no such day. */
static bool read_moment(struct tm *date, time_t *ret_moment)
{
    int day = date->tm_mday;
    long offset = date->tm_gmtoff;
    *ret_moment = timegm(date) - offset;
    return date->tm_mday == day;
}

/* A date in the forms of HTTP, of ISO 8601, of date(1) or as people write it; or when a file of that name was
 * modified. */
static bool read_date(const char *text, struct tm *ret_date)
{
    static const char *const formats[] = {
        "%a, %d %b %Y %H:%M:%S GMT",
        "%a, %d-%b-%y %H:%M:%S GMT",
        "%a %b %d %H:%M:%S %Y",
        "%a, %d %b %Y %H:%M:%S %z",
        "%d %b %Y %H:%M:%S %z",
        "%d %b %Y %H:%M:%S",
        "%d %b %Y",
        "%b %d %Y",
        "%Y-%m-%dT%H:%M:%S%z",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S %z",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d",
        "%Y%m%d",
    };
    struct stat status;
    time_t moment;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct tm date = {0};
        const char *end = strptime(text, formats[i], &date);
        if (end && *end == '\0' && read_moment(&date, &moment))
            return gmtime_r(&moment, ret_date) != NULL;
    }
    return stat(text, &status) == 0 && gmtime_r(&status.st_mtime, ret_date) != NULL;
}

int read_time_condition(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    struct tm date;
    char header[80];
    (void)row;
    bool is_negated = *value == '-';
    if (!read_date(value + is_negated, &date))
        return refuse(ret_problem, "\"%s\" is neither a date like 2026-11-21 nor a file", excerpt(value).text);
    const char *format =
        is_negated ? "If-Unmodified-Since: %a, %d %b %Y %H:%M:%S GMT" : "If-Modified-Since: %a, %d %b %Y %H:%M:%S GMT";
    size_t size = strftime(header, sizeof(header), format, &date);
    return string_list_add(&options->request.headers, header, size);
}

/* Pieces of a form are joined as its fields are; those of JSON make one text. */
static int add_data(struct request_options *request, enum data_kind kind, const char *value, char **ret_problem)
{
    const char *file;
    if (request->has_data && kind != DATA_JSON)
        text_append(&request->data, "&", 1);
    request->has_data = true;
    request->is_json = request->is_json || kind == DATA_JSON;
    int code = data_append(&request->data, kind, value, &file);
    request->is_data_of_stdin = request->is_data_of_stdin || (file && strcmp(file, "-") == 0);
    request->has_json_file = request->has_json_file || (file && kind == DATA_JSON);
    return code < 0 && file ? refuse_file(ret_problem, file, code) : code;
}

int read_plain_data(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    return add_data(&options->request, DATA_PLAIN, value, ret_problem);
}

int read_binary_data(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    return add_data(&options->request, DATA_BINARY, value, ret_problem);
}

int read_encoded_data(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    return add_data(&options->request, DATA_ENCODED, value, ret_problem);
}

int read_json_data(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    return add_data(&options->request, DATA_JSON, value, ret_problem);
}

int read_user(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    (void)ret_problem;
    return set_copy(&options->request.user, value);
}

int read_bearer(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    if (*value == '\0')
        return refuse(ret_problem, "the %s is empty", row->argument);
    return set_copy(&options->request.bearer, value);
}

int read_cookie(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    struct text *cookies = &options->request.cookies;
    (void)row;
    (void)ret_problem;
    if (!strchr(value, '='))
        return string_list_add(&options->request.cookie_files, value, strlen(value));
    text_append_string(cookies, cookies->size > 0 ? ";" : "");
    text_append_string(cookies, value);
    return cookies->failed ? -ENOMEM : 0;
}

int read_referer(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    static const char automatic[] = ";auto";
    struct request_options *request = &options->request;
    size_t size = strlen(value), ending = sizeof(automatic) - 1;
    (void)row;
    (void)ret_problem;
    request->refers_to_hop_before = size >= ending && strcmp(value + size - ending, automatic) == 0;
    if (request->refers_to_hop_before)
        size -= ending;
    free(request->referer);
    request->referer = NULL;
    if (size == 0)
        return 0;
    request->referer = strndup(value, size);
    return request->referer ? 0 : -ENOMEM;
}

/* One number, with nothing behind it, is where the range begins. */
int read_range(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    size_t size = strlen(value);
    if (size == 0 || strspn(value, "0123456789-, ") != size)
        return refuse(ret_problem, "\"%s\" is not a range like 0-99, 100- or -50", excerpt(value).text);
    (void)row;
    bool is_begin = strspn(value, "0123456789") == size;
    char *range = malloc(size + 2);
    if (!range)
        return -ENOMEM;
    memcpy(range, value, size);
    memcpy(range + size, is_begin ? "-" : "", is_begin ? 2 : 1);
    free(options->request.range);
    options->request.range = range;
    return 0;
}

/* The host of such a URL as URLs have it in their normal form, an address with its brackets; *RET_HOST is the caller's
 * to free. HAUL_E_URL: it is none, or there is more; -ENOMEM. */
static int read_host(const char *text, char **ret_host)
{
    struct haul_url *url;
    const char *problem;
    char *given;
    static const char scheme[] = "http://", port[] = ":80";
    if (text[strcspn(text, "/?#@\\ ")] != '\0')
        return HAUL_E_URL;
    if (asprintf(&given, "%s%s", scheme, text) < 0)
        return -ENOMEM;
    int code = haul_url_create(given, strlen(given), &url, &problem);
    free(given);
    if (code != 0)
        return code;
    const char *host = haul_url_origin(url) + sizeof(scheme) - 1;
    size_t size = strlen(host) - (sizeof(port) - 1);
    if (strcmp(host + size, port) != 0)
        code = HAUL_E_URL;
    else if (!(*ret_host = strndup(host, size)))
        code = -ENOMEM;
    haul_url_destroy(url);
    return code;
}

int read_auth_host(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    bool is_domain = *value == '.';
    char *host;
    char *entry;
    int code = read_host(value + is_domain, &host);
    if (code == HAUL_E_URL)
        return refuse(ret_problem, "\"%s\" is not %s", excerpt(value).text, row->argument);
    if (code != 0)
        return code;
    int size = asprintf(&entry, "%s%s", is_domain ? "." : "", host);
    free(host);
    if (size < 0)
        return -ENOMEM;
    code = string_list_add(&options->request.auth_hosts, entry, (size_t)size);
    free(entry);
    return code;
}

int read_agent(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (strpbrk(value, "\r\n"))
        return refuse(ret_problem, "a header field is one line");
    options->user_agent = value;
    return 0;
}
