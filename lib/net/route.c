#include "net/route.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct haul__text text_of(const char *at, size_t size)
{
    return (struct haul__text){at, size};
}

static bool is_same(struct haul__text a, struct haul__text b)
{
    return a.size == b.size && strncasecmp(a.at, b.at, a.size) == 0;
}

static struct haul__text without_dot(struct haul__text name)
{
    if (name.size > 0 && name.at[name.size - 1] == '.')
        name.size--;
    return name;
}

/* Whether NAME is DOMAIN, or below it. */
static bool is_within(struct haul__text name, struct haul__text domain)
{
    if (name.size <= domain.size)
        return is_same(name, domain);
    size_t rest = name.size - domain.size;
    return name.at[rest - 1] == '.' && is_same(text_of(name.at + rest, domain.size), domain);
}

static bool is_number(struct haul__text host)
{
    return host.size == 0 || host.at[0] == '[' || haul__is_address(host);
}

/* HOST[:PORT], an IPv6 address in brackets; without a port it stays as it is. */
static struct haul__text take_host(const char **at, const char *end, unsigned *port)
{
    const char *begin = *at;
    const char *stop = begin;
    if (stop < end && *stop == '[')
        while (stop < end && *stop != ']')
            stop++;
    while (stop < end && *stop != ':')
        stop++;
    *at = stop;
    if (stop < end && stop + 1 < end && stop[1] >= '0' && stop[1] <= '9') {
        char *behind;
        *port = (unsigned)strtoul(stop + 1, &behind, 10);
        *at = behind;
    }
    return text_of(begin, (size_t)(stop - begin));
}

/* The host of an entry of `resolve`, without its sign. */
static struct haul__text entry_host(const char *entry, unsigned *port)
{
    const char *at = entry + (*entry == '+' || *entry == '-');
    return take_host(&at, at + strlen(at), port);
}

bool haul__resolve_is_removed(const char *const *entry)
{
    unsigned port = 0;
    struct haul__text host = entry_host(*entry, &port);
    while (*++entry) {
        unsigned removed_port = 0;
        if (**entry == '-' && is_same(entry_host(*entry, &removed_port), host) && removed_port == port)
            return true;
    }
    return false;
}

/* Whether an entry of `resolve`, [+]HOST:PORT:ADDRESSES, is for HOST, or for all ("*"), and PORT. */
static bool has_entry(const char *const *entries, struct haul__text host, unsigned port)
{
    for (; entries && *entries; entries++) {
        unsigned its_port = 0;
        struct haul__text its_host = entry_host(*entries, &its_port);
        bool is_for_all = its_host.size == 1 && its_host.at[0] == '*';
        bool is_for_it = its_port == port && (is_for_all || is_same(its_host, host));
        if (is_for_it && **entries != '-' && !haul__resolve_is_removed(entries))
            return true;
    }
    return false;
}

/* Applies the first entry of `connect_to`, HOST1:PORT1:HOST2:PORT2, that is for it; an empty part is for all, or
 * changes nothing. */
static void redirect(const char *const *entries, struct haul__route *route)
{
    for (; entries && *entries; entries++) {
        const char *at = *entries, *end = at + strlen(at);
        unsigned from_port = 0, to_port = 0;
        struct haul__text from = take_host(&at, end, &from_port);
        /* An empty port leaves its colon. */
        at += from_port == 0 && at < end ? 1 : 0;
        at += at < end ? 1 : 0;
        struct haul__text to = take_host(&at, end, &to_port);
        if ((from.size > 0 && !is_same(from, route->host)) || (from_port > 0 && from_port != route->port))
            continue;
        if (to.size > 0)
            route->host = to;
        if (to_port > 0)
            route->port = to_port;
        return;
    }
}

enum exemption { PROXIED, EXEMPT, UNKNOWN };

/* Whether the hosts that go without a proxy, as libcurl reads them, have HOST among them. Networks are left to libcurl.
 */
static enum exemption exemption_of(const char *no_proxy, struct haul__text host)
{
    enum exemption exemption = PROXIED;
    if (!no_proxy)
        return PROXIED;
    if (strcmp(no_proxy, "*") == 0)
        return EXEMPT;
    struct haul__text name = without_dot(host);
    for (const char *at = no_proxy; *at != '\0';) {
        at += strspn(at, " \t,");
        struct haul__text token = text_of(at, strcspn(at, " \t,"));
        at += token.size;
        if (is_number(host) && (host.at[0] == '[' || memchr(token.at, '/', token.size)))
            exemption = UNKNOWN;
        if (token.size > 0 && token.at[0] == '.')
            token = text_of(token.at + 1, token.size - 1);
        token = without_dot(token);
        if (token.size > 0 && is_within(name, token))
            return EXEMPT;
    }
    return exemption;
}

/* [SCHEME://][USER@]HOST[:PORT][/...], with libcurl's ports. */
static void go_by_proxy(const char *proxy, struct haul__route *route)
{
    const char *at = strstr(proxy, "://");
    bool is_secure = at && strncasecmp(proxy, "https:", 6) == 0;
    at = at ? at + 3 : proxy;
    const char *end = at + strcspn(at, "/?#");
    const char *user_end = memrchr(at, '@', (size_t)(end - at));
    at = user_end ? user_end + 1 : at;
    route->port = is_secure ? 443 : 1080;
    route->host = take_host(&at, end, &route->port);
    route->is_proxy = true;
}

/* libcurl does not know it with a dot at the end. */
static bool is_localhost(struct haul__text host)
{
    static const char localhost[] = "localhost";
    return is_within(host, text_of(localhost, sizeof(localhost) - 1));
}

static const char *proxy_of(const struct haul_client_options *options, const char *origin)
{
    return strncmp(origin, "https:", 6) == 0 ? options->https_proxy : options->http_proxy;
}

bool haul__route_is_direct(const struct haul_client_options *options, const char *origin)
{
    const char *proxy = proxy_of(options, origin);
    const char *at = strstr(origin, "://") + 3;
    unsigned port = 0;
    return !proxy || *proxy == '\0' ||
           exemption_of(options->no_proxy, take_host(&at, at + strlen(at), &port)) == EXEMPT;
}

struct haul__route haul__route_find(const struct haul_client_options *options, const char *origin)
{
    bool is_secure = strncmp(origin, "https:", 6) == 0;
    const char *at = origin + (is_secure ? 8 : 7);
    struct haul__route route = {.port = 0};
    const char *proxy = proxy_of(options, origin);
    route.host = take_host(&at, origin + strlen(origin), &route.port);
    enum exemption exemption = proxy && *proxy ? exemption_of(options->no_proxy, route.host) : EXEMPT;
    if (exemption == EXEMPT)
        redirect(options->connect_to, &route);
    else if (exemption == PROXIED)
        go_by_proxy(proxy, &route);
    if (options->unix_socket || exemption == UNKNOWN || is_number(route.host) || is_localhost(route.host) ||
        has_entry(options->resolve, route.host, route.port))
        route.host.size = 0;
    return route;
}
