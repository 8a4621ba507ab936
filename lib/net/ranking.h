/* The order in which the addresses of a name are tried: RFC 6724, section 6, but for the rule that prefers the longest
 * prefix in common with the source, which would undo the turns that name servers take. */
#ifndef NET_RANKING_H
#define NET_RANKING_H

#include "net/addresses.h"

/* Writes into *RET_SOURCE the address that this machine has on the way to DESTINATION; false: there is no way. */
typedef bool haul__source_fn(const struct haul__address *destination, struct haul__address *ret_source);

/* Puts the first to be tried first. Those of one rank stay as they are. */
void haul__rank_addresses(struct haul__address *addresses, size_t count, haul__source_fn *find_source);

/* A haul__source_fn that asks the kernel. Nothing is sent. */
bool haul__find_source(const struct haul__address *destination, struct haul__address *ret_source);

#endif
