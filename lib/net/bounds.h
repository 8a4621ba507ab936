/* How large an answer may be. Nothing here depends on the server's word, or on the version of libcurl: 7.88 bounds a
 * line of header only, and a body only by what its header promises. */
#ifndef NET_BOUNDS_H
#define NET_BOUNDS_H

#include "net/transfer.h"

/* SIZE bytes of header have come, a line: whether it may go on. Otherwise the transfer's failure says why not; so it
 * does where the header is whole and promises a body that is too large. */
bool haul__bounds_take_header(struct haul__transfer *transfer, size_t size);

/* SIZE bytes of body have come: how many of them are taken. If not all, the transfer's failure says why. */
size_t haul__bounds_take_body(struct haul__transfer *transfer, size_t size);

/* The size of the body that the header promises, once it is whole; -1: none. */
int64_t haul__promised_size(CURL *easy);

#endif
