#include "net/addresses.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

struct haul__addresses *haul__addresses_create(const char *text, size_t size)
{
    struct haul__addresses *addresses = haul__allocate(sizeof(*addresses) + size + 1);
    if (!addresses)
        return NULL;
    *addresses = (struct haul__addresses){.users = 1, .size = size};
    memcpy(addresses->text, text, size);
    addresses->text[size] = '\0';
    return addresses;
}

bool haul__addresses_have(const struct haul__addresses *addresses, bool is_v6)
{
    for (const char *at = addresses->text; *at != '\0'; at += *at == ',' ? 1 : 0) {
        if ((*at == '[') == is_v6)
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

struct haul__addresses *haul__addresses_write(const struct haul__address *addresses, size_t count)
{
    char text[HAUL__MOST_ADDRESSES * (INET6_ADDRSTRLEN + sizeof(",[]"))];
    size_t size = 0;
    assert(count <= HAUL__MOST_ADDRESSES);
    for (size_t i = 0; i < count; i++) {
        const struct haul__address *address = &addresses[i];
        if (i > 0)
            text[size++] = ',';
        if (address->is_v6)
            text[size++] = '[';
        inet_ntop(address->is_v6 ? AF_INET6 : AF_INET, address->bytes, text + size, INET6_ADDRSTRLEN);
        size += strlen(text + size);
        if (address->is_v6)
            text[size++] = ']';
    }
    return haul__addresses_create(text, size);
}

struct haul__addresses *haul__addresses_ref(struct haul__addresses *addresses)
{
    addresses->users++;
    return addresses;
}

void haul__addresses_unref(struct haul__addresses *addresses)
{
    if (addresses && --addresses->users == 0)
        haul__free(addresses);
}
