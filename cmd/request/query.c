#include "request/query.h"

#include "output/text.h"

#include <haul/url.h>

#include <errno.h>
#include <string.h>

/* What would begin a fragment does not. */
static void append_query(struct text *text, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_append(text, bytes[i] == '#' ? "%23" : bytes + i, bytes[i] == '#' ? 3 : 1);
}

int query_add(struct haul_url **url, const struct text *query, const char **ret_problem)
{
    static const struct haul_url_reading as_it_is = {.keeps_dots = true};
    const char *old = haul_url_text(*url);
    size_t end = strcspn(old, "#");
    const char *mark = memchr(old, '?', end);
    if (haul_url_scheme(*url) == HAUL_URL_SLEEP)
        return 0;
    struct text text = {0};
    text_append(&text, old, end);
    if (!mark)
        text_append(&text, "?", 1);
    else if (mark + 1 < old + end)
        text_append(&text, "&", 1);
    append_query(&text, query->bytes, query->size);
    text_append_string(&text, old + end);
    struct haul_url *longer;
    int code = text.failed ? -ENOMEM : haul_url_create_as(&as_it_is, text.bytes, text.size, &longer, ret_problem);
    text_finish(&text);
    if (code != 0)
        return code;
    haul_url_destroy(*url);
    *url = longer;
    return 0;
}
