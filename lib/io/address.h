/* Addresses of sockets: IP addresses in numbers, and paths of Unix sockets. */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct haul__address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un path;
    } as;
    socklen_t size;
};

/* An IPv4 or IPv6 address in numbers, and a port. HAUL_E_INVALID: it is none. */
int haul__address_parse_ip(const char *text, uint16_t port, struct haul__address *ret_address);

/* The path of a Unix socket; after an '@' the name of one that is in no file system. HAUL_E_INVALID: it is empty or too
 * long. */
int haul__address_parse_path(const char *path, struct haul__address *ret_address);

/* Whether it is a Unix socket's that stands in the file system. */
bool haul__address_is_file(const struct haul__address *address);

/* The port, 0 where it has none. */
uint16_t haul__address_port(const struct haul__address *address);

/* Writes it as people do: "127.0.0.1:80", "[::1]:80", the path, or "" for a Unix socket without a name. HAUL_E_LIMIT:
 * it does not fit into SIZE bytes. */
int haul__address_write(const struct haul__address *address, char *buffer, size_t size);

#endif
