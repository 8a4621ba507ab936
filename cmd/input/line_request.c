#include "input/line_request.h"

#include "output/text.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct line_request *line_request_create(const char *text, size_t size)
{
    struct line_request *request = malloc(sizeof(*request));
    char *copy = malloc(size + 1);
    if (!request || !copy) {
        free(request);
        free(copy);
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    *request = (struct line_request){.text = copy, .text_size = size, .retry = -1, .references = 1};
    return request;
}

static size_t count_of(const char *const *texts)
{
    size_t count = 0;
    while (texts && texts[count])
        count++;
    return count;
}

/* Whether one of these has the name of FIELD, "Name: value" or "Name;". */
static bool has_name(char *const *headers, const char *field)
{
    size_t size = strcspn(field, ":;");
    for (; headers && *headers; headers++)
        if (strcspn(*headers, ":;") == size && strncasecmp(*headers, field, size) == 0)
            return true;
    return false;
}

/* The fields of both, ending with NULL. */
static int join_headers(struct line_request *request, const char *const *common)
{
    const char *const *own = (const char *const *)request->headers;
    const char **joined = malloc((count_of(common) + count_of(own) + 1) * sizeof(char *));
    if (!joined)
        return -ENOMEM;
    size_t count = 0;
    for (; common && *common; common++)
        if (!has_name(request->headers, *common))
            joined[count++] = *common;
    for (; own && *own; own++)
        joined[count++] = *own;
    joined[count] = NULL;
    request->sent_headers = joined;
    request->sent.headers = joined;
    return 0;
}

/* As a netstring: its size comes first, so no two lists of parts look the same. */
static void append_part(struct text *text, const void *bytes, size_t size)
{
    text_append_unsigned(text, size);
    text_append_string(text, ":");
    text_append(text, bytes, size);
    text_append_string(text, ",");
}

static void append_string(struct text *text, const char *string)
{
    if (string)
        append_part(text, string, strlen(string));
    else
        text_append_string(text, "-,");
}

static void describe(const struct line_request *request, const char *method, struct text *text)
{
    if (!method && !request->output && !request->body && !request->headers)
        return;
    append_string(text, method);
    append_string(text, request->output);
    if (request->body)
        append_part(text, request->body, request->body_size);
    else
        append_string(text, NULL);
    for (char **header = request->headers; header && *header; header++)
        append_string(text, *header);
}

void line_request_describe(const struct line_request *request, struct text *text)
{
    describe(request, request->has_usual_method ? NULL : request->method, text);
}

static int digest_of(const struct text *text, char *ret_digest)
{
    struct digest *digest;
    int code = digest_create(&digest);
    if (code != 0)
        return code;
    code = digest_add(digest, text->bytes, text->size);
    if (code == 0)
        code = digest_write(digest, ret_digest);
    digest_destroy(digest);
    return code;
}

/* Of what the line says itself: what the command line asks for may be another thing the next time. */
static int make_digest(struct line_request *request)
{
    struct text text = {0};
    describe(request, request->method, &text);
    int code = text.failed ? -ENOMEM : 0;
    if (code == 0 && text.size > 0)
        code = digest_of(&text, request->digest);
    text_finish(&text);
    return code;
}

static bool has_usual_method(const struct line_request *request, const struct haul_request *common)
{
    bool has_body = request->body || (common && common->body);
    const char *usual = common && common->method ? common->method : has_body ? "POST" : "GET";
    return request->method && strcmp(request->method, usual) == 0;
}

int line_request_complete(struct line_request *request, const struct haul_request *common, const char **ret_problem)
{
    int code = make_digest(request);
    request->has_usual_method = has_usual_method(request, common);
    request->has_own = request->method || request->headers || request->body;
    if (code != 0 || !request->has_own)
        return code;
    if (common)
        request->sent = *common;
    if (request->method)
        request->sent.method = request->method;
    if (request->body) {
        request->sent.body = request->body;
        request->sent.body_size = request->body_size;
    }
    code = request->headers ? join_headers(request, request->sent.headers) : 0;
    return code == 0 ? haul_request_check(&request->sent, ret_problem) : code;
}

bool line_request_has_field(const struct line_request *request, const char *name)
{
    return has_name(request->headers, name);
}

struct line_request *line_request_ref(struct line_request *request)
{
    request->references++;
    return request;
}

void line_request_unref(struct line_request *request)
{
    if (!request || --request->references > 0)
        return;
    for (char **header = request->headers; header && *header; header++)
        free(*header);
    free(request->headers);
    free(request->sent_headers);
    free(request->text);
    free(request->method);
    free(request->body);
    free(request->output);
    free(request);
}
