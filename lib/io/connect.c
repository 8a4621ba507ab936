#include "io/address.h"
#include "io/stream.h"

#include <errno.h>
#include <haul/error.h>
#include <netinet/tcp.h>
#include <unistd.h>

static struct haul_await fail(struct haul_task *task, int code)
{
    return haul__task_answer(task, code, (union haul_value){.pointer = NULL});
}

static int open_socket(sa_family_t family)
{
    const int on = 1;
    int descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    /* What is written goes out at once, as on a connection that a listener has accepted. */
    if (family != AF_UNIX)
        (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return descriptor;
}

static struct haul_await connect_to(struct haul_task *task, const struct haul__address *address)
{
    struct haul_stream *stream;
    int descriptor = open_socket(address->as.any.sa_family);
    if (descriptor < 0)
        return fail(task, descriptor);
    int code = haul__stream_create_for_socket(haul_task_loop(task), descriptor, &stream);
    if (code < 0) {
        close(descriptor);
        return fail(task, code);
    }
    if (connect(descriptor, &address->as.any, address->size) == 0)
        return haul__task_answer(task, 0, (union haul_value){.pointer = stream});
    if (errno == EINPROGRESS || errno == EINTR)
        return haul__stream_wait_connected(task, stream);
    code = -errno;
    haul_stream_destroy(stream);
    return fail(task, code);
}

struct haul_await haul_stream_connect(struct haul_task *task, const char *address, uint16_t port)
{
    struct haul__address parsed;
    int code = haul__address_parse_ip(address, port, &parsed);
    return code == 0 ? connect_to(task, &parsed) : fail(task, code);
}

struct haul_await haul_stream_connect_unix(struct haul_task *task, const char *path)
{
    struct haul__address parsed;
    int code = haul__address_parse_path(path, &parsed);
    return code == 0 ? connect_to(task, &parsed) : fail(task, code);
}
