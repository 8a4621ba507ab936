#include "net/connections.h"

#include "base/memory.h"

#include <errno.h>
#include <string.h>

enum { ports = 65536, nobody = -1 };

int haul__connections_init(struct haul__connections *connections, const struct haul__sockets *sockets, bool is_wanted)
{
    *connections = (struct haul__connections){.sockets = sockets, .next = 1, .step = 1};
    if (!is_wanted)
        return 0;
    connections->descriptors = haul__allocate(ports * sizeof(*connections->descriptors));
    if (!connections->descriptors)
        return -ENOMEM;
    for (size_t i = 0; i < ports; i++)
        connections->descriptors[i] = nobody;
    return 0;
}

void haul__connections_finish(struct haul__connections *connections)
{
    haul__free(connections->descriptors);
    connections->descriptors = NULL;
}

/* Two connections may have one local port where they lead to different peers. FNV-1a. */
static uint32_t hash_peer(const char *ip, int port)
{
    uint32_t hash = UINT32_C(2166136261);
    for (; ip && *ip; ip++)
        hash = (hash ^ (unsigned char)*ip) * UINT32_C(16777619);
    return (hash ^ (uint32_t)port) * UINT32_C(16777619);
}

/* What is no IP connection has no port, and could be any of several. */
static bool is_known(const struct haul__connections *connections, int local_port)
{
    return connections->descriptors && local_port > 0 && local_port < ports;
}

void haul__connections_add(struct haul__connections *connections, struct haul__socket *socket, int local_port,
                           const char *remote_ip, int remote_port)
{
    if (!is_known(connections, local_port))
        return;
    haul__connections_remove(connections, socket);
    socket->number = connections->next;
    connections->next += connections->step;
    socket->local_port = local_port;
    socket->peer = hash_peer(remote_ip, remote_port);
    socket->next_of_port = connections->descriptors[local_port];
    connections->descriptors[local_port] = socket->descriptor;
}

void haul__connections_remove(struct haul__connections *connections, struct haul__socket *socket)
{
    if (socket->number == 0)
        return;
    int *at = &connections->descriptors[socket->local_port];
    while (*at != socket->descriptor)
        at = &haul__sockets_find(connections->sockets, *at)->next_of_port;
    *at = socket->next_of_port;
    socket->number = 0;
}

uint64_t haul__connections_find(const struct haul__connections *connections, int local_port, const char *remote_ip,
                                int remote_port)
{
    if (!is_known(connections, local_port))
        return 0;
    uint32_t peer = hash_peer(remote_ip, remote_port);
    int descriptor = connections->descriptors[local_port];
    while (descriptor != nobody) {
        const struct haul__socket *socket = haul__sockets_find(connections->sockets, descriptor);
        if (socket->peer == peer)
            return socket->number;
        descriptor = socket->next_of_port;
    }
    return 0;
}
