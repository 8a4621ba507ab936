/* A request as it was received. All slices point into the bytes it was parsed from. */
#ifndef ORIGIN_REQUEST_H
#define ORIGIN_REQUEST_H

#include "bytes.h"

struct request {
    struct slice method;
    struct slice path;  /* of an absolute target (as a proxy gets it), too; not decoded */
    struct slice query; /* without the '?' */
    struct slice head;  /* from the request line to the empty line, both included */
    size_t size;        /* of all of it, with its body */
    bool keep_alive;
};

/* A request of more bytes than this is refused. */
#define REQUEST_SIZE_MAX ((size_t)1 << 20)

enum request_state { REQUEST_COMPLETE, REQUEST_INCOMPLETE, REQUEST_BAD };

enum request_state request_parse(struct slice received, struct request *ret_request);

/* The value of the parameter NAME in the query, not decoded. Whether there is one. */
bool request_parameter(const struct request *request, const char *name, struct slice *ret_value);

/* The same as a number; FALLBACK where there is none. */
uint64_t request_number(const struct request *request, const char *name, uint64_t fallback);

/* Takes the next `name=value` off QUERY; without a '=' the value is empty. Whether there was one. */
bool query_next(struct slice *query, struct slice *ret_name, struct slice *ret_value);

#endif
