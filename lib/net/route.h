/* Where the connection for a URL leads: to its host, to a proxy, or where connect-to says. */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include "net/url.h"

#include <haul/client.h>

struct haul__route {
    struct haul__text host; /* a name; size 0: there is none to be looked up */
    unsigned port;
    bool is_proxy;
};

/* The name that has to be looked up for URLs with ORIGIN, "http://example.com:80", if any: none for an address, for
 * localhost (which libcurl knows), for what `resolve` says, and where only libcurl can tell whether a proxy is used.
 * Its text is the origin's or the options'. */
struct haul__route haul__route_find(const struct haul_client_options *options, const char *origin);

/* Whether ENTRY of `resolve` is taken back by one behind it, "-HOST:PORT". */
bool haul__resolve_is_removed(const char *const *entry);

/* Whether the connection for URLs with ORIGIN surely leads to no proxy. */
bool haul__route_is_direct(const struct haul_client_options *options, const char *origin);

#endif
