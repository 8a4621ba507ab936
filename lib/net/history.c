#include "net/history.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/url.h>
#include <string.h>
#include <strings.h>

static const char mask[] = "***";

/* Any name with one of these in it. */
static const char *const secret_words[] = {
    "authorization", "cookie", "token", "secret", "password", "api-key", "apikey", "access-key", "signature",
};

bool haul__is_secret_field(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++) {
        size_t length = strlen(secret_words[i]);
        for (size_t at = 0; at + length <= size; at++)
            if (strncasecmp(name + at, secret_words[i], length) == 0)
                return true;
    }
    return false;
}

/* A value as it is kept: that of a URL has its password masked. NULL: out of memory. */
static const char *keep_value(struct haul__result *result, const char *name, size_t name_size, const char *value,
                              size_t size)
{
    if (haul__is_secret_field(name, name_size))
        return mask;
    if (!memmem(value, size, "://", 3) || !memchr(value, '@', size))
        return haul__result_add_text(result, value, size);
    char *masked = haul__result_allocate(result, size + sizeof(mask));
    if (masked)
        haul_url_mask(value, size, masked, size + sizeof(mask));
    return masked;
}

/* Begin of the last header in the SIZE bytes that were sent, and its size without the empty line: a tunnel through a
 * proxy is asked for first, and a request that met a dead connection is sent again. */
static const char *last_header(const char *sent, size_t size, size_t *ret_size)
{
    const char *begin = sent;
    *ret_size = 0;
    for (const char *at = sent, *end; (end = memmem(at, size - (size_t)(at - sent), "\r\n\r\n", 4)); at = end + 4) {
        begin = at;
        *ret_size = (size_t)(end - at);
    }
    return begin;
}

static size_t line_size(const char *text, size_t size)
{
    const char *end = memmem(text, size, "\r\n", 2);
    return end ? (size_t)(end - text) : size;
}

static size_t count_fields(const char *header, size_t size)
{
    size_t count = 0;
    for (size_t at = line_size(header, size); at < size; at += 2 + line_size(header + at + 2, size - at - 2))
        count++;
    return count;
}

/* "Name: value" */
static int read_field(struct haul__result *result, const char *line, size_t size, struct haul_header *ret_field)
{
    const char *colon = memchr(line, ':', size);
    size_t name = colon ? (size_t)(colon - line) : size;
    size_t value = name < size ? name + 1 : size;
    while (value < size && line[value] == ' ')
        value++;
    ret_field->name = haul__result_add_text(result, line, name);
    ret_field->value = keep_value(result, line, name, line + value, size - value);
    return ret_field->name && ret_field->value ? 0 : -ENOMEM;
}

static int add_request(struct haul__result *result, struct haul_hop *hop, const char *sent, size_t sent_size)
{
    size_t size;
    const char *header = sent_size > 0 ? last_header(sent, sent_size, &size) : NULL;
    size_t count = header ? count_fields(header, size) : 0;
    if (count == 0)
        return 0;
    struct haul_header *fields = haul__result_allocate(result, count * sizeof(*fields));
    if (!fields)
        return -ENOMEM;
    size_t at = line_size(header, size);
    for (size_t i = 0; i < count; i++) {
        const char *line = header + at + 2;
        size_t length = line_size(line, size - at - 2);
        if (read_field(result, line, length, &fields[i]) < 0)
            return -ENOMEM;
        at += 2 + length;
    }
    hop->request_headers = fields;
    hop->request_header_count = count;
    return 0;
}

static int add_answer(struct haul__result *result, struct haul_hop *hop)
{
    const struct haul_result *public = &result->public;
    if (public->header_count == 0)
        return 0;
    struct haul_header *fields = haul__result_allocate(result, public->header_count * sizeof(*fields));
    if (!fields)
        return -ENOMEM;
    for (size_t i = 0; i < public->header_count; i++) {
        const struct haul_header *field = &public->headers[i];
        fields[i].name = field->name;
        fields[i].value = keep_value(result, field->name, strlen(field->name), field->value, strlen(field->value));
        if (!fields[i].value)
            return -ENOMEM;
    }
    hop->headers = fields;
    hop->header_count = public->header_count;
    return 0;
}

int haul__history_add(struct haul__result *result, const struct haul_hop *hop, const char *sent, size_t size)
{
    struct haul_result *public = &result->public;
    struct haul_hop *hops = haul__reallocate(result->hops, (public->hop_count + 1) * sizeof(*hops));
    if (!hops)
        return -ENOMEM;
    result->hops = hops;
    public->hops = hops;
    struct haul_hop *added = &hops[public->hop_count];
    *added = *hop;
    int code = add_request(result, added, sent, size);
    if (code == 0)
        code = add_answer(result, added);
    if (code == 0)
        result->public.hop_count++;
    return code;
}
