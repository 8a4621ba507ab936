/* What the next hop of a fetch sends: its request, as the redirects so far have left it. */
#ifndef NET_OUTGOING_H
#define NET_OUTGOING_H

#include <haul/request.h>
#include <haul/url.h>

struct haul__outgoing {
    const struct haul_request *request; /* NULL: a plain GET */
    const struct haul_url *first;       /* of the first hop */
    const char *method;
    char *referer;    /* the hop before, where it is told; or NULL */
    bool has_body;    /* it is still sent */
    bool is_followed; /* a redirect led here */
    bool is_at_home;  /* the hop is to the origin of the first one */
};

/* A fetch of URL begins, which outlives it. REQUEST may be NULL. */
void haul__outgoing_begin(struct haul__outgoing *outgoing, const struct haul_request *request,
                          const struct haul_url *url);
void haul__outgoing_finish(struct haul__outgoing *outgoing);

/* An answer with STATUS leads on from FROM to *TARGET, which is replaced by the same with the user information that is
 * to be sent there. -ENOMEM. */
int haul__outgoing_follow(struct haul__outgoing *outgoing, int status, const struct haul_url *from,
                          struct haul_url **target);

/* Whether the hop may have what makes its origin trust the sender. */
bool haul__outgoing_is_trusted(const struct haul__outgoing *outgoing);

/* The same of what is given with the request, which is narrowed to some hosts: whether that of URL is one. */
bool haul__outgoing_is_authorized(const struct haul__outgoing *outgoing, const struct haul_url *url);

/* Whether FIELD, "Name: value", is sent with the hop; IS_AUTHORIZED is what the function above says. */
bool haul__outgoing_has_field(const struct haul__outgoing *outgoing, const char *field, bool is_authorized);

/* Whether FIELD is for a proxy alone. */
bool haul__outgoing_is_for_proxy(const char *field);

/* Whether it does no harm that the request arrives twice (RFC 9110, 9.2.2). */
bool haul__outgoing_is_idempotent(const struct haul__outgoing *outgoing);

#endif
