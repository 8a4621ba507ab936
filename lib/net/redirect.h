/* Redirects: which answers are followed, and where to. */
#ifndef NET_REDIRECT_H
#define NET_REDIRECT_H

#include <haul/url.h>

#include <stdbool.h>

/* Whether STATUS, with a Location, sends a GET elsewhere (RFC 9110, 15.4). Of the others 300 leaves the choice to a
 * person, 305 names a proxy, and 304 says that what one has is still good. */
static inline bool haul__is_redirect(int status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

/* The URL to go on with from FROM, where the answer's Location is LOCATION; it inherits FROM's fragment where it has
 * none (RFC 9110, 10.2.2). Answers as haul_url_resolve. */
int haul__redirect_target(const struct haul_url *from, const char *location, struct haul_url **ret_url,
                          const char **ret_problem);

#endif
