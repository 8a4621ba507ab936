/* What a fetch sends, where it is more than a plain GET. */
#ifndef HAUL_REQUEST_H
#define HAUL_REQUEST_H

#include <haul/linkage.h>

#include <stdbool.h>
#include <stddef.h>

HAUL__BEGIN_C

/* All zero is a plain GET. It and all that it points to are borrowed by the fetches that are given it, which only read
 * it, so that many may have the same one at a time, on other threads too. Arrays of texts end with NULL.
 *
 * What is followed as a redirect is sent again by the rules of RFC 9110, 15.4: a 303 makes every method but HEAD a GET,
 * a 301 or 302 a POST, and the body stays behind with the fields that tell of it (Content-...); 307 and 308 change
 * nothing. `user`, `bearer`, `cookies`, the user information of the first URL, and fields named Authorization and
 * Cookie are credentials: they go to the first URL's origin (scheme, host and port) alone. A field named Host is for
 * that origin, too, and one named Proxy-Authorization for proxies alone. */
struct haul_request {
    const char *method;            /* NULL: POST where there is a body, otherwise GET */
    bool keeps_method;             /* redirects do not change it, but the body stays behind, as with curl's -X */
    const char *const *headers;    /* "Name: value"; "Name:" leaves out what libcurl would send, "Name;" has no value */
    const void *body;              /* NULL: none */
    size_t body_size;              /* in bytes */
    const char *user;              /* "name:password", for basic authentication */
    const char *bearer;            /* a token; before `user` */
    const char *cookies;           /* "name=value; other=value", besides what the client knows */
    const char *referer;           /* of all hops */
    bool refers_to_hop_before;     /* after a redirect the referer is the URL that led there */
    const char *range;             /* "0-99,200-", "-500" */
    bool ends_with_header;         /* the body is not wanted: only a rest below 16 kB is read, to keep the connection */
    bool is_trusting;              /* credentials follow redirects to any origin */
    const char *const *auth_hosts; /* who gets credentials at all, but those of a URL at its origin: "example.com",
                                    * or with a dot before it also all below; NULL: no such limit */
};

/* Whether it can be sent. HAUL_E_INVALID: its method is no token, a field has no name, or there is a line break where
 * none may be; *RET_PROBLEM, static, says which. A fetch of such a one fails, class local. */
int haul_request_check(const struct haul_request *request, const char **ret_problem);

HAUL__END_C

#endif
