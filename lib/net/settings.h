/* How libcurl is told what the client's options say of connections and of all requests. */
#ifndef NET_SETTINGS_H
#define NET_SETTINGS_H

#include <curl/curl.h>
#include <haul/client.h>

/* For a new handle. */
CURLcode haul__settings_apply(CURL *easy, const struct haul_client_options *options);

/* Why URL is not fetched, being of a scheme that the options refuse: static; NULL: it is. */
const char *haul__settings_refusal(const struct haul_client_options *options, const struct haul_url *url);

#endif
