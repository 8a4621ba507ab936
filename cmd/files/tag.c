#include "files/tag.h"

#include "output/text.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The first of that name; NULL: there is none. */
static const cJSON *member(const cJSON *object, const char *name, size_t size)
{
    const cJSON *item;
    if (!cJSON_IsObject(object))
        return NULL;
    cJSON_ArrayForEach(item,
                       object) if (strlen(item->string) == size && memcmp(item->string, name, size) == 0) return item;
    return NULL;
}

/* What is a string as well as what was a number. */
static int append(struct text *text, const cJSON *item)
{
    if (cJSON_IsString(item))
        text_append_string(text, item->valuestring);
    else if (cJSON_IsBool(item))
        text_append_string(text, cJSON_IsTrue(item) ? "true" : "false");
    return text->failed ? -ENOMEM : 0;
}

static const cJSON *find(const cJSON *item, const char *keys)
{
    while (item) {
        size_t name = strcspn(keys, ".");
        item = member(item, keys, name);
        if (keys[name] == '\0')
            break;
        keys += name + 1;
    }
    return item;
}

/* The size of the string that stands at the begin of TAG, with its marks. */
static size_t string_size(const char *tag, size_t size)
{
    for (size_t i = 1; i < size; i++) {
        if (tag[i] == '"')
            return i + 1;
        i += tag[i] == '\\';
    }
    return size;
}

static size_t number_size(const char *tag, size_t size)
{
    size_t end = 0;
    while (end < size && tag[end] != '\0' && strchr("0123456789+-.eE", tag[end]))
        end++;
    return end;
}

/* Appends a string in which no NUL is written: it would be its end. Another control character serves as well. */
static void append_string(struct text *text, const char *string, size_t size)
{
    static const char nul[] = "\\u0000", other[] = "\\u0001";
    for (size_t i = 0, step; i < size; i += step) {
        bool is_nul = size - i >= sizeof(nul) - 1 && memcmp(string + i, nul, sizeof(nul) - 1) == 0;
        step = is_nul ? sizeof(nul) - 1 : string[i] == '\\' && size - i > 1 ? 2 : 1;
        text_append(text, is_nul ? other : string + i, step);
    }
}

/* TAG with its numbers as strings: cJSON would make them floating, and two that are long might become one. */
static void append_quoted(struct text *text, const char *tag, size_t size)
{
    for (size_t i = 0, step; i < size; i += step) {
        step = 1;
        if (tag[i] == '"') {
            step = string_size(tag + i, size - i);
            append_string(text, tag + i, step);
        } else if (tag[i] == '-' || (tag[i] >= '0' && tag[i] <= '9')) {
            step = number_size(tag + i, size - i);
            text_append(text, "\"", 1);
            text_append(text, tag + i, step);
            text_append(text, "\"", 1);
        } else {
            text_append(text, tag + i, 1);
        }
    }
}

static int append_value(struct text *text, const char *tag, size_t size, const char *keys)
{
    struct text quoted = {0};
    append_quoted(&quoted, tag, size);
    if (quoted.failed) {
        text_finish(&quoted);
        return -ENOMEM;
    }
    cJSON *root = cJSON_ParseWithLength(quoted.bytes, quoted.size);
    const cJSON *item = keys ? find(root, keys) : root;
    int code = 0;
    if (!keys && (cJSON_IsObject(root) || cJSON_IsArray(root)))
        text_append(text, tag, size);
    else if (item)
        code = append(text, item);
    cJSON_Delete(root);
    text_finish(&quoted);
    return code == 0 && text->failed ? -ENOMEM : code;
}

int tag_append_value(struct text *text, const char *tag, size_t size, const char *keys)
{
    /* Most tags are no objects, and quickly known for it. */
    if (size == 0 || (keys && tag[0] != '{'))
        return 0;
    return append_value(text, tag, size, keys);
}
