/* How libcurl is told what the client's options say of connections and of all requests. */
#ifndef NET_SETTINGS_H
#define NET_SETTINGS_H

#include <curl/curl.h>
#include <haul/client.h>

/* For a new handle. */
CURLcode haul__settings_apply(CURL *easy, const struct haul_client_options *options);

/* HAUL_E_URL: the options refuse URL's scheme, and *RET_PROBLEM, static, says so. */
int haul__settings_check(const struct haul_client_options *options, const struct haul_url *url,
                         const char **ret_problem);

#endif
