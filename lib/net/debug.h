/* What libcurl tells of what it does, line by line and without secrets. */
#ifndef NET_DEBUG_H
#define NET_DEBUG_H

#include <curl/curl.h>
#include <haul/client.h>

/* Has the handle tell the options' function. */
CURLcode haul__debug_apply(CURL *easy, const struct haul_client_options *options);

#endif
