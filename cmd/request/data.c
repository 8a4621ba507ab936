#include "request/data.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *data_file(enum data_kind kind, const char *value)
{
    if (kind != DATA_ENCODED)
        return *value == '@' ? value + 1 : NULL;
    size_t name = strcspn(value, "=");
    if (value[name] == '=')
        return NULL;
    name = strcspn(value, "@");
    return value[name] == '@' ? value + name + 1 : NULL;
}

int data_append_file(struct text *data, const char *file)
{
    bool is_stdin = strcmp(file, "-") == 0;
    FILE *stream = is_stdin ? stdin : fopen(file, "re");
    if (!stream)
        return -errno;
    int code = 0;
    enum { piece = 16 * 1024 };
    for (size_t size = piece; size > 0 && code == 0;) {
        char *room = text_reserve(data, piece);
        size = room ? fread(room, 1, piece, stream) : 0;
        if (!room)
            code = -ENOMEM;
        else if (ferror(stream))
            code = errno > 0 ? -errno : -EIO;
        else
            data->size += size;
    }
    if (!is_stdin)
        fclose(stream);
    return code;
}

/* Takes out of DATA, from BEGIN on, what ends lines and texts. */
static void strip(struct text *data, size_t begin)
{
    size_t kept = begin;
    for (size_t i = begin; i < data->size; i++)
        if (data->bytes[i] != '\r' && data->bytes[i] != '\n' && data->bytes[i] != '\0')
            data->bytes[kept++] = data->bytes[i];
    data->size = kept;
}

static bool is_unreserved(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte != '\0' && strchr("-._~", byte));
}

/* As a form is encoded, with "+" for a space. */
static void append_encoded(struct text *data, const char *bytes, size_t size)
{
    static const char hexadecimal[] = "0123456789ABCDEF";
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        const char encoded[] = {'%', hexadecimal[byte >> 4], hexadecimal[byte & 15]};
        if (is_unreserved(bytes[i]) || byte == ' ')
            text_append(data, byte == ' ' ? "+" : bytes + i, 1);
        else
            text_append(data, encoded, sizeof(encoded));
    }
}

static int append_form(struct text *data, const char *value, const char *file)
{
    size_t name = strcspn(value, "=");
    if (file)
        name = (size_t)(file - value) - 1;
    else if (value[name] == '\0')
        name = 0;
    if (name > 0) {
        text_append(data, value, name);
        text_append(data, "=", 1);
    }
    if (!file) {
        const char *text = value + name + (value[name] == '=' ? 1 : 0);
        append_encoded(data, text, strlen(text));
        return 0;
    }
    struct text content = {0};
    int code = data_append_file(&content, file);
    if (code == 0)
        append_encoded(data, content.bytes, content.size);
    text_finish(&content);
    return code;
}

int data_append(struct text *data, enum data_kind kind, const char *value, const char **ret_file)
{
    const char *file = data_file(kind, value);
    size_t begin = data->size;
    int code = 0;
    *ret_file = file;
    if (kind == DATA_ENCODED)
        code = append_form(data, value, file);
    else if (file)
        code = data_append_file(data, file);
    else
        text_append_string(data, value);
    if (code == 0 && file && kind == DATA_PLAIN)
        strip(data, begin);
    return code == 0 && data->failed ? -ENOMEM : code;
}
