#include "io/address.h"

#include <arpa/inet.h>
#include <haul/error.h>
#include <stdio.h>
#include <string.h>

/* Where the path begins in a Unix socket's address. */
#define PATH_AT offsetof(struct sockaddr_un, sun_path)

int haul__address_parse_ip(const char *text, uint16_t port, struct haul__address *ret_address)
{
    struct haul__address v4 = {.as.v4 = {.sin_family = AF_INET, .sin_port = htons(port)}, .size = sizeof(v4.as.v4)};
    struct haul__address v6 = {.as.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}, .size = sizeof(v6.as.v6)};
    if (inet_pton(AF_INET, text, &v4.as.v4.sin_addr) == 1)
        *ret_address = v4;
    else if (inet_pton(AF_INET6, text, &v6.as.v6.sin6_addr) == 1)
        *ret_address = v6;
    else
        return HAUL_E_INVALID;
    return 0;
}

int haul__address_parse_path(const char *path, struct haul__address *ret_address)
{
    struct haul__address address = {.as.path = {.sun_family = AF_UNIX}};
    size_t length = strlen(path);
    bool is_file = path[0] != '@';
    /* A path has its NUL; a name is as long as the address says, with a NUL in place of its '@'. */
    if (length < (is_file ? 1 : 2) || length + is_file > sizeof(address.as.path.sun_path))
        return HAUL_E_INVALID;
    memcpy(address.as.path.sun_path, path, length);
    if (!is_file)
        address.as.path.sun_path[0] = '\0';
    address.size = (socklen_t)(PATH_AT + length + is_file);
    *ret_address = address;
    return 0;
}

bool haul__address_is_file(const struct haul__address *address)
{
    return address->as.any.sa_family == AF_UNIX && address->size > PATH_AT && address->as.path.sun_path[0] != '\0';
}

uint16_t haul__address_port(const struct haul__address *address)
{
    switch (address->as.any.sa_family) {
    case AF_INET:
        return ntohs(address->as.v4.sin_port);
    case AF_INET6:
        return ntohs(address->as.v6.sin6_port);
    default:
        return 0;
    }
}

int haul__address_write(const struct haul__address *address, char *buffer, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "";
    int length = 0;
    /* The system counts a NUL behind a path that fills its room. */
    socklen_t path_end = address->size < sizeof(address->as.path) ? address->size : sizeof(address->as.path);
    switch (address->as.any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &address->as.v4.sin_addr, host, sizeof(host));
        length = snprintf(buffer, size, "%s:%u", host, (unsigned)haul__address_port(address));
        break;
    case AF_INET6:
        inet_ntop(AF_INET6, &address->as.v6.sin6_addr, host, sizeof(host));
        length = snprintf(buffer, size, "[%s]:%u", host, (unsigned)haul__address_port(address));
        break;
    default:
        if (haul__address_is_file(address))
            length = snprintf(buffer, size, "%.*s", (int)(path_end - PATH_AT), address->as.path.sun_path);
        else if (address->size > PATH_AT)
            length = snprintf(buffer, size, "@%.*s", (int)(path_end - PATH_AT - 1), address->as.path.sun_path + 1);
        else
            length = snprintf(buffer, size, "%s", "");
    }
    return (size_t)length < size ? 0 : HAUL_E_LIMIT;
}
