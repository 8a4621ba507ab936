#include "net/head.h"

#include "net/retry_after.h"
#include "net/url.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

void haul__head_finish(struct haul__head *head)
{
    haul__buffer_finish(&head->texts);
    *head = (struct haul__head){.count = 0};
}

void haul__head_begin(struct haul__head *head)
{
    head->texts.size = 0;
    head->count = 0;
    head->retry_after = 0;
}

static bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static struct haul__text trimmed(const char *at, size_t size)
{
    while (size > 0 && is_space(*at)) {
        at++;
        size--;
    }
    while (size > 0 && is_space(at[size - 1]))
        size--;
    return (struct haul__text){at, size};
}

static int append(struct haul__head *head, struct haul__text text)
{
    int code = haul__buffer_append(&head->texts, text.at, text.size);
    return code == 0 ? haul__buffer_append(&head->texts, "", 1) : code;
}

/* More of the field before, as lines were once folded. */
static int append_folded(struct haul__head *head, struct haul__text more)
{
    if (head->count == 0)
        return 0;
    head->texts.size--;
    int code = haul__buffer_append(&head->texts, " ", 1);
    return code == 0 ? append(head, more) : code;
}

static int keep(struct haul__head *head, struct haul__text name, struct haul__text value)
{
    int code = append(head, name);
    if (code == 0)
        code = append(head, value);
    head->count += code == 0;
    return code;
}

/* Of several that say so the longest. */
static void note_retry_after(struct haul__head *head, struct haul__text value)
{
    char text[128];
    if (value.size >= sizeof(text))
        return;
    *(char *)mempcpy(text, value.at, value.size) = '\0';
    int64_t duration = haul__retry_after_read(text, (int64_t)time(NULL));
    if (duration > head->retry_after)
        head->retry_after = duration;
}

int haul__head_take(struct haul__head *head, const char *line, size_t size, bool keeps)
{
    static const char retry_after[] = "retry-after";
    size = strnlen(line, size);
    if (size > 0 && is_space(*line))
        return keeps ? append_folded(head, trimmed(line, size)) : 0;
    const char *colon = memchr(line, ':', size);
    if (!colon)
        return 0;
    struct haul__text name = trimmed(line, (size_t)(colon - line));
    struct haul__text value = trimmed(colon + 1, size - (size_t)(colon + 1 - line));
    if (name.size == sizeof(retry_after) - 1 && strncasecmp(name.at, retry_after, name.size) == 0)
        note_retry_after(head, value);
    return keeps ? keep(head, name, value) : 0;
}

int haul__head_write(const struct haul__head *head, struct haul__result *result)
{
    const char *text = (const char *)head->texts.bytes;
    struct haul_header *kept = head->count > 0 ? haul__result_make_headers(result, head->count) : NULL;
    if (!kept)
        return head->count > 0 ? -ENOMEM : 0;
    for (size_t i = 0; i < head->count; i++) {
        size_t name_size = strlen(text), value_size = strlen(text + name_size + 1);
        kept[i].name = haul__result_add_text(result, text, name_size);
        kept[i].value = haul__result_add_text(result, text + name_size + 1, value_size);
        if (!kept[i].name || !kept[i].value)
            return -ENOMEM;
        text += name_size + value_size + 2;
    }
    return 0;
}
