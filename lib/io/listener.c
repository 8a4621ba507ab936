/* A listener's accept tries first and waits only on EAGAIN, like a stream's calls. Where the process or the system is
 * out of descriptors or memory for another connection, the listener stays readable all the time: it is then not
 * watched for a while, so that the wait does not spin, and tried again. The connections wait in the kernel meanwhile.
 */
#include "io/stream.h"

#include "base/memory.h"
#include "core/task.h"

#include <arpa/inet.h>
#include <errno.h>
#include <haul/duration.h>
#include <haul/error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHORTAGE_PAUSE (50 * HAUL_MILLISECOND)

struct haul_listener {
    struct haul_loop *loop;
    struct haul__watch *watch;
    struct haul_task *accepter; /* waits in haul_listener_accept, or NULL */
    struct haul_handle *pause;  /* ends the wait for a shortage to be over, or NULL */
    int descriptor;
    unsigned unwaited;
    uint16_t port;
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* The address's size, 0 if TEXT is none. */
static socklen_t parse_address(const char *text, uint16_t port, union address *ret_address)
{
    union address address = {.v4 = {.sin_family = AF_INET, .sin_port = htons(port)}};
    if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
        *ret_address = address;
        return sizeof(address.v4);
    }
    address = (union address){.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}};
    if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1) {
        *ret_address = address;
        return sizeof(address.v6);
    }
    return 0;
}

/* Linux hands these options on to every connection that is accepted, which saves a call for each. */
static int set_tcp_options(int descriptor, sa_family_t family)
{
    const int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
        return -errno;
    if (family == AF_INET6 && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
        return -errno;
    return 0;
}

/* Opens a socket that listens on ADDRESS. Negative errno. */
static int open_tcp(const union address *address, socklen_t size, int backlog, int *ret_descriptor)
{
    int descriptor = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    int code = set_tcp_options(descriptor, address->any.sa_family);
    if (code == 0 && (bind(descriptor, &address->any, size) < 0 || listen(descriptor, backlog) < 0))
        code = -errno;
    if (code < 0) {
        close(descriptor);
        return code;
    }
    *ret_descriptor = descriptor;
    return 0;
}

static int port_of(int descriptor, uint16_t *ret_port)
{
    union address address = {0};
    socklen_t size = sizeof(address);
    if (getsockname(descriptor, &address.any, &size) < 0)
        return -errno;
    *ret_port = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    return 0;
}

/* A shortage is over when something else was closed or freed. */
static bool is_shortage(int code)
{
    return code == -EMFILE || code == -ENFILE || code == -ENOBUFS || code == -ENOMEM;
}

/* What accept(2) says of the one connection it would have given, not of the listener. */
static bool is_lost_connection(int code)
{
    switch (code) {
    case -EINTR:
    case -ECONNABORTED:
    case -EPROTO:
    case -ENOPROTOOPT:
    case -ENETDOWN:
    case -ENETUNREACH:
    case -EHOSTDOWN:
    case -EHOSTUNREACH:
    case -ENONET:
    case -EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}

/* Takes a connection that is there: its descriptor, -EAGAIN if none is, or another negative errno. */
static int accept_descriptor(const struct haul_listener *listener)
{
    int descriptor;
    do
        descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (descriptor < 0 && is_lost_connection(-errno));
    return descriptor < 0 ? -errno : descriptor;
}

/* Makes the stream of an accepted connection, which is closed where that fails. */
static int make_stream(const struct haul_listener *listener, int descriptor, union haul_value *ret_value)
{
    struct haul_stream *stream;
    int code = haul__stream_create(listener->loop, descriptor, &stream);
    if (code < 0)
        close(descriptor);
    else
        *ret_value = (union haul_value){.pointer = stream};
    return code;
}

static void end_wait(struct haul_listener *listener, int code, union haul_value value)
{
    struct haul_task *accepter = listener->accepter;
    listener->accepter = NULL;
    haul__watch_set(listener->watch, 0);
    haul__task_wake(accepter, code, value);
}

static void end_pause(void *data)
{
    struct haul_listener *listener = data;
    listener->pause = NULL;
    haul__watch_set(listener->watch, HAUL__READABLE);
}

/* Has the listener be tried again after a pause. */
static int begin_pause(struct haul_listener *listener)
{
    haul__watch_set(listener->watch, 0);
    return haul_loop_call_later(listener->loop, SHORTAGE_PAUSE, end_pause, listener, &listener->pause);
}

static void on_event(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    (void)events;
    struct haul_listener *listener = data;
    union haul_value value = {0};
    int descriptor = accept_descriptor(listener);
    int code = 0;
    if (descriptor == -EAGAIN)
        return;
    if (is_shortage(descriptor)) {
        code = begin_pause(listener);
        if (code == 0)
            return;
    } else if (descriptor < 0) {
        code = descriptor;
    } else {
        code = make_stream(listener, descriptor, &value);
    }
    end_wait(listener, code, value);
}

int haul_listener_create(struct haul_loop *loop, const char *address, uint16_t port, int backlog,
                         struct haul_listener **ret_listener)
{
    union address parsed;
    socklen_t size = parse_address(address, port, &parsed);
    if (size == 0)
        return HAUL_E_INVALID;
    struct haul_listener *listener = haul__allocate_zeroed(sizeof(*listener));
    if (!listener)
        return -ENOMEM;
    listener->loop = loop;
    int code = open_tcp(&parsed, size, backlog, &listener->descriptor);
    if (code < 0) {
        haul__free(listener);
        return code;
    }
    code = port_of(listener->descriptor, &listener->port);
    if (code == 0)
        code = haul__watch_create(loop->poll, listener->descriptor, on_event, listener, &listener->watch);
    if (code < 0) {
        haul_listener_destroy(listener);
        return code;
    }
    *ret_listener = listener;
    return 0;
}

void haul_listener_destroy(struct haul_listener *listener)
{
    if (!listener)
        return;
    assert(!listener->accepter && "a listener is destroyed while a task waits on it");
    haul__watch_destroy(listener->watch);
    close(listener->descriptor);
    haul__free(listener);
}

uint16_t haul_listener_port(const struct haul_listener *listener)
{
    return listener->port;
}

static void cancel_accept(struct haul_task *task)
{
    struct haul_listener *listener = haul__task_waited(task);
    if (listener->pause)
        haul_handle_cancel(listener->pause);
    listener->pause = NULL;
    end_wait(listener, HAUL_E_CANCELLED, (union haul_value){0});
}

static const struct haul__ready_kind accept_kind = {.cancel = cancel_accept};

struct haul_await haul_listener_accept(struct haul_task *task, struct haul_listener *listener)
{
    assert(!listener->accepter && "one task accepts from a listener");
    union haul_value value = {0};
    if (haul__may_try(&listener->unwaited)) {
        int descriptor = accept_descriptor(listener);
        if (descriptor >= 0) {
            int code = make_stream(listener, descriptor, &value);
            return haul__task_answer(task, code, value);
        }
        if (descriptor != -EAGAIN && !is_shortage(descriptor))
            return haul__task_answer(task, descriptor, value);
        listener->unwaited = 0;
    }
    /* A shortage comes back with the event, and begins its pause there. */
    haul__watch_set(listener->watch, HAUL__READABLE);
    listener->accepter = task;
    return haul__task_park(task, &accept_kind, listener);
}
