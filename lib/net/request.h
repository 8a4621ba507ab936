/* How libcurl is told what a hop sends. */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include "net/outgoing.h"
#include "net/transfer.h"

/* Has the hop to URL, that TRANSFER was prepared for, send what OUTGOING says; what was set for an earlier one is taken
 * back. -ENOMEM. */
int haul__request_set(struct haul__transfer *transfer, const struct haul__outgoing *outgoing,
                      const struct haul_url *url);

/* The header of an answer has come to its end, and its body is not wanted: has the transfer end, unless so little is to
 * come that the connection is worth it. */
void haul__request_end_with_header(struct haul__transfer *transfer);

/* Whether the rest of such an answer is still so little. */
bool haul__request_takes_rest(struct haul__transfer *transfer);

#endif
