#include "net/channel.h"

#include "base/memory.h"
#include "core/loop.h"

/* Newer versions have other names for some of what 1.18 has. */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <haul/duration.h>
#include <haul/error.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/time.h>

/* What c-ares is told. A datagram that is lost costs the first time; after the last try, each twice as patient as the
 * one before, 14 s have passed with one server. */
enum { first_patience_ms = 2000, tries = 3, queries_of_a_port = 100, largest_datagram = 1232 };

/* More addresses of a family than that are not told to libcurl, which would try them one after another. */
enum { most_of_a_family = 16 };

struct channel_socket {
    struct haul_list link;
    struct haul__channel *channel;
    struct haul__watch *watch;
    ares_socket_t descriptor;
};

/* What c-ares is given with a question. */
struct pending {
    struct haul__channel *channel;
    void *question;
};

static void process(struct haul__channel *channel, ares_socket_t readable, ares_socket_t writable)
{
    channel->is_changed = true;
    ares_process_fd(channel->ares, readable, writable);
}

static void socket_event(struct haul__watch *watch, int events, void *data)
{
    const struct channel_socket *socket = data;
    (void)watch;
    process(socket->channel, events & HAUL__READABLE ? socket->descriptor : ARES_SOCKET_BAD,
            events & HAUL__WRITABLE ? socket->descriptor : ARES_SOCKET_BAD);
}

static struct channel_socket *find_socket(const struct haul__channel *channel, ares_socket_t descriptor)
{
    for (struct haul_list *link = channel->sockets.next; link != &channel->sockets; link = link->next) {
        struct channel_socket *socket = haul__container(link, struct channel_socket, link);
        if (socket->descriptor == descriptor)
            return socket;
    }
    return NULL;
}

static void drop_socket(struct channel_socket *socket)
{
    haul__list_remove(&socket->link);
    haul__watch_destroy(socket->watch);
    haul__free(socket);
}

static int add_socket(struct haul__channel *channel, ares_socket_t descriptor, struct channel_socket **ret_socket)
{
    struct channel_socket *socket = haul__allocate_zeroed(sizeof(*socket));
    if (!socket)
        return -ENOMEM;
    socket->channel = channel;
    socket->descriptor = descriptor;
    int code = haul__watch_create(channel->loop->poll, descriptor, socket_event, socket, &socket->watch);
    if (code < 0) {
        haul__free(socket);
        return code;
    }
    haul__list_append(&channel->sockets, &socket->link);
    *ret_socket = socket;
    return 0;
}

/* c-ares tells what it waits for; with neither, that it is about to close the socket. */
static void watch_socket(void *data, ares_socket_t descriptor, int readable, int writable)
{
    struct haul__channel *channel = data;
    struct channel_socket *socket = find_socket(channel, descriptor);
    if (!readable && !writable) {
        if (socket)
            drop_socket(socket);
        return;
    }
    int code = socket ? 0 : add_socket(channel, descriptor, &socket);
    if (code < 0) {
        channel->error = code;
        return;
    }
    haul__watch_set(socket->watch, (readable ? HAUL__READABLE : 0) | (writable ? HAUL__WRITABLE : 0));
}

static int code_of(int status)
{
    return status == ARES_ENOMEM ? -ENOMEM : HAUL_E_INVALID;
}

static int open_channel(struct haul__channel *channel, const char *servers)
{
    ares_channel ares;
    struct ares_options options = {
        .flags = ARES_FLAG_NOALIASES | ARES_FLAG_EDNS,
        .timeout = first_patience_ms,
        .tries = tries,
        .ednspsz = largest_datagram,
        .sock_state_cb = watch_socket,
        .sock_state_cb_data = channel,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB;
#if ARES_VERSION >= 0x011400
    /* An answer is harder to forge where the port that it has to come to is not always the same. */
    options.udp_max_queries = queries_of_a_port;
    mask |= ARES_OPT_UDP_MAX_QUERIES;
#endif
#if ARES_VERSION >= 0x011700
    /* haul keeps the answers itself. */
    options.qcache_max_ttl = 0;
    mask |= ARES_OPT_QUERY_CACHE;
#endif
    int status = ares_init_options(&ares, &options, mask);
    if (status != ARES_SUCCESS)
        return code_of(status);
    status = servers ? ares_set_servers_ports_csv(ares, servers) : ARES_SUCCESS;
    if (status != ARES_SUCCESS) {
        ares_destroy(ares);
        return code_of(status);
    }
    channel->ares = ares;
    return 0;
}

int haul__channel_create(struct haul_loop *loop, const char *servers, haul__finding_fn *fn,
                         struct haul__channel **ret_channel)
{
    struct haul__channel *channel = haul__allocate_zeroed(sizeof(*channel));
    if (!channel)
        return -ENOMEM;
    haul__list_init(&channel->link);
    haul__list_init(&channel->sockets);
    channel->loop = loop;
    channel->fn = fn;
    channel->deadline = HAUL_NEVER;
    int code = open_channel(channel, servers);
    if (code != 0) {
        haul__free(channel);
        return code;
    }
    *ret_channel = channel;
    return 0;
}

void haul__channel_destroy(struct haul__channel *channel)
{
    if (!channel)
        return;
    ares_destroy(channel->ares);
    while (!haul__list_is_empty(&channel->sockets))
        drop_socket(haul__container(channel->sockets.next, struct channel_socket, link));
    haul__list_remove(&channel->link);
    haul__free(channel);
}

static enum haul__lookup_error error_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return HAUL__LOOKUP_FOUND;
    case ARES_ENOTFOUND:
        return HAUL__LOOKUP_NO_NAME;
    case ARES_ENODATA:
        return HAUL__LOOKUP_NO_ADDRESS;
    case ARES_EBADNAME:
        return HAUL__LOOKUP_BAD_NAME;
    /* 1.18 gives the fourth for all of them. */
    case ARES_ESERVFAIL:
    case ARES_ENOTIMP:
    case ARES_EREFUSED:
    case ARES_ECONNREFUSED:
    case ARES_EFILE:
        return HAUL__LOOKUP_FAILED;
    case ARES_EFORMERR:
    case ARES_EBADRESP:
        return HAUL__LOOKUP_MALFORMED;
    case ARES_ETIMEOUT:
        return HAUL__LOOKUP_SILENT;
    case ARES_ENOMEM:
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
        return HAUL__LOOKUP_ABANDONED;
    default:
        return HAUL__LOOKUP_OTHER;
    }
}

/* "192.0.2.1" or "[2001:db8::1]", behind a comma where it is not the first. */
static size_t write_address(char *at, size_t room, const struct sockaddr *address, bool is_first)
{
    char ip[INET6_ADDRSTRLEN];
    bool is_v6 = address->sa_family == AF_INET6;
    const void *bytes = is_v6 ? (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr
                              : (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
    inet_ntop(address->sa_family, bytes, ip, sizeof(ip));
    return (size_t)snprintf(at, room, is_v6 ? "%s[%s]" : "%s%s", is_first ? "" : ",", ip);
}

static struct haul__addresses *make_addresses(const struct ares_addrinfo *info)
{
    char text[2 * most_of_a_family * (INET6_ADDRSTRLEN + 3)];
    size_t size = 0;
    int of_v4 = 0, of_v6 = 0;
    for (const struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next) {
        int *count = node->ai_family == AF_INET6 ? &of_v6 : &of_v4;
        if ((*count)++ < most_of_a_family)
            size += write_address(text + size, sizeof(text) - size, node->ai_addr, size == 0);
    }
    return haul__addresses_create(text, size);
}

/* The shortest of all records that lead there. */
static int64_t lifetime_of(const struct ares_addrinfo *info)
{
    int64_t seconds = INT32_MAX;
    for (const struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next)
        if (node->ai_ttl < seconds)
            seconds = node->ai_ttl;
    for (const struct ares_addrinfo_cname *cname = info->cnames; cname; cname = cname->next)
        if (cname->ttl < seconds)
            seconds = cname->ttl;
    return seconds * HAUL_SECOND;
}

static void take_answer(void *data, int status, int timeouts, struct ares_addrinfo *info)
{
    struct pending *pending = data;
    struct haul__channel *channel = pending->channel;
    void *question = pending->question;
    struct haul__finding finding = {.error = error_of(status)};
    (void)timeouts;
    haul__free(pending);
    if (status == ARES_SUCCESS && (!info || !info->nodes))
        finding.error = HAUL__LOOKUP_NO_ADDRESS;
    if (finding.error == HAUL__LOOKUP_FOUND) {
        finding.addresses = make_addresses(info);
        finding.lifetime = lifetime_of(info);
    }
    bool is_short = status == ARES_ENOMEM || (finding.error == HAUL__LOOKUP_FOUND && !finding.addresses);
    if (is_short || channel->error < 0)
        finding.error = HAUL__LOOKUP_ABANDONED;
    if (finding.error == HAUL__LOOKUP_ABANDONED) {
        haul__addresses_unref(finding.addresses);
        finding.addresses = NULL;
        finding.code = is_short ? -ENOMEM : channel->error;
    }
    if (info)
        ares_freeaddrinfo(info);
    channel->asked--;
    channel->fn(question, &finding);
}

void haul__channel_ask(struct haul__channel *channel, const char *name, void *question)
{
    static const struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct pending *pending = haul__allocate(sizeof(*pending));
    channel->asked++;
    if (!pending) {
        channel->asked--;
        channel->fn(question, &(struct haul__finding){.error = HAUL__LOOKUP_ABANDONED, .code = -ENOMEM});
        return;
    }
    *pending = (struct pending){channel, question};
    channel->is_changed = true;
    ares_getaddrinfo(channel->ares, name, NULL, &hints, take_answer, pending);
}

void haul__channel_cancel(struct haul__channel *channel)
{
    channel->is_changed = true;
    ares_cancel(channel->ares);
}

int64_t haul__channel_deadline(struct haul__channel *channel)
{
    if (!channel->is_changed)
        return channel->deadline;
    struct timeval left;
    channel->is_changed = false;
    channel->deadline = HAUL_NEVER;
    if (ares_timeout(channel->ares, NULL, &left)) {
        int64_t duration = left.tv_sec * HAUL_SECOND + left.tv_usec * HAUL_MICROSECOND;
        channel->deadline = haul_deadline(haul_loop_update_now(channel->loop), duration);
    }
    return channel->deadline;
}

void haul__channel_expire(struct haul__channel *channel)
{
    process(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

const char *haul__channel_library_version(void)
{
    return ares_version(NULL);
}
