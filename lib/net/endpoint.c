#include "net/endpoint.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int port_of(const union address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

void haul__endpoint_set(struct haul__endpoint *endpoint, const char *ip, int port)
{
    size_t size = ip ? strnlen(ip, sizeof(endpoint->ip) - 1) : 0;
    if (size > 0)
        memcpy(endpoint->ip, ip, size);
    endpoint->ip[size] = '\0';
    endpoint->port = (unsigned)port;
}

void haul__endpoint_ask_peer(struct haul__endpoint *endpoint, int descriptor)
{
    union address peer = {0};
    socklen_t size = sizeof(peer);
    char ip[INET6_ADDRSTRLEN];
    if (descriptor < 0 || getpeername(descriptor, &peer.any, &size) < 0)
        return;
    const void *bytes =
        peer.any.sa_family == AF_INET6 ? (const void *)&peer.v6.sin6_addr : (const void *)&peer.v4.sin_addr;
    haul__endpoint_set(endpoint, inet_ntop(peer.any.sa_family, bytes, ip, sizeof(ip)), port_of(&peer));
}

bool haul__endpoint_is_local_port(int descriptor, int port)
{
    union address address = {0};
    socklen_t size = sizeof(address);
    return getsockname(descriptor, &address.any, &size) == 0 && port_of(&address) == port;
}
