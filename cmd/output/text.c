#include "output/text.h"

#include "output/escape.h"
#include "output/number.h"
#include "output/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_finish(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

void text_clear(struct text *text)
{
    text->size = 0;
    text->failed = false;
}

char *text_reserve(struct text *text, size_t more)
{
    if (more > text->capacity - text->size) {
        size_t capacity = text->capacity + text->capacity / 2 + 256;
        if (capacity - text->size < more)
            capacity = text->size + more;
        char *bytes = more < PTRDIFF_MAX - text->size ? realloc(text->bytes, capacity) : NULL;
        if (bytes == NULL) {
            text->failed = true;
            return NULL;
        }
        text->bytes = bytes;
        text->capacity = capacity;
    }
    return text->bytes + text->size;
}

void text_append(struct text *text, const char *bytes, size_t size)
{
    char *end = size > 0 ? text_reserve(text, size) : NULL;
    if (end == NULL)
        return;
    memcpy(end, bytes, size);
    text->size += size;
}

void text_append_string(struct text *text, const char *string)
{
    text_append(text, string, strlen(string));
}

void text_append_escaped(struct text *text, const char *bytes, size_t size)
{
    size_t escaped = escape_size(bytes, size);
    char *end = escaped > 0 ? text_reserve(text, escaped) : NULL;
    if (end != NULL)
        text->size += escape_write(bytes, size, end, escaped);
}

void text_append_json(struct text *text, const char *bytes, size_t size)
{
    size_t from = 0, length = 1;
    for (size_t at = 0; at < size; at += length) {
        uint32_t code_point;
        length = utf8_decode(bytes + at, size - at, &code_point);
        if (length == 0)
            length = 1;
        else if (escape_is_needed(code_point)) {
            char escaped[sizeof("\\u2069")];
            snprintf(escaped, sizeof(escaped), "\\u%04x", code_point & 0xffff);
            text_append(text, bytes + from, at - from);
            text_append_string(text, escaped);
            from = at + length;
        }
    }
    text_append(text, bytes + from, size - from);
}

void text_append_unsigned(struct text *text, uint64_t number)
{
    char digits[NUMBER_UNSIGNED_ROOM];
    text_append(text, digits, (size_t)(number_write_unsigned(digits, number) - digits));
}

void text_append_seconds(struct text *text, int64_t nanoseconds, unsigned decimals)
{
    char digits[NUMBER_SECONDS_ROOM];
    text_append(text, digits, (size_t)(number_write_seconds(digits, nanoseconds, decimals) - digits));
}

void text_append_repeated(struct text *text, char character, size_t count)
{
    char *end = count > 0 ? text_reserve(text, count) : NULL;
    if (end == NULL)
        return;
    memset(end, character, count);
    text->size += count;
}
