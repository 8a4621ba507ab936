/* A request with more header fields than another one, and other ones later. */
#ifndef REQUEST_EXTENDED_H
#define REQUEST_EXTENDED_H

#include <haul/request.h>

#include <stddef.h>

struct extended_request {
    struct haul_request request;
    /* Private from here. */
    const char **headers; /* those of the other one, the added ones, NULL; behind it the added texts */
};

/* Makes one of BASE, which outlives it, or of a plain GET (NULL), with copies of COUNT fields behind its own; one that
 * is there already stays where it is and becomes that. -ENOMEM: nothing has changed. */
int extended_request_set(struct extended_request **inout_extended, const struct haul_request *base,
                         const char *const *fields, size_t count);

/* NULL is fine. */
void extended_request_destroy(struct extended_request *extended);

#endif
