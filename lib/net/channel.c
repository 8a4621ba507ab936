#include "net/channel.h"

#include "base/memory.h"
#include "core/loop.h"

/* Newer versions have other names for some of what 1.18 has. */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <errno.h>
#include <haul/duration.h>
#include <haul/error.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* What c-ares is told. A datagram that is lost costs the first time; after the last try, each twice as patient as the
 * one before, 14 s have passed with one server. */
enum { first_patience_ms = 2000, tries = 3, queries_of_a_port = 100, largest_datagram = 1232 };

struct channel_socket {
    struct haul_list link;
    struct haul__channel *channel;
    struct haul__watch *watch;
    ares_socket_t descriptor;
};

/* What c-ares is given with a question. */
struct pending {
    struct haul__channel *channel;
    haul__reply_fn *fn;
    void *data;
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

static ares_socket_t open_socket(int family, int type, int protocol, void *data)
{
    (void)data;
    return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

static int close_socket(ares_socket_t descriptor, void *data)
{
    (void)data;
    return close(descriptor);
}

static int connect_socket(ares_socket_t descriptor, const struct sockaddr *address, ares_socklen_t size, void *data)
{
    (void)data;
    return connect(descriptor, address, size);
}

static ares_ssize_t receive(ares_socket_t descriptor, void *buffer, size_t size, int flags, struct sockaddr *address,
                            ares_socklen_t *address_size, void *data)
{
    (void)data;
    return recvfrom(descriptor, buffer, size, flags, address, address_size);
}

/* That a name server refused one question is told to who sends the next one, and only to them. c-ares would think that
 * it was the next that was refused, and wait for an answer to the first until its time is over. Sent again, that is
 * refused as well, and c-ares is told so where it looks for answers to both. */
static ares_ssize_t send_pieces(ares_socket_t descriptor, const struct iovec *pieces, int count, void *data)
{
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
    (void)data;
    ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == ECONNREFUSED)
        sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    return sent;
}

static const struct ares_socket_functions socket_functions = {
    .asocket = open_socket,
    .aclose = close_socket,
    .aconnect = connect_socket,
    .arecvfrom = receive,
    .asendv = send_pieces,
};

/* The one that looks into the hosts file, and has no sockets. */
static int open_hosts(struct haul__channel *channel)
{
    ares_channel ares;
    struct ares_options options = {.flags = ARES_FLAG_NOALIASES, .lookups = (char[]){"f"}};
    int status = ares_init_options(&ares, &options, ARES_OPT_FLAGS | ARES_OPT_LOOKUPS);
    if (status != ARES_SUCCESS)
        return code_of(status);
    channel->hosts = ares;
    return 0;
}

static int open_channel(struct haul__channel *channel, const char *servers)
{
    ares_channel ares;
    struct ares_options options = {
        .flags = ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH,
        .timeout = first_patience_ms,
        .tries = tries,
        .ednspsz = largest_datagram,
        .lookups = (char[]){"b"},
        .ndomains = 0,
        .sock_state_cb = watch_socket,
        .sock_state_cb_data = channel,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS |
               ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;
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
    ares_set_socket_functions(ares, &socket_functions, NULL);
    channel->ares = ares;
    return 0;
}

/* When resolv.conf was written; zero where there is none. */
static struct timespec settings_written(void)
{
    struct stat status;
    return stat(_PATH_RESCONF, &status) == 0 ? status.st_mtim : (struct timespec){0};
}

bool haul__channel_is_outdated(struct haul__channel *channel)
{
    int64_t now = haul_loop_now(channel->loop);
    if (now - channel->looked_at < HAUL_SECOND)
        return false;
    channel->looked_at = now;
    struct timespec written = settings_written();
    return written.tv_sec != channel->written.tv_sec || written.tv_nsec != channel->written.tv_nsec;
}

int haul__channel_create(struct haul_loop *loop, const char *servers, struct haul__channel **ret_channel)
{
    struct haul__channel *channel = haul__allocate_zeroed(sizeof(*channel));
    if (!channel)
        return -ENOMEM;
    haul__list_init(&channel->link);
    haul__list_init(&channel->sockets);
    channel->loop = loop;
    channel->deadline = HAUL_NEVER;
    channel->written = settings_written();
    channel->looked_at = haul_loop_now(loop);
    int code = haul__domains_init(&channel->domains);
    if (code == 0)
        code = open_channel(channel, servers);
    if (code == 0)
        code = open_hosts(channel);
    if (code != 0) {
        haul__channel_destroy(channel);
        return code;
    }
    *ret_channel = channel;
    return 0;
}

void haul__channel_destroy(struct haul__channel *channel)
{
    if (!channel)
        return;
    if (channel->ares)
        ares_destroy(channel->ares);
    if (channel->hosts)
        ares_destroy(channel->hosts);
    while (!haul__list_is_empty(&channel->sockets))
        drop_socket(haul__container(channel->sockets.next, struct channel_socket, link));
    haul__list_remove(&channel->link);
    haul__domains_finish(&channel->domains);
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

static void take_addresses(const struct ares_addrinfo *info, struct haul__reply *reply)
{
    int of_v4 = 0, of_v6 = 0;
    for (const struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next) {
        bool is_v6 = node->ai_family == AF_INET6;
        if ((is_v6 ? of_v6++ : of_v4++) >= HAUL__MOST_OF_A_FAMILY)
            continue;
        struct haul__address *address = &reply->addresses[reply->count++];
        *address = (struct haul__address){.is_v6 = is_v6};
        if (is_v6)
            memcpy(address->bytes, &((const struct sockaddr_in6 *)(const void *)node->ai_addr)->sin6_addr, 16);
        else
            memcpy(address->bytes, &((const struct sockaddr_in *)(const void *)node->ai_addr)->sin_addr, 4);
    }
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

/* Writes down what c-ares found, and frees INFO. */
static void read_answer(const struct haul__channel *channel, int status, struct ares_addrinfo *info,
                        struct haul__reply *ret_reply)
{
    ret_reply->error = error_of(status);
    ret_reply->code = 0;
    ret_reply->count = 0;
    if (status == ARES_SUCCESS && (!info || !info->nodes))
        ret_reply->error = HAUL__LOOKUP_NO_ADDRESS;
    if (status == ARES_ENOMEM || channel->error < 0) {
        ret_reply->error = HAUL__LOOKUP_ABANDONED;
        ret_reply->code = channel->error < 0 ? channel->error : -ENOMEM;
    }
    if (ret_reply->error == HAUL__LOOKUP_FOUND) {
        take_addresses(info, ret_reply);
        ret_reply->lifetime = lifetime_of(info);
    }
    if (info)
        ares_freeaddrinfo(info);
}

static void take_answer(void *data, int status, int timeouts, struct ares_addrinfo *info)
{
    struct pending pending = *(struct pending *)data;
    struct haul__reply reply;
    (void)timeouts;
    haul__free(data);
    read_answer(pending.channel, status, info, &reply);
    pending.fn(pending.data, &reply);
}

void haul__channel_ask(struct haul__channel *channel, const char *name, int family, haul__reply_fn *fn, void *data)
{
    struct ares_addrinfo_hints hints = {.ai_flags = ARES_AI_NOSORT, .ai_family = family, .ai_socktype = SOCK_STREAM};
    struct pending *pending = haul__allocate(sizeof(*pending));
    if (!pending) {
        fn(data, &(struct haul__reply){.error = HAUL__LOOKUP_ABANDONED, .code = -ENOMEM});
        return;
    }
    *pending = (struct pending){channel, fn, data};
    channel->is_changed = true;
    ares_getaddrinfo(channel->ares, name, NULL, &hints, take_answer, pending);
}

struct hosts_answer {
    const struct haul__channel *channel;
    struct haul__reply *reply;
};

static void take_hosts_answer(void *data, int status, int timeouts, struct ares_addrinfo *info)
{
    const struct hosts_answer *answer = data;
    (void)timeouts;
    read_answer(answer->channel, status, info, answer->reply);
}

void haul__channel_read_hosts(struct haul__channel *channel, const char *name, struct haul__reply *ret_reply)
{
    static const struct ares_addrinfo_hints hints = {.ai_flags = ARES_AI_NOSORT, .ai_socktype = SOCK_STREAM};
    struct hosts_answer answer = {channel, ret_reply};
    /* It answers at once. */
    ares_getaddrinfo(channel->hosts, name, NULL, &hints, take_hosts_answer, &answer);
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
