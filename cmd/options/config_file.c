#include "options/config_file.h"

#include <haul/error.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part of a line. */
struct span {
    const char *begin;
    const char *end;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static void trim(struct span *span)
{
    while (span->begin < span->end && is_blank(*span->begin))
        span->begin++;
    while (span->begin < span->end && is_blank(span->end[-1]))
        span->end--;
}

static bool is_of_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_';
}

/* Takes the name of an option from the begin of LINE, and what parts it from its value. */
static struct span take_name(struct span *line)
{
    if (line->end - line->begin >= 2 && memcmp(line->begin, "--", 2) == 0)
        line->begin += 2;
    struct span name = {line->begin, line->begin};
    while (name.end < line->end && is_of_name(*name.end))
        name.end++;
    line->begin = name.end;
    trim(line);
    if (line->begin < line->end && *line->begin == '=') {
        line->begin++;
        trim(line);
    }
    return name;
}

/* Writes what stands in quotation marks; the end, or NULL: it is not whole, or something stands behind it. */
static char *write_quoted(char *end, struct span value)
{
    static const char letters[] = "tnr";
    static const char meanings[] = "\t\n\r";
    const char *at = value.begin + 1;
    for (; at < value.end && *at != '"'; at++) {
        if (*at == '\\' && value.end - at > 1) {
            at++;
            const char *letter = memchr(letters, *at, sizeof(letters) - 1);
            *end++ = letter ? meanings[letter - letters] : *at;
        } else {
            *end++ = *at;
        }
    }
    return at + 1 == value.end ? end : NULL;
}

static int add_option(struct config_file *file, struct span name, struct span value, bool has_value,
                      const char **ret_problem)
{
    size_t name_size = (size_t)(name.end - name.begin);
    size_t room = name_size + (size_t)(value.end - value.begin) + sizeof("--=");
    char *argument = malloc(room);
    if (!argument)
        return -ENOMEM;
    char *end = argument + snprintf(argument, room, "--%.*s%s", (int)name_size, name.begin, has_value ? "=" : "");
    if (has_value && value.begin < value.end && *value.begin == '"') {
        end = write_quoted(end, value);
    } else if (has_value) {
        memcpy(end, value.begin, (size_t)(value.end - value.begin));
        end += value.end - value.begin;
    }
    if (!end) {
        free(argument);
        *ret_problem = "the value has no quotation mark at its end";
        return HAUL_E_INVALID;
    }
    *end = '\0';
    file->options[file->count++].argument = argument;
    return 0;
}

static int parse_line(struct config_file *file, struct span line, const char **ret_problem)
{
    trim(&line);
    if (line.begin == line.end || *line.begin == '#')
        return 0;
    if (memchr(line.begin, '\0', (size_t)(line.end - line.begin))) {
        *ret_problem = "the line has a NUL byte";
        return HAUL_E_INVALID;
    }
    const char *begin = line.begin;
    struct span name = take_name(&line);
    bool has_value = line.begin < line.end || (line.end > begin && line.end[-1] == '=');
    if (name.begin == name.end || *name.begin == '-' || (line.begin < line.end && line.begin == name.end)) {
        *ret_problem = "the line does not begin with the long name of an option";
        return HAUL_E_INVALID;
    }
    return add_option(file, name, line, has_value, ret_problem);
}

static size_t mark_size(const char *text, size_t size)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    size_t mark = sizeof(byte_order_mark) - 1;
    return size >= mark && memcmp(text, byte_order_mark, mark) == 0 ? mark : 0;
}

static size_t count_lines(const char *text, size_t size)
{
    size_t count = 1;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    return count;
}

int config_file_parse(const char *text, size_t size, struct config_file *ret_file, size_t *ret_line,
                      const char **ret_problem)
{
    struct config_file file = {.options = calloc(count_lines(text, size), sizeof(*file.options))};
    int code = file.options ? 0 : -ENOMEM;
    const char *end = text + size;
    text += mark_size(text, size);
    size_t number = 0;
    while (text < end && code == 0) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        struct span line = {text, newline ? newline : end};
        size_t before = file.count;
        number++;
        code = parse_line(&file, line, ret_problem);
        if (code == 0 && file.count > before)
            file.options[before].line = number;
        text = line.end + (newline ? 1 : 0);
    }
    if (code != 0) {
        config_file_finish(&file);
        *ret_line = number;
        return code;
    }
    *ret_file = file;
    return 0;
}

void config_file_finish(struct config_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->options[i].argument);
    free(file->options);
    *file = (struct config_file){0};
}
