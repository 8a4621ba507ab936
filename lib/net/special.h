/* Addresses that are not of the public internet: the special-purpose registries of IANA (RFC 6890) for IPv4 and IPv6.
 */
#ifndef NET_SPECIAL_H
#define NET_SPECIAL_H

#include "net/addresses.h"

/* What ADDRESS is, "loopback", "private", ...; static. NULL: it is a public one. One of IPv6 that carries one of
 * IPv4 is judged by that. */
const char *haul__special_kind(const struct haul__address *address);

#endif
