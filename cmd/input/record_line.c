#include "input/record_line.h"

#include "input/base64.h"

#include <haul/error.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Where the scan stands. */
struct scan {
    const char *at;
    const char *end;
};

/* A value as it stands in the line: of a string what is between the quotes. */
struct value {
    const char *bytes;
    size_t size;
    char kind; /* its first character */
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
}

static bool take(struct scan *scan, char character)
{
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != character)
        return false;
    scan->at++;
    return true;
}

/* Behind a quote. A backslash before the next one may be one of a pair. */
static bool take_string(struct scan *scan, struct value *ret_value)
{
    const char *begin = scan->at;
    const char *quote = begin;
    for (;; quote++) {
        quote = memchr(quote, '"', (size_t)(scan->end - quote));
        if (!quote)
            return false;
        const char *first = quote;
        while (first > begin && first[-1] == '\\')
            first--;
        if ((quote - first) % 2 == 0)
            break;
    }
    *ret_value = (struct value){begin, (size_t)(quote - begin), '"'};
    scan->at = quote + 1;
    return true;
}

/* A number, true, false or null: of what is none a letter more or less does not matter. */
static bool is_plain(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') || character == '-' ||
           character == '+' || character == '.' || character == 'E';
}

static bool take_nested(struct scan *scan)
{
    struct value ignored;
    size_t depth = 0;
    do {
        if (scan->at == scan->end)
            return false;
        switch (*scan->at++) {
        case '"':
            if (!take_string(scan, &ignored))
                return false;
            break;
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            depth--;
            break;
        default:
            break;
        }
    } while (depth > 0);
    return true;
}

static bool take_value(struct scan *scan, struct value *ret_value)
{
    skip_space(scan);
    if (take(scan, '"'))
        return take_string(scan, ret_value);
    const char *begin = scan->at;
    if (begin < scan->end && (*begin == '{' || *begin == '[')) {
        if (!take_nested(scan))
            return false;
    } else {
        while (scan->at < scan->end && is_plain(*scan->at))
            scan->at++;
    }
    *ret_value = (struct value){begin, (size_t)(scan->at - begin), begin < scan->at ? *begin : '\0'};
    return begin < scan->at;
}

static bool is_name(const struct value *name, const char *text)
{
    return name->size == strlen(text) && memcmp(name->bytes, text, name->size) == 0;
}

static bool is_word(const struct value *value, const char *word)
{
    return value->kind != '"' && is_name(value, word);
}

/* The four digits of an escape; false: they are none. */
static bool read_unit(const char *digits, const char *end, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    if (end - digits < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        char digit = digits[i];
        unsigned letter = (unsigned char)digit | 0x20U;
        if (digit >= '0' && digit <= '9')
            unit = unit << 4 | (uint32_t)(digit - '0');
        else if (letter >= 'a' && letter <= 'f')
            unit = unit << 4 | (uint32_t)(letter - 'a' + 10);
        else
            return false;
    }
    *ret_unit = unit;
    return true;
}

static void append_code_point(struct text *text, uint32_t code_point)
{
    char bytes[4];
    size_t size = 0;
    if (code_point < 0x80) {
        bytes[size++] = (char)code_point;
    } else if (code_point < 0x800) {
        bytes[size++] = (char)(0xc0 | code_point >> 6);
    } else if (code_point < 0x10000) {
        bytes[size++] = (char)(0xe0 | code_point >> 12);
        bytes[size++] = (char)(0x80 | (code_point >> 6 & 0x3f));
    } else {
        bytes[size++] = (char)(0xf0 | code_point >> 18);
        bytes[size++] = (char)(0x80 | (code_point >> 12 & 0x3f));
        bytes[size++] = (char)(0x80 | (code_point >> 6 & 0x3f));
    }
    if (code_point >= 0x80)
        bytes[size++] = (char)(0x80 | (code_point & 0x3f));
    text_append(text, bytes, size);
}

/* An escape, at the character behind its backslash. Where it ends; NULL: it is none. */
static const char *append_escape(struct text *text, const char *at, const char *end)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char characters[] = "\"\\/\b\f\n\r\t";
    const char *letter = at < end && *at != '\0' ? strchr(letters, *at) : NULL;
    uint32_t unit;
    uint32_t low;
    if (letter) {
        text_append(text, &characters[letter - letters], 1);
        return at + 1;
    }
    if (at == end || *at != 'u' || !read_unit(at + 1, end, &unit))
        return NULL;
    at += 5;
    bool is_high = unit >= 0xd800 && unit < 0xdc00;
    if (is_high && end - at >= 6 && at[0] == '\\' && at[1] == 'u' && read_unit(at + 2, end, &low) && low >= 0xdc00 &&
        low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
    }
    append_code_point(text, unit);
    return at;
}

/* The text of a string; what stands in it as it is needs no copy. */
static int read_text(const struct value *value, struct text *text, struct record_text *ret_text)
{
    const char *at = value->bytes;
    const char *end = at + value->size;
    *ret_text = (struct record_text){value->bytes, value->size};
    if (value->size == 0 || !memchr(value->bytes, '\\', value->size))
        return 0;
    text_clear(text);
    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        const char *behind = backslash ? backslash : end;
        text_append(text, at, (size_t)(behind - at));
        at = backslash ? append_escape(text, backslash + 1, end) : end;
        if (!at)
            return HAUL_E_INVALID;
    }
    *ret_text = (struct record_text){text->size > 0 ? text->bytes : "", text->size};
    return text->failed ? -ENOMEM : 0;
}

static int read_base64(struct record_line_reader *reader, const struct value *value, struct text *text,
                       struct record_text *ret_text)
{
    struct record_text base64;
    int code = read_text(value, &reader->base64, &base64);
    if (code != 0)
        return code;
    text_clear(text);
    char *room = text_reserve(text, base64_room(base64.size) + 1);
    size_t size;
    if (!room)
        return -ENOMEM;
    if (!base64_decode(base64.bytes, base64.size, (unsigned char *)room, &size))
        return HAUL_E_INVALID;
    *ret_text = (struct record_text){room, size};
    return 0;
}

/* Any JSON but a string comes back as it was written. */
static int read_tag(struct record_line_reader *reader, const struct value *value, struct record_line *line)
{
    line->is_tag_json = value->kind != '"' && !is_word(value, "null");
    if (value->kind == '"')
        return read_text(value, &reader->tag, &line->tag);
    if (line->is_tag_json)
        line->tag = (struct record_text){value->bytes, value->size};
    return 0;
}

/* What there was: a record has the first three, and bytes count before their text. */
enum { has_version = 1, has_input = 2, has_ok = 4, has_all = 7, has_input_bytes = 8, has_tag_bytes = 16 };

static int read_input(const struct value *name, struct record_line_reader *reader, const struct value *value,
                      struct record_line *line, unsigned *seen)
{
    if (is_name(name, "input")) {
        *seen |= has_input;
        return *seen & has_input_bytes ? 0 : read_text(value, &reader->input, &line->input);
    }
    *seen |= has_input_bytes;
    return read_base64(reader, value, &reader->input, &line->input);
}

static int read_string(const struct value *name, struct record_line_reader *reader, const struct value *value,
                       struct record_line *line, unsigned *seen)
{
    if (is_name(name, "input") || is_name(name, "input_base64"))
        return read_input(name, reader, value, line, seen);
    if (is_name(name, "tag_base64")) {
        *seen |= has_tag_bytes;
        return read_base64(reader, value, &reader->tag, &line->tag);
    }
    if (is_name(name, "request_sha256"))
        return read_text(value, &reader->request, &line->request);
    if (is_name(name, "file"))
        return read_text(value, &reader->file, &line->file);
    return 0;
}

static int read_member(const struct value *name, struct record_line_reader *reader, const struct value *value,
                       struct record_line *line, unsigned *seen)
{
    if (is_name(name, "tag"))
        return *seen & has_tag_bytes ? 0 : read_tag(reader, value, line);
    if (value->kind == '"')
        return read_string(name, reader, value, line, seen);
    if (is_name(name, "v")) {
        *seen |= is_word(value, "1") ? has_version : 0;
    } else if (is_name(name, "url")) {
        line->is_refused = is_word(value, "null");
    } else if (is_name(name, "ok")) {
        line->ok = is_word(value, "true");
        *seen |= line->ok || is_word(value, "false") ? has_ok : 0;
    }
    return 0;
}

int record_line_read(struct record_line_reader *reader, const char *bytes, size_t size, struct record_line *ret_line)
{
    struct scan scan = {.at = bytes, .end = bytes + size};
    struct record_line line = {.ok = false};
    unsigned seen = 0;
    if (!take(&scan, '{'))
        return HAUL_E_INVALID;
    do {
        struct value name;
        struct value value;
        if (!take(&scan, '"') || !take_string(&scan, &name) || !take(&scan, ':') || !take_value(&scan, &value))
            return HAUL_E_INVALID;
        int code = read_member(&name, reader, &value, &line, &seen);
        if (code != 0)
            return code;
    } while (take(&scan, ','));
    if (!take(&scan, '}') || (seen & has_all) != has_all)
        return HAUL_E_INVALID;
    skip_space(&scan);
    if (scan.at != scan.end)
        return HAUL_E_INVALID;
    *ret_line = line;
    return 0;
}

int record_line_read_tag(struct record_line_reader *reader, const char *json, size_t size, struct record_line *line)
{
    struct scan scan = {.at = json, .end = json + size};
    struct value value;
    return take_value(&scan, &value) ? read_tag(reader, &value, line) : HAUL_E_INVALID;
}

void record_line_reader_finish(struct record_line_reader *reader)
{
    text_finish(&reader->input);
    text_finish(&reader->tag);
    text_finish(&reader->request);
    text_finish(&reader->file);
    text_finish(&reader->base64);
}
