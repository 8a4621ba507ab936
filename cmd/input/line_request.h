/* What a JSON line asks for besides its URL and tag. Made once for a line, never changed, and shared by all records
 * that the line gives. */
#ifndef INPUT_LINE_REQUEST_H
#define INPUT_LINE_REQUEST_H

#include "files/digest.h"

#include <haul/request.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/* A field that the line does not have is NULL, or as said. Texts end with NUL and hold none. */
struct line_request {
    char *text;          /* the line as it was read, trimmed, any bytes; there in any case */
    size_t text_size;    /* in bytes */
    size_t url_at;       /* where its URL stands there, as JSON */
    size_t url_size;     /* 0: it has none */
    char *method;        /* a token */
    char **headers;      /* "Name: value", or "Name;" where the value is empty; ends with NULL */
    unsigned char *body; /* any bytes; may be empty */
    size_t body_size;    /* in bytes */
    char *output;        /* where the body goes */
    int64_t max_time;    /* nanoseconds, HAUL_NEVER for no limit; 0: not said */
    int retry;           /* -1: not said */

    char digest[DIGEST_ROOM]; /* of what is described; empty: that is nothing. Once that is completed */
    bool has_usual_method;    /* without one it would be the same; once that is completed */
    bool has_own;             /* it is sent otherwise than all others: as */
    struct haul_request sent; /* ... this, once that is completed */
    const char **sent_headers;
    unsigned references;
};

/* Makes one that says nothing, with a copy of the line, and one reference. NULL: out of memory. */
struct line_request *line_request_create(const char *text, size_t size);

/* Completes what is sent: COMMON, which is what the command line asks for and may be NULL, but for the method, the body
 * and those fields of the header that the line has itself. HAUL_E_INVALID: that cannot be sent, and *RET_PROBLEM,
 * static, says why; -ENOMEM. */
int line_request_complete(struct line_request *request, const struct haul_request *common, const char **ret_problem);

/* Appends what makes another request of the same URL: method, header, body and output. Nothing: it has none of them,
 * but for a method that it would have anyway. No two that differ have the same bytes. TEXT has `failed` set where
 * memory ran out. */
void line_request_describe(const struct line_request *request, struct text *text);

/* Whether the line has a header field of that name. */
bool line_request_has_field(const struct line_request *request, const char *name);

struct line_request *line_request_ref(struct line_request *request);
void line_request_unref(struct line_request *request); /* NULL is fine */

#endif
