#include "request/extended.h"

#include <stdlib.h>
#include <string.h>

struct extended_request *extended_request_create(const struct haul_request *base, const char *const *headers,
                                                 size_t count)
{
    size_t base_count = 0;
    size_t text_size = 0;
    while (base && base->headers && base->headers[base_count])
        base_count++;
    for (size_t i = 0; i < count; i++)
        text_size += strlen(headers[i]) + 1;
    struct extended_request *extended;
    size_t pointers = base_count + count + 1;
    extended = calloc(1, sizeof(*extended) + pointers * sizeof(extended->headers[0]) + text_size);
    if (!extended)
        return NULL;
    if (base)
        extended->request = *base;
    char *text = (char *)&extended->headers[pointers];
    for (size_t i = 0; i < base_count; i++)
        extended->headers[i] = base->headers[i];
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(headers[i]) + 1;
        extended->headers[base_count + i] = memcpy(text, headers[i], size);
        text += size;
    }
    extended->count = base_count + count;
    extended->request.headers = extended->headers;
    return extended;
}
