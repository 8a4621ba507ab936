#include "net/refusal.h"

#include "net/result.h"
#include "net/special.h"
#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* curl's exit status where it could not connect, whatever the reason. */
enum { could_not_connect = 7 };

bool haul__refuses(struct haul__refusal *refusal, const struct haul__address *address)
{
    const char *kind = haul__special_kind(address);
    if (kind)
        *refusal = (struct haul__refusal){kind, *address};
    return kind != NULL;
}

bool haul__refuses_socket(struct haul__refusal *refusal, const struct sockaddr *address)
{
    struct haul__address target = {.is_v6 = address->sa_family == AF_INET6};
    if (target.is_v6)
        memcpy(target.bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    else if (address->sa_family == AF_INET)
        memcpy(target.bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    return haul__refuses(refusal, &target);
}

/* The host of ORIGIN, without the brackets of an address. */
static struct haul__text host_of(const char *origin)
{
    const char *host = strstr(origin, "://") + 3;
    const char *end = strrchr(host, ':');
    bool has_brackets = *host == '[';
    return (struct haul__text){host + has_brackets, (size_t)(end - host) - 2 * (size_t)has_brackets};
}

/* Whether HOST is this address itself, with a zone or without. */
static bool is_itself(struct haul__text host, const struct haul__address *address)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    const char *zone = memchr(host.at, '%', host.size);
    size_t size = zone ? (size_t)(zone - host.at) : host.size;
    if (size >= sizeof(text))
        return false;
    *(char *)mempcpy(text, host.at, size) = '\0';
    return inet_pton(address->is_v6 ? AF_INET6 : AF_INET, text, bytes) == 1 &&
           memcmp(bytes, address->bytes, address->is_v6 ? 16 : 4) == 0;
}

int haul__refusal_tell(const struct haul__refusal *refusal, const char *origin, struct haul__result *result)
{
    char message[512], ip[INET6_ADDRSTRLEN];
    struct haul__text host = host_of(origin);
    inet_ntop(refusal->address.is_v6 ? AF_INET6 : AF_INET, refusal->address.bytes, ip, sizeof(ip));
    if (is_itself(host, &refusal->address))
        snprintf(message, sizeof(message), "%s is %s; --no-private refuses it", ip, refusal->kind);
    else
        snprintf(message, sizeof(message), "%.*s has the address %s, which is %s; --no-private refuses it",
                 (int)host.size, host.at, ip, refusal->kind);
    return haul__result_fail(result, HAUL_CLASS_ADDRESS, could_not_connect, message);
}
