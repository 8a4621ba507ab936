#include "options/client_options.h"

#include "descriptor_limit.h"
#include "message.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/trust.h>

#include <errno.h>
#include <stdlib.h>

int client_trust_create(const struct options *options, struct haul_trust **ret_trust)
{
    const char *problem;
    int code = haul_trust_create(options->cacert, ret_trust, &problem);
    if (code == 0 || code == -ENOMEM)
        return code;
    message("--cacert %s: %s", options->cacert, problem);
    return HAUL_E_INVALID;
}

/* The first of two variables that is set to something. */
static const char *environment(const char *name, const char *other_name)
{
    const char *value = getenv(name);
    if ((!value || !*value) && other_name)
        value = getenv(other_name);
    return value && *value ? value : NULL;
}

/* As curl reads them: http_proxy in small letters only, since a web server hands a request's Proxy header to its CGI
 * programs as HTTP_PROXY. */
static void read_proxies(struct haul_client_options *client_options)
{
    const char *all = environment("all_proxy", "ALL_PROXY");
    const char *http = environment("http_proxy", NULL);
    const char *https = environment("https_proxy", "HTTPS_PROXY");
    client_options->http_proxy = http ? http : all;
    client_options->https_proxy = https ? https : all;
    client_options->no_proxy = environment("no_proxy", "NO_PROXY");
}

static void fill_connections(const struct connection_options *connections, struct haul_client_options *client_options)
{
    if (connections->proxy) {
        client_options->http_proxy = *connections->proxy ? connections->proxy : NULL;
        client_options->https_proxy = client_options->http_proxy;
    }
    if (connections->no_proxy)
        client_options->no_proxy = connections->no_proxy;
    client_options->compressed = connections->compressed;
    client_options->netrc = connections->netrc;
    client_options->no_http = connections->no_http;
    client_options->no_https = connections->no_https;
    client_options->http_version = connections->http_version;
    client_options->tls_version = connections->tls_version;
    client_options->ip_version = connections->ip_version;
    client_options->ciphers = connections->ciphers;
    client_options->certificate = connections->certificate;
    client_options->key = connections->key;
    client_options->key_password = connections->key_password;
    client_options->interface = connections->interface;
    client_options->unix_socket = connections->unix_socket;
}

void client_options_fill(const struct options *options, enum mode mode, struct haul_trust *trust,
                         struct haul_client_options *ret_client_options)
{
    haul_client_options_init(ret_client_options);
    ret_client_options->loops = options->loops;
    ret_client_options->concurrency = mode == MODE_SEQUENTIAL ? 1 : options->concurrency;
    ret_client_options->per_host = options->per_host;
    if (options->is_concurrency_auto && mode != MODE_SEQUENTIAL) {
        ret_client_options->adapt = true;
        ret_client_options->concurrency = descriptor_limit_share(options->concurrency);
    }
    ret_client_options->interval = options->interval;
    ret_client_options->host_interval = options->host_interval;
    ret_client_options->retries = (unsigned)options->retries;
    ret_client_options->retry_delay = options->retry_delay != HAUL_NEVER ? options->retry_delay : 0;
    ret_client_options->retry_max_time = options->retry_max_time;
    ret_client_options->retry_all_errors = options->retry_all_errors;
    ret_client_options->retry_budget = options->retry_budget;
    ret_client_options->connect_timeout = options->connect_timeout;
    ret_client_options->idle_timeout = options->idle_timeout;
    ret_client_options->max_time = options->max_time;
    ret_client_options->max_filesize = options->max_filesize;
    ret_client_options->no_private = options->no_private;
    ret_client_options->follow_redirects = options->location;
    ret_client_options->max_redirects = (unsigned)options->max_redirs;
    if (options->user_agent)
        ret_client_options->user_agent = options->user_agent;
    ret_client_options->insecure = options->insecure;
    ret_client_options->trust = trust;
    ret_client_options->system_resolver = options->system_resolver;
    ret_client_options->dns_servers = options->dns_servers;
    ret_client_options->resolve = options->resolve;
    ret_client_options->connect_to = options->connect_to;
    read_proxies(ret_client_options);
    fill_connections(&options->connections, ret_client_options);
}
