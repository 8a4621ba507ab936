/* Refused: an address that is not to be connected to, since it is not of the public internet. */
#ifndef NET_REFUSAL_H
#define NET_REFUSAL_H

#include "net/addresses.h"

struct haul__result;
struct sockaddr;

struct haul__refusal {
    const char *kind; /* what the address is; NULL: nothing was refused */
    struct haul__address address;
};

/* Whether ADDRESS is refused; then *REFUSAL says so. */
bool haul__refuses(struct haul__refusal *refusal, const struct haul__address *address);

/* The same of where a socket is to be connected to: what is neither of IPv4 nor of IPv6 is refused. */
bool haul__refuses_socket(struct haul__refusal *refusal, const struct sockaddr *address);

/* Has RESULT fail for it, of class address; it is the address of the host in ORIGIN. -ENOMEM. */
int haul__refusal_tell(const struct haul__refusal *refusal, const char *origin, struct haul__result *result);

#endif
