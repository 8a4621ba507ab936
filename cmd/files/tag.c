#include "files/tag.h"

#include "output/text.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <stdlib.h>
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

static int append(struct text *text, const cJSON *item)
{
    if (cJSON_IsString(item)) {
        text_append_string(text, item->valuestring);
    } else if (cJSON_IsNumber(item) || cJSON_IsBool(item)) {
        char *printed = cJSON_PrintUnformatted(item);
        if (!printed)
            return -ENOMEM;
        text_append_string(text, printed);
        cJSON_free(printed);
    }
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

int tag_append_value(struct text *text, const char *tag, size_t size, const char *keys)
{
    /* Most tags are no objects, and quickly known for it. */
    if (size == 0 || (keys && tag[0] != '{'))
        return 0;
    cJSON *root = cJSON_ParseWithLength(tag, size);
    const cJSON *item = keys ? find(root, keys) : root;
    int code = 0;
    if (!keys && (cJSON_IsObject(root) || cJSON_IsArray(root)))
        text_append(text, tag, size);
    else if (item)
        code = append(text, item);
    cJSON_Delete(root);
    return code == 0 && text->failed ? -ENOMEM : code;
}
