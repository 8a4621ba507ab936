#include "net/ranking.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The policy table, the longest prefix first. */
struct policy {
    unsigned char prefix[16];
    unsigned bits;
    unsigned precedence;
    unsigned label;
};

static const struct policy policies[] = {
    {{[15] = 1}, 128, 50, 0},  {{[10] = 0xff, 0xff}, 96, 35, 4}, {{0}, 96, 1, 3},           {{0x20, 0x01}, 32, 5, 5},
    {{0x20, 0x02}, 16, 30, 2}, {{0x3f, 0xfe}, 16, 1, 12},        {{0xfe, 0xc0}, 10, 1, 11}, {{0xfc}, 7, 3, 13},
    {{0}, 0, 40, 1},
};

/* An IPv4 address as ::ffff:192.0.2.1. */
static struct in6_addr mapped(const struct haul__address *address)
{
    struct in6_addr mapped = {0};
    if (address->is_v6) {
        memcpy(&mapped, address->bytes, sizeof(mapped));
    } else {
        mapped.s6_addr[10] = mapped.s6_addr[11] = 0xff;
        memcpy(mapped.s6_addr + 12, address->bytes, 4);
    }
    return mapped;
}

static bool has_prefix(const struct in6_addr *address, const struct policy *policy)
{
    unsigned bytes = policy->bits / 8, rest = policy->bits % 8;
    if (memcmp(address->s6_addr, policy->prefix, bytes) != 0)
        return false;
    return rest == 0 || (address->s6_addr[bytes] ^ policy->prefix[bytes]) >> (8 - rest) == 0;
}

static const struct policy *policy_of(const struct in6_addr *address)
{
    const struct policy *policy = policies;
    while (!has_prefix(address, policy))
        policy++;
    return policy;
}

static unsigned scope_of(const struct in6_addr *address)
{
    enum { of_link = 2, of_site = 5, global = 14 };
    const uint8_t *bytes = address->s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(address))
        return bytes[12] == 127 || (bytes[12] == 169 && bytes[13] == 254) ? of_link : global;
    if (IN6_IS_ADDR_MULTICAST(address))
        return bytes[1] & 15;
    if (IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_LINKLOCAL(address))
        return of_link;
    return IN6_IS_ADDR_SITELOCAL(address) ? of_site : global;
}

/* The less, the better. */
static unsigned rank_of(const struct haul__address *address, haul__source_fn *find_source)
{
    struct haul__address source_address;
    if (!find_source(address, &source_address))
        return UINT32_MAX;
    struct in6_addr destination = mapped(address), source = mapped(&source_address);
    const struct policy *policy = policy_of(&destination);
    unsigned scope = scope_of(&destination);
    unsigned has_other_scope = scope != scope_of(&source);
    unsigned has_other_label = policy->label != policy_of(&source)->label;
    return has_other_scope << 17 | has_other_label << 16 | (255 - policy->precedence) << 8 | scope;
}

void haul__rank_addresses(struct haul__address *addresses, size_t count, haul__source_fn *find_source)
{
    unsigned ranks[HAUL__MOST_ADDRESSES];
    assert(count <= HAUL__MOST_ADDRESSES);
    for (size_t i = 0; count > 1 && i < count; i++) {
        struct haul__address address = addresses[i];
        unsigned rank = rank_of(&address, find_source);
        size_t place = i;
        for (; place > 0 && ranks[place - 1] > rank; place--) {
            ranks[place] = ranks[place - 1];
            addresses[place] = addresses[place - 1];
        }
        ranks[place] = rank;
        addresses[place] = address;
    }
}

static socklen_t write_address(const struct haul__address *address, struct sockaddr_storage *ret_address)
{
    /* Some port there has to be. */
    static const uint16_t port = 53;
    *ret_address = (struct sockaddr_storage){.ss_family = address->is_v6 ? AF_INET6 : AF_INET};
    if (address->is_v6) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;
        v6->sin6_port = htons(port);
        memcpy(&v6->sin6_addr, address->bytes, sizeof(v6->sin6_addr));
        return sizeof(*v6);
    }
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;
    v4->sin_port = htons(port);
    memcpy(&v4->sin_addr, address->bytes, sizeof(v4->sin_addr));
    return sizeof(*v4);
}

static void read_address(const struct sockaddr_storage *address, struct haul__address *ret_address)
{
    *ret_address = (struct haul__address){.is_v6 = address->ss_family == AF_INET6};
    if (ret_address->is_v6)
        memcpy(ret_address->bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, sizeof(struct in6_addr));
    else
        memcpy(ret_address->bytes, &((const struct sockaddr_in *)address)->sin_addr, sizeof(struct in_addr));
}

bool haul__find_source(const struct haul__address *destination, struct haul__address *ret_source)
{
    struct sockaddr_storage address;
    socklen_t size = write_address(destination, &address);
    int descriptor = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    bool is_found = connect(descriptor, (const struct sockaddr *)&address, size) == 0;
    size = sizeof(address);
    is_found = is_found && getsockname(descriptor, (struct sockaddr *)&address, &size) == 0;
    close(descriptor);
    if (is_found)
        read_address(&address, ret_source);
    return is_found;
}
