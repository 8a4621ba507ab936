/* What libcurl tells of what it does: line by line and without secrets for who wants to look on, and for the history of
 * a result the header that is sent. */
#ifndef NET_DEBUG_H
#define NET_DEBUG_H

#include <curl/curl.h>

struct haul__transfer;

/* Has the handle tell TRANSFER, whose it is. */
CURLcode haul__debug_apply(CURL *easy, struct haul__transfer *transfer);

#endif
