/* The lookup of a hop's name, before libcurl gets the hop. */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include "net/fetcher.h"

/* Waits until it is known where the connection of TRANSFER can lead to, if that is a name's addresses and they are not
 * known; NEEDS_BOTH: those of both families. Where a connection is there to be used, addresses that were known once do.
 * Awaits 0; HAUL_E_CANCELLED;
 * HAUL_E_TIMEOUT, the time to connect being over; negative errno. *RET_QUESTION is set at once, to be given to
 * haul__lookup_end whatever came of it; NULL: there is nothing to be looked up. */
struct haul_await haul__lookup_begin(struct haul_task *task, struct haul__fetcher *fetcher,
                                     struct haul__transfer *transfer, bool needs_both,
                                     struct haul__question **ret_question);

/* It has ended with CODE, of a hop that was STARTED then: gives the transfer the addresses, or the result the time that
 * was spent. 0, and in *RET_FAILURE what has failed, of class none if nothing has; of class address, the transfer's
 * refusal says why. Otherwise CODE. */
int haul__lookup_end(struct haul__fetcher *fetcher, struct haul__transfer *transfer, struct haul__question *question,
                     int code, int64_t started, struct haul__failure *ret_failure);

#endif
