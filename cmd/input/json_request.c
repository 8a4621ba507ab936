#include "input/json_request.h"

#include "input/base64.h"
#include "input/json_text.h"
#include "input/line_request.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { most_retries = 1000000 };

/* Longer is as good as for ever, and still fits in nanoseconds. */
static const double longest_time = 1e9;

static int refuse(const char **ret_problem, const char *problem)
{
    *ret_problem = problem;
    return HAUL_E_INVALID;
}

bool json_value_is_text(const struct json_value *value, const char **ret_problem)
{
    if (!cJSON_IsString(value->item))
        *ret_problem = "is no string";
    else if (json_text_has_nul(value->text, value->size))
        *ret_problem = "has a NUL character (\\u0000)";
    else
        return true;
    return false;
}

static int copy(const char *string, char **ret_copy)
{
    *ret_copy = strdup(string);
    return *ret_copy ? 0 : -ENOMEM;
}

/* RFC 9110, 5.6.2. */
static bool is_token(const char *text)
{
    static const char characters[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *text != '\0' && text[strspn(text, characters)] == '\0';
}

static int read_method(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    if (!json_value_is_text(value, ret_problem))
        return HAUL_E_INVALID;
    if (!is_token(value->item->valuestring))
        return refuse(ret_problem, "is no method: it is no token");
    return copy(value->item->valuestring, &request->method);
}

/* What the fields of this message are made of, and what would make two messages of one, is not a list's to say. */
static const char *find_header_problem(const char *name, const char *text)
{
    if (!is_token(name))
        return "has a name that is no token";
    if (strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0)
        return "has Content-Length or Transfer-Encoding, which follow from the body";
    return strpbrk(text, "\r\n") ? "has a line break" : NULL;
}

static int append_header(struct line_request *request, size_t *count, const char *name, const char *text)
{
    char **headers = realloc(request->headers, (*count + 2) * sizeof(char *));
    if (!headers)
        return -ENOMEM;
    request->headers = headers;
    headers[*count] = NULL;
    char *header;
    int size = *text == '\0' ? asprintf(&header, "%s;", name) : asprintf(&header, "%s: %s", name, text);
    if (size < 0)
        return -ENOMEM;
    headers[(*count)++] = header;
    headers[*count] = NULL;
    return 0;
}

/* A value of a field of the header: a string, or an array of them. */
static int read_header(struct line_request *request, size_t *count, const cJSON *item, const char **ret_problem)
{
    const cJSON *value = cJSON_IsArray(item) ? item->child : item;
    for (; value; value = cJSON_IsArray(item) ? value->next : NULL) {
        if (!cJSON_IsString(value))
            return refuse(ret_problem, "has a value that is no string");
        const char *problem = find_header_problem(item->string, value->valuestring);
        if (problem)
            return refuse(ret_problem, problem);
        int code = append_header(request, count, item->string, value->valuestring);
        if (code != 0)
            return code;
    }
    return 0;
}

static int compare_names(const void *one, const void *other)
{
    return strcasecmp(*(const char *const *)one, *(const char *const *)other);
}

/* Whether two of these differ in nothing but capitals. They are sorted for it: a list that somebody else has written
 * may hold very many. -ENOMEM. */
static int find_repeated_name(const cJSON *items, bool *ret_is_repeated)
{
    size_t count = 0;
    for (const cJSON *item = items; item; item = item->next)
        count++;
    const char **names = malloc((count + 1) * sizeof(*names));
    if (!names)
        return -ENOMEM;
    count = 0;
    for (const cJSON *item = items; item; item = item->next)
        names[count++] = item->string;
    qsort(names, count, sizeof(*names), compare_names);
    *ret_is_repeated = false;
    for (size_t i = 1; i < count; i++)
        *ret_is_repeated |= strcasecmp(names[i - 1], names[i]) == 0;
    free(names);
    return 0;
}

static int read_headers(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    if (!cJSON_IsObject(value->item))
        return refuse(ret_problem, "is no object");
    if (json_text_has_nul(value->text, value->size))
        return refuse(ret_problem, "has a NUL character (\\u0000)");
    bool is_repeated;
    int code = find_repeated_name(value->item->child, &is_repeated);
    if (code == 0 && is_repeated)
        return refuse(ret_problem, "has a name twice: give its values in an array");
    size_t count = 0;
    for (const cJSON *item = value->item->child; item && code == 0; item = item->next)
        code = cJSON_IsNull(item) ? 0 : read_header(request, &count, item, ret_problem);
    return code;
}

static int read_body(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    if (!json_value_is_text(value, ret_problem))
        return cJSON_IsString(value->item) ? refuse(ret_problem, "has a NUL character: give it as body_base64")
                                           : HAUL_E_INVALID;
    if (request->body)
        return refuse(ret_problem, "is beside the other body: give one of them");
    char *body;
    int code = copy(value->item->valuestring, &body);
    if (code != 0)
        return code;
    request->body = (unsigned char *)body;
    request->body_size = strlen(body);
    return 0;
}

static int read_body_base64(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    if (!json_value_is_text(value, ret_problem))
        return HAUL_E_INVALID;
    if (request->body)
        return refuse(ret_problem, "is beside the other body: give one of them");
    const char *text = value->item->valuestring;
    size_t size = strlen(text);
    unsigned char *body = malloc(base64_room(size) + 1);
    if (!body)
        return -ENOMEM;
    if (!base64_decode(text, size, body, &request->body_size)) {
        free(body);
        return refuse(ret_problem, "is no base64");
    }
    request->body = body;
    return 0;
}

static int read_output(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    if (!json_value_is_text(value, ret_problem))
        return HAUL_E_INVALID;
    if (*value->item->valuestring == '\0')
        return refuse(ret_problem, "is empty");
    return copy(value->item->valuestring, &request->output);
}

static int read_max_time(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    int64_t duration = -1;
    if (cJSON_IsNumber(value->item) && value->item->valuedouble >= 0)
        duration = value->item->valuedouble < longest_time ? (int64_t)(value->item->valuedouble * (double)HAUL_SECOND)
                                                           : HAUL_NEVER;
    else if (json_value_is_text(value, ret_problem) && haul_duration_parse(value->item->valuestring, &duration) != 0)
        duration = -1;
    if (duration < 0)
        return refuse(ret_problem, "is neither a number of seconds nor a duration like \"500ms\"");
    request->max_time = duration > 0 ? duration : HAUL_NEVER;
    return 0;
}

static int read_retry(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    double number = cJSON_IsNumber(value->item) ? value->item->valuedouble : -1;
    if (!(number >= 0 && number <= most_retries) || number != (double)(int)number)
        return refuse(ret_problem, "is no number from 0 to 1000000");
    request->retry = (int)number;
    return 0;
}

static const struct {
    const char *name;
    int (*read)(struct line_request *request, const struct json_value *value, const char **ret_problem);
} fields[] = {
    {"method", read_method}, {"headers", read_headers},   {"body", read_body},   {"body_base64", read_body_base64},
    {"output", read_output}, {"max_time", read_max_time}, {"retry", read_retry},
};

int json_request_read(struct line_request *request, const struct json_value *value, const char **ret_problem)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strcmp(value->name, fields[i].name) == 0)
            return fields[i].read(request, value, ret_problem);
    return refuse(ret_problem, "is unknown");
}
