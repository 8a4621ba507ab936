#include "input/json_text.h"

#include "output/escape.h"
#include "output/text.h"
#include "output/utf8.h"

#include <stdio.h>
#include <string.h>

/* What is still to be looked at. */
struct reader {
    const char *begin;
    const char *at;
    const char *end;
};

static bool is_digit(const struct reader *reader)
{
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool take(struct reader *reader, const char *one_of)
{
    if (reader->at == reader->end || *reader->at == '\0' || !strchr(one_of, *reader->at))
        return false;
    reader->at++;
    return true;
}

static bool take_digits(struct reader *reader)
{
    const char *begin = reader->at;
    while (is_digit(reader))
        reader->at++;
    return reader->at > begin;
}

static const char *check_number(struct reader *reader)
{
    static const char problem[] = "a number that is none";
    take(reader, "-");
    if (!take(reader, "0") && !take_digits(reader))
        return problem;
    if (is_digit(reader))
        return "a number with a leading zero";
    if (take(reader, ".") && !take_digits(reader))
        return problem;
    if (take(reader, "eE")) {
        take(reader, "+-");
        if (!take_digits(reader))
            return problem;
    }
    return NULL;
}

/* What follows a backslash. */
static const char *check_escape(struct reader *reader)
{
    static const char hexadecimal[] = "0123456789abcdefABCDEF";
    if (take(reader, "\"\\/bfnrt"))
        return NULL;
    bool is_whole = take(reader, "u");
    for (int i = 0; is_whole && i < 4; i++)
        is_whole = take(reader, hexadecimal);
    return is_whole ? NULL : "an escape that is none";
}

/* A string, from behind its quotation mark to behind the other. */
static const char *check_string(struct reader *reader)
{
    while (reader->at < reader->end && *reader->at != '"') {
        uint32_t code_point;
        size_t size = utf8_decode(reader->at, (size_t)(reader->end - reader->at), &code_point);
        if (size == 0)
            return "a byte that is no UTF-8";
        if (code_point < 0x20)
            return "a control character in a string";
        reader->at += size;
        const char *problem = code_point == '\\' ? check_escape(reader) : NULL;
        if (problem)
            return problem;
    }
    return take(reader, "\"") ? NULL : "a string without an end";
}

const char *json_text_check(const char *bytes, size_t size, size_t *ret_at)
{
    struct reader reader = {bytes, bytes, bytes + size};
    const char *problem = NULL;
    while (!problem && reader.at < reader.end) {
        if (take(&reader, "\""))
            problem = check_string(&reader);
        else if (*reader.at == '-' || is_digit(&reader))
            problem = check_number(&reader);
        else if (!take(&reader, " \t\r\n{}[]:,") && !take(&reader, "abcdefghijklmnopqrstuvwxyz"))
            problem = "a character that has no meaning";
    }
    if (problem)
        *ret_at = (size_t)(reader.at - bytes);
    return problem;
}

bool json_text_has_nul(const char *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (bytes[i] != '\\')
            continue;
        if (size - i >= 6 && memcmp(bytes + i, "\\u0000", 6) == 0)
            return true;
        i++;
    }
    return false;
}

/* An escape for a character; of what must not stand as it is, none is past U+FFFF. */
static void append_escape(struct text *text, uint32_t code_point)
{
    char escape[16];
    int size = snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)code_point);
    text_append(text, escape, (size_t)size);
}

void json_text_append(struct text *text, const char *bytes, size_t size)
{
    bool is_in_string = false;
    for (size_t at = 0; at < size;) {
        uint32_t code_point;
        size_t length = utf8_decode(bytes + at, size - at, &code_point);
        bool is_escape = is_in_string && code_point == '\\';
        if (code_point == '"')
            is_in_string = !is_in_string;
        if (is_escape)
            length = 2;
        if (!is_escape && is_in_string && escape_is_needed(code_point))
            append_escape(text, code_point);
        else if (is_in_string || code_point > ' ')
            text_append(text, bytes + at, length);
        at += length;
    }
}
