/* URLs as people write them in lists, made into URLs that can be requested. */
#ifndef HAUL_URL_H
#define HAUL_URL_H

#include <haul/linkage.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

HAUL__BEGIN_C

/* A URL in its normal form (RFC 3986, 6.2.2). One allocation, never changed, one owner. */
struct haul_url;

enum haul_url_scheme { HAUL_URL_HTTP, HAUL_URL_HTTPS, HAUL_URL_SLEEP };

/* Reads LENGTH bytes of TEXT. What stands before the first ':' is a scheme, unless one to five digits follow and then
 * the end, '/', '?' or '#' (a port). Without a scheme it is https. Non-ASCII bytes and spaces inside path and query
 * are percent-encoded. `sleep:SECONDS` is a URL that only takes time.
 * HAUL_E_URL: no URL that haul fetches, and *RET_PROBLEM says why: one sentence, static. Refused are any scheme but
 * http, https and sleep; control characters; a host that is none; a port of 0 or past 65535; and without a scheme also
 * user information, and a host of digits, dots and hexadecimal that is not four decimal numbers. -ENOMEM. */
int haul_url_create(const char *text, size_t length, struct haul_url **ret_url, const char **ret_problem);

/* How texts are read where it is otherwise than above. All zero: it is not. */
struct haul_url_reading {
    bool implies_http; /* without a scheme it is http */
    bool keeps_dots;   /* "." and ".." stay in the path */
};

/* The same, READING as said. */
int haul_url_create_as(const struct haul_url_reading *reading, const char *text, size_t length,
                       struct haul_url **ret_url, const char **ret_problem);

/* The target of a redirect: REFERENCE, from a Location header, resolved against BASE (RFC 3986, 5.2). Only http and
 * https. Answers as haul_url_create. */
int haul_url_resolve(const struct haul_url *base, const char *reference, struct haul_url **ret_url,
                     const char **ret_problem);

struct haul_url *haul_url_copy(const struct haul_url *url); /* NULL: out of memory */
void haul_url_destroy(struct haul_url *url);                /* NULL is fine */

/* All of it, credentials included. Belongs to the URL, as all texts below. */
const char *haul_url_text(const struct haul_url *url);

/* For eyes and records: a password is replaced by "***", or, where there is none, the user name, which may be a token.
 */
const char *haul_url_masked(const struct haul_url *url);

enum haul_url_scheme haul_url_scheme(const struct haul_url *url);

/* Scheme, host and port: "https://example.com:443". What host limits go by. "sleep:" for a sleep. */
const char *haul_url_origin(const struct haul_url *url);

/* How long a sleep takes, in nanoseconds; 0 for others. */
int64_t haul_url_sleep(const struct haul_url *url);

/* TEXT with what haul_url_masked replaces, if it looks like a URL that has such, replaced: for messages about text that
 * is no URL. Writes at most SIZE bytes with the NUL. */
void haul_url_mask(const char *text, size_t length, char *buffer, size_t size);

HAUL__END_C

#endif
