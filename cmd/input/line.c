#include "input/line.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool is_space(char character)
{
    return character == ' ' || character == '\t';
}

static void trim(const char **bytes, size_t *size)
{
    while (*size > 0 && is_space(**bytes)) {
        ++*bytes;
        --*size;
    }
    while (*size > 0 && is_space((*bytes)[*size - 1]))
        --*size;
}

/* Takes a trimmed line apart. */
static void split(const char *bytes, size_t size, struct line *ret_line)
{
    const char *tab = size > 0 ? memchr(bytes, '\t', size) : NULL;
    *ret_line = (struct line){.input = bytes, .input_size = size};
    if (!tab)
        return;
    ret_line->input_size = (size_t)(tab - bytes);
    ret_line->tag = tab;
    ret_line->tag_size = size - ret_line->input_size;
    trim(&ret_line->input, &ret_line->input_size);
    trim(&ret_line->tag, &ret_line->tag_size);
}

static void skip_mark(const char **bytes, size_t *size)
{
    size_t mark = sizeof(byte_order_mark) - 1;
    if (*size >= mark && memcmp(*bytes, byte_order_mark, mark) == 0) {
        *bytes += mark;
        *size -= mark;
    }
}

bool line_parse(const char *bytes, size_t size, bool is_first, struct line *ret_line)
{
    if (is_first)
        skip_mark(&bytes, &size);
    if (size > 0 && bytes[size - 1] == '\r')
        size--;
    trim(&bytes, &size);
    if (size == 0 || bytes[0] == '#')
        return false;
    split(bytes, size, ret_line);
    return true;
}

static bool is_json_space(char character)
{
    return is_space(character) || character == '\r' || character == '\n';
}

bool line_parse_json(const char *bytes, size_t size, bool is_first, struct line *ret_line)
{
    if (is_first)
        skip_mark(&bytes, &size);
    while (size > 0 && is_json_space(*bytes)) {
        bytes++;
        size--;
    }
    while (size > 0 && is_json_space(bytes[size - 1]))
        size--;
    *ret_line = (struct line){.input = bytes, .input_size = size};
    return size > 0;
}

void line_parse_argument(const char *argument, struct line *ret_line)
{
    size_t size = strlen(argument);
    trim(&argument, &size);
    split(argument, size, ret_line);
}
