#include "files/disposition.h"

#include "output/text.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *skip_spaces(const char *at)
{
    return at + strspn(at, " \t");
}

/* Appends a value, quoted or not, and steps over it. Servers leave out the quotes though there are spaces. */
static void read_value(struct text *text, const char **inout_at)
{
    const char *at = *inout_at;
    if (*at != '"') {
        size_t size = strcspn(at, ";");
        *inout_at = at + size;
        while (size > 0 && (at[size - 1] == ' ' || at[size - 1] == '\t'))
            size--;
        text_append(text, at, size);
        return;
    }
    for (at++; *at != '\0' && *at != '"'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        text_append(text, at, 1);
    }
    *inout_at = *at == '"' ? at + 1 : at;
}

static int digit(char character)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = character != '\0' ? strchr(digits, character | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* One byte of Latin-1. */
static void append_latin(struct text *text, unsigned char byte)
{
    const char encoded[] = {(char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f))};
    if (byte < 0x80)
        text_append(text, (const char *)&byte, 1);
    else
        text_append(text, encoded, sizeof(encoded));
}

/* Appends what UTF-8'LANGUAGE'PERCENT%20ENCODED, which ends at END, says; nothing where it is of another form. */
static void decode(struct text *text, const char *at, const char *end)
{
    const char *quote = memchr(at, '\'', (size_t)(end - at));
    const char *second = quote ? memchr(quote + 1, '\'', (size_t)(end - quote - 1)) : NULL;
    size_t size = quote ? (size_t)(quote - at) : 0;
    bool is_latin = size == 10 && strncasecmp(at, "ISO-8859-1", size) == 0;
    if (!second || (!is_latin && (size != 5 || strncasecmp(at, "UTF-8", size) != 0)))
        return;
    for (at = second + 1; at < end; at++) {
        unsigned char byte = (unsigned char)*at;
        if (*at == '%' && end - at > 2 && digit(at[1]) >= 0 && digit(at[2]) >= 0) {
            byte = (unsigned char)(digit(at[1]) * 16 + digit(at[2]));
            at += 2;
        }
        if (is_latin)
            append_latin(text, byte);
        else
            text_append(text, (const char *)&byte, 1);
    }
}

/* Keeps the first of them that says anything. */
static void take(struct text *name, struct text *value, bool is_encoded)
{
    if (name->size == 0 && !value->failed && is_encoded && value->size > 0)
        decode(name, value->bytes, value->bytes + value->size);
    else if (name->size == 0)
        text_append(name, value->bytes, value->size);
}

static void read_parameters(const char *at, struct text *plain, struct text *encoded)
{
    struct text value = {0};
    for (at = strchr(at, ';'); at; at = strchr(at, ';')) {
        const char *name = skip_spaces(at + 1);
        size_t size = strcspn(name, "=; \t");
        at = skip_spaces(name + size);
        if (*at != '=')
            continue;
        at = skip_spaces(at + 1);
        text_clear(&value);
        read_value(&value, &at);
        if (size == 8 && strncasecmp(name, "filename", size) == 0)
            take(plain, &value, false);
        else if (size == 9 && strncasecmp(name, "filename*", size) == 0)
            take(encoded, &value, true);
    }
    text_finish(&value);
}

/* What stands behind the last slash or backslash. */
static size_t last_component(const struct text *name)
{
    size_t begin = name->size;
    while (begin > 0 && name->bytes[begin - 1] != '/' && name->bytes[begin - 1] != '\\')
        begin--;
    return begin;
}

bool disposition_append_name(struct text *text, const char *value)
{
    struct text plain = {0};
    struct text encoded = {0};
    read_parameters(value, &plain, &encoded);
    const struct text *name = encoded.size > 0 ? &encoded : &plain;
    size_t begin = last_component(name);
    bool is_there = begin < name->size;
    if (is_there)
        text_append(text, name->bytes + begin, name->size - begin);
    text_finish(&plain);
    text_finish(&encoded);
    return is_there;
}
