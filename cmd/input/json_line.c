#include "input/json_line.h"

#include "input/json_request.h"
#include "input/json_text.h"
#include "input/line_request.h"
#include "message.h"
#include "output/text.h"

#include <haul/error.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the parser stands. The object is walked here, a member at a time, and cJSON reads keys and values: so the text
 * of each value is known, and a member that is there twice is seen. */
struct parser {
    struct json_line *line;
    const char *begin;
    const char *at;
    const char *end;
    unsigned seen; /* a bit for each field */
};

typedef int read_field_fn(struct json_line *line, const struct json_value *value);

static void refuse_value(struct json_line *line, const struct json_value *value, const char *problem)
{
    if (line->problem[0] == '\0')
        snprintf(line->problem, sizeof(line->problem), "the field \"%s\" %s", value->name, problem);
}

static int read_url(struct json_line *line, const struct json_value *value)
{
    const char *problem;
    if (!json_value_is_text(value, &problem)) {
        refuse_value(line, value, problem);
        return 0;
    }
    line->request->url_at = value->at;
    line->request->url_size = value->size;
    line->url = strdup(value->item->valuestring);
    return line->url ? 0 : -ENOMEM;
}

/* A string is a tag as those of other lists are. All else, and a string that C cannot hold, comes back as it was
 * written. */
static int read_tag(struct json_line *line, const struct json_value *value)
{
    struct text text = {0};
    const char *problem;
    line->is_tag_json = !json_value_is_text(value, &problem);
    if (line->is_tag_json)
        json_text_append(&text, value->text, value->size);
    else
        text_append_string(&text, value->item->valuestring);
    text_append(&text, "", 1);
    if (text.failed) {
        text_finish(&text);
        return -ENOMEM;
    }
    line->tag = text.bytes;
    line->tag_size = text.size - 1;
    return 0;
}

static int read_request(struct json_line *line, const struct json_value *value)
{
    const char *problem = NULL;
    int code = json_request_read(line->request, value, &problem);
    if (code != HAUL_E_INVALID)
        return code;
    refuse_value(line, value, problem);
    return 0;
}

static const struct {
    const char *name;
    read_field_fn *read;
} fields[] = {
    {"url", read_url},         {"tag", read_tag},          {"method", read_request},
    {"headers", read_request}, {"body", read_request},     {"body_base64", read_request},
    {"output", read_request},  {"max_time", read_request}, {"retry", read_request},
};

static void skip_space(struct parser *parser)
{
    while (parser->at < parser->end && strchr(" \t\r\n", *parser->at))
        parser->at++;
}

static bool take(struct parser *parser, char character)
{
    skip_space(parser);
    if (parser->at == parser->end || *parser->at != character)
        return false;
    parser->at++;
    return true;
}

static void refuse_syntax(struct parser *parser)
{
    struct json_line *line = parser->line;
    if (line->problem[0] == '\0')
        snprintf(line->problem, sizeof(line->problem), "the line is not valid JSON at position %td",
                 parser->at - parser->begin + 1);
}

/* Reads a value of any kind; NULL: there is none. */
static cJSON *take_value(struct parser *parser)
{
    const char *end = NULL;
    skip_space(parser);
    cJSON *item = parser->at < parser->end
                      ? cJSON_ParseWithLengthOpts(parser->at, (size_t)(parser->end - parser->at), &end, 0)
                      : NULL;
    /* Also where it fails, it tells how far it came. */
    if (end)
        parser->at = end;
    return item;
}

static int read_field(struct parser *parser, const struct json_value *value)
{
    struct json_line *line = parser->line;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(value->name, fields[i].name) != 0)
            continue;
        if (parser->seen & 1U << i) {
            refuse_value(line, value, "is there twice");
            return 0;
        }
        parser->seen |= 1U << i;
        return cJSON_IsNull(value->item) ? 0 : fields[i].read(line, value);
    }
    if (line->problem[0] == '\0')
        snprintf(line->problem, sizeof(line->problem), "there is no field \"%s\"", excerpt(value->name).text);
    return 0;
}

/* "name": value. HAUL_E_INVALID: that is not what is there. */
static int take_member(struct parser *parser)
{
    int code = HAUL_E_INVALID;
    skip_space(parser);
    const char *begin = parser->at;
    cJSON *name = take_value(parser);
    bool is_name = cJSON_IsString(name) && !json_text_has_nul(begin, (size_t)(parser->at - begin));
    if (is_name && take(parser, ':')) {
        skip_space(parser);
        struct json_value value = {
            .name = name->valuestring, .text = parser->at, .at = (size_t)(parser->at - parser->begin)};
        cJSON *item = take_value(parser);
        value.item = item;
        value.size = (size_t)(parser->at - value.text);
        if (item)
            code = read_field(parser, &value);
        cJSON_Delete(item);
    }
    cJSON_Delete(name);
    return code;
}

static int take_object(struct parser *parser)
{
    if (!take(parser, '{'))
        return HAUL_E_INVALID;
    if (!take(parser, '}')) {
        do {
            int code = take_member(parser);
            if (code != 0)
                return code;
        } while (take(parser, ','));
        if (!take(parser, '}'))
            return HAUL_E_INVALID;
    }
    skip_space(parser);
    return parser->at == parser->end ? 0 : HAUL_E_INVALID;
}

static int parse(struct parser *parser)
{
    struct json_line *line = parser->line;
    size_t at;
    const char *problem = json_text_check(parser->begin, (size_t)(parser->end - parser->begin), &at);
    if (problem) {
        snprintf(line->problem, sizeof(line->problem), "the line is not valid JSON: %s, at position %zu", problem,
                 at + 1);
        return 0;
    }
    int code = take_object(parser);
    if (code == HAUL_E_INVALID)
        refuse_syntax(parser);
    else if (code != 0)
        return code;
    if (line->problem[0] == '\0' && !line->url)
        snprintf(line->problem, sizeof(line->problem), "the line has no field \"url\"");
    return 0;
}

int json_line_parse(const char *bytes, size_t size, struct json_line *ret_line)
{
    struct json_line line = {.request = line_request_create(bytes, size)};
    if (!line.request)
        return -ENOMEM;
    struct parser parser = {.line = &line, .begin = bytes, .at = bytes, .end = bytes + size};
    int code = parse(&parser);
    if (code != 0) {
        json_line_finish(&line);
        return code;
    }
    *ret_line = line;
    return 0;
}

void json_line_finish(struct json_line *line)
{
    free(line->url);
    free(line->tag);
    line_request_unref(line->request);
    *line = (struct json_line){.problem = ""};
}
