/* A request with more header fields than another one. */
#ifndef REQUEST_EXTENDED_H
#define REQUEST_EXTENDED_H

#include <haul/request.h>

#include <stddef.h>

struct extended_request {
    struct haul_request request;
    /* Private from here. */
    size_t count;
    const char *headers[]; /* those of the other one, the added ones, NULL; behind it the added texts */
};

/* Makes one of BASE, which outlives it, or of a plain GET (NULL), with copies of COUNT fields behind its own. NULL: out
 * of memory. Ends with free(). */
struct extended_request *extended_request_create(const struct haul_request *base, const char *const *headers,
                                                 size_t count);

#endif
