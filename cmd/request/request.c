#include "request/request.h"

#include <haul/error.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether there is a field of the name that FIELD has. */
static bool has_name(const struct string_list *headers, const char *field)
{
    size_t size = strcspn(field, ":");
    for (size_t i = 0; i < headers->count; i++)
        if (strncasecmp(headers->at[i], field, size) == 0 && strchr(":;", headers->at[i][size]))
            return true;
    return false;
}

/* What was given with -H takes the place of what another option says. */
static int add_header(struct string_list *headers, const char *field)
{
    return has_name(headers, field) ? 0 : string_list_add(headers, field, strlen(field));
}

static bool is_json(const struct text *data)
{
    const char *end = NULL;
    cJSON *value = data->size > 0 ? cJSON_ParseWithLengthOpts(data->bytes, data->size, &end, 0) : NULL;
    while (value && end < data->bytes + data->size && strchr(" \t\r\n", *end))
        end++;
    cJSON_Delete(value);
    return value && end == data->bytes + data->size;
}

static int complete_json(struct request_options *options, const char **ret_problem)
{
    if (!options->has_json_file && !is_json(&options->data)) {
        *ret_problem = "--json posts, as in curl; for JSON output: -j";
        return HAUL_E_INVALID;
    }
    int code = add_header(&options->headers, "Content-Type: application/json");
    return code == 0 ? add_header(&options->headers, "Accept: application/json") : code;
}

static bool is_plain(const struct haul_request *request)
{
    return !request->method && !request->headers && !request->body && !request->user && !request->bearer &&
           !request->cookies && !request->referer && !request->refers_to_hop_before && !request->range &&
           !request->ends_with_header && !request->is_trusting && !request->auth_hosts;
}

const struct haul_request *request_of(const struct request_options *options)
{
    return is_plain(&options->request) ? NULL : &options->request;
}

static void make_request(struct request_options *options)
{
    bool is_head = options->is_head && !options->method;
    options->request = (struct haul_request){
        .method = is_head ? "HEAD" : options->method,
        .keeps_method = options->method != NULL,
        .headers = string_list_array(&options->headers),
        .user = options->user,
        .bearer = options->bearer,
        .cookies = options->cookies.bytes,
        .referer = options->referer,
        .refers_to_hop_before = options->refers_to_hop_before,
        .range = options->range,
        .ends_with_header = options->ends_with_header || (options->is_head && !is_head),
        .is_trusting = options->is_trusting,
        .auth_hosts = string_list_array(&options->auth_hosts),
    };
    if (options->has_data && !options->is_get) {
        options->request.body = options->data.bytes ? options->data.bytes : "";
        options->request.body_size = options->data.size;
    }
}

int request_complete(struct request_options *options, const char **ret_problem)
{
    if (options->data.failed || options->cookies.failed)
        return -ENOMEM;
    if (options->is_head && options->has_data && !options->is_get) {
        *ret_problem = "-I, --head sends no data: leave one out, or add -G, --get";
        return HAUL_E_INVALID;
    }
    int code = options->is_json ? complete_json(options, ret_problem) : 0;
    if (code == 0 && options->time_condition)
        code = add_header(&options->headers, options->time_condition);
    /* What is given as texts has its NUL. */
    text_append(&options->cookies, "", options->cookies.size > 0 ? 1 : 0);
    if (options->cookies.failed)
        code = -ENOMEM;
    if (code != 0)
        return code;
    make_request(options);
    return haul_request_check(&options->request, ret_problem);
}

const struct text *request_query(const struct request_options *options)
{
    return options->is_get && options->data.size > 0 ? &options->data : NULL;
}

void request_options_finish(struct request_options *options)
{
    string_list_finish(&options->headers);
    free(options->time_condition);
    string_list_finish(&options->auth_hosts);
    string_list_finish(&options->cookie_files);
    text_finish(&options->data);
    text_finish(&options->cookies);
    free(options->user);
    free(options->bearer);
    free(options->referer);
    free(options->range);
    *options = (struct request_options){0};
}
