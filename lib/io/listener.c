/* A listener's accept tries first and waits only on EAGAIN, like a stream's calls. Where the process or the system is
 * out of descriptors or memory for another connection, the listener stays readable all the time: it is then not
 * watched for a while, so that the wait does not spin, and tried again. The connections wait in the kernel meanwhile.
 */
#include "base/memory.h"
#include "io/address.h"
#include "io/stream.h"

#include <errno.h>
#include <haul/duration.h>
#include <haul/error.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHORTAGE_PAUSE (50 * HAUL_MILLISECOND)

struct haul_listener {
    struct haul_loop *loop;
    struct haul__watch *watch;
    struct haul_task *accepter; /* waits in haul_listener_accept, or NULL */
    struct haul_handle *pause;  /* ends the wait for a shortage to be over, or NULL */
    int descriptor;
    unsigned unwaited;
    struct haul__address address;
    dev_t device; /* of the file that it has made, with its inode; 0: none */
    ino_t inode;
};

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

/* Has the socket listen, and notes where. Negative errno. */
static int begin_to_listen(struct haul_listener *listener, int backlog)
{
    struct haul__address *address = &listener->address;
    if (bind(listener->descriptor, &address->as.any, address->size) < 0)
        return -errno;
    struct stat status;
    if (haul__address_is_file(address) && lstat(address->as.path.sun_path, &status) == 0) {
        listener->device = status.st_dev;
        listener->inode = status.st_ino;
    }
    if (listen(listener->descriptor, backlog) < 0)
        return -errno;
    address->size = sizeof(address->as);
    return getsockname(listener->descriptor, &address->as.any, &address->size) < 0 ? -errno : 0;
}

/* Removes the file that the listener has made, unless another has taken its place. */
static void remove_file(const struct haul_listener *listener)
{
    struct stat status;
    const char *path = listener->address.as.path.sun_path;
    if (listener->inode != 0 && lstat(path, &status) == 0 && status.st_dev == listener->device &&
        status.st_ino == listener->inode)
        (void)unlink(path);
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
    int code = haul__stream_create_for_socket(listener->loop, descriptor, &stream);
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

static int create(struct haul_loop *loop, const struct haul__address *address, int backlog,
                  struct haul_listener **ret_listener)
{
    struct haul_listener *listener = haul__allocate_zeroed(sizeof(*listener));
    if (!listener)
        return -ENOMEM;
    sa_family_t family = address->as.any.sa_family;
    listener->loop = loop;
    listener->address = *address;
    listener->descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int code = listener->descriptor < 0 ? -errno : 0;
    if (code == 0 && family != AF_UNIX)
        code = set_tcp_options(listener->descriptor, family);
    if (code == 0)
        code = begin_to_listen(listener, backlog);
    if (code == 0)
        code = haul__watch_create(loop->poll, listener->descriptor, on_event, listener, &listener->watch);
    if (code < 0) {
        haul_listener_destroy(listener);
        return code;
    }
    *ret_listener = listener;
    return 0;
}

int haul_listener_create(struct haul_loop *loop, const char *address, uint16_t port, int backlog,
                         struct haul_listener **ret_listener)
{
    struct haul__address parsed;
    int code = haul__address_parse_ip(address, port, &parsed);
    return code == 0 ? create(loop, &parsed, backlog, ret_listener) : code;
}

int haul_listener_create_unix(struct haul_loop *loop, const char *path, int backlog,
                              struct haul_listener **ret_listener)
{
    struct haul__address parsed;
    int code = haul__address_parse_path(path, &parsed);
    return code == 0 ? create(loop, &parsed, backlog, ret_listener) : code;
}

void haul_listener_destroy(struct haul_listener *listener)
{
    if (!listener)
        return;
    assert(!listener->accepter && "a listener is destroyed while a task waits on it");
    haul__watch_destroy(listener->watch);
    remove_file(listener);
    if (listener->descriptor >= 0)
        close(listener->descriptor);
    haul__free(listener);
}

uint16_t haul_listener_port(const struct haul_listener *listener)
{
    return haul__address_port(&listener->address);
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
