#include "net/socket.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void haul__sockets_init(struct haul__sockets *sockets, struct haul__poll *poll, haul__watch_fn *event)
{
    *sockets = (struct haul__sockets){.poll = poll, .event = event};
}

void haul__sockets_finish(struct haul__sockets *sockets)
{
    for (size_t i = 0; i < sockets->size; i++) {
        if (!sockets->table[i])
            continue;
        haul__watch_destroy(sockets->table[i]->watch);
        haul__free(sockets->table[i]);
    }
    haul__free(sockets->table);
}

bool haul__can_open_descriptor(void)
{
    int descriptor = open("/", O_PATH | O_CLOEXEC);
    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0 || (errno != EMFILE && errno != ENFILE);
}

struct haul__socket *haul__sockets_find(const struct haul__sockets *sockets, int descriptor)
{
    return descriptor >= 0 && (size_t)descriptor < sockets->size ? sockets->table[descriptor] : NULL;
}

static int reserve(struct haul__sockets *sockets, size_t size)
{
    size_t wanted = sockets->size > 0 ? sockets->size : 64;
    while (wanted < size)
        wanted *= 2;
    if (wanted == sockets->size)
        return 0;
    struct haul__socket **table = haul__reallocate(sockets->table, wanted * sizeof(struct haul__socket *));
    if (!table)
        return -ENOMEM;
    memset(table + sockets->size, 0, (wanted - sockets->size) * sizeof(struct haul__socket *));
    sockets->table = table;
    sockets->size = wanted;
    return 0;
}

static int make(struct haul__sockets *sockets, int descriptor)
{
    int code = reserve(sockets, (size_t)descriptor + 1);
    if (code < 0 || sockets->table[descriptor])
        return code;
    struct haul__socket *socket = haul__allocate_zeroed(sizeof(*socket));
    if (!socket)
        return -ENOMEM;
    socket->descriptor = descriptor;
    code = haul__watch_create(sockets->poll, descriptor, sockets->event, socket, &socket->watch);
    if (code < 0) {
        haul__free(socket);
        return code;
    }
    sockets->table[descriptor] = socket;
    return 0;
}

int haul__sockets_add(struct haul__sockets *sockets, int descriptor, struct haul__shard *shard,
                      struct haul__socket **ret_socket)
{
    int code = make(sockets, descriptor);
    if (code < 0)
        return code;
    struct haul__socket *socket = sockets->table[descriptor];
    haul__socket_forget(socket);
    if (socket->shard == shard)
        haul__watch_set(socket->watch, socket->wanted);
    else
        socket->wanted = 0;
    socket->shard = shard;
    *ret_socket = socket;
    return 0;
}

void haul__socket_forget(struct haul__socket *socket)
{
    haul__watch_renew(socket->watch);
}
