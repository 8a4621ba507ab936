#include "request/extended.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* NULL: out of memory. */
static const char **join(const struct haul_request *base, const char *const *fields, size_t count)
{
    size_t base_count = 0;
    size_t text_size = 0;
    while (base && base->headers && base->headers[base_count])
        base_count++;
    for (size_t i = 0; i < count; i++)
        text_size += strlen(fields[i]) + 1;
    size_t pointers = base_count + count + 1;
    const char **headers = malloc(pointers * sizeof(*headers) + text_size);
    if (!headers)
        return NULL;
    char *text = (char *)&headers[pointers];
    for (size_t i = 0; i < base_count; i++)
        headers[i] = base->headers[i];
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(fields[i]) + 1;
        headers[base_count + i] = memcpy(text, fields[i], size);
        text += size;
    }
    headers[base_count + count] = NULL;
    return headers;
}

int extended_request_set(struct extended_request **inout_extended, const struct haul_request *base,
                         const char *const *fields, size_t count)
{
    struct extended_request *extended = *inout_extended;
    const char **headers = join(base, fields, count);
    if (headers && !extended)
        extended = calloc(1, sizeof(*extended));
    if (!headers || !extended) {
        free(headers);
        return -ENOMEM;
    }
    free(extended->headers);
    *extended = (struct extended_request){.headers = headers};
    if (base)
        extended->request = *base;
    extended->request.headers = headers;
    *inout_extended = extended;
    return 0;
}

void extended_request_destroy(struct extended_request *extended)
{
    if (!extended)
        return;
    free(extended->headers);
    free(extended);
}
