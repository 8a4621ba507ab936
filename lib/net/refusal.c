#include "net/refusal.h"

#include "net/result.h"
#include "net/special.h"

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

int haul__refusal_tell(const struct haul__refusal *refusal, const char *origin, struct haul__result *result)
{
    char message[512], ip[INET6_ADDRSTRLEN];
    const char *host = strstr(origin, "://") + 3;
    size_t size = (size_t)(strrchr(host, ':') - host);
    inet_ntop(refusal->address.is_v6 ? AF_INET6 : AF_INET, refusal->address.bytes, ip, sizeof(ip));
    if (size > 2 && *host == '[') {
        host++;
        size -= 2;
    }
    if (strlen(ip) == size && memcmp(ip, host, size) == 0)
        snprintf(message, sizeof(message), "%s is %s; --no-private refuses it", ip, refusal->kind);
    else
        snprintf(message, sizeof(message), "%.*s has the address %s, which is %s; --no-private refuses it", (int)size,
                 host, ip, refusal->kind);
    return haul__result_fail(result, HAUL_CLASS_ADDRESS, could_not_connect, message);
}
