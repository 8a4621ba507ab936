/* What a name resolved to, in the words in which libcurl is told: "192.0.2.1,[2001:db8::1]", the first to be tried
 * first. Never changed, and shared by those who use it. */
#ifndef NET_ADDRESSES_H
#define NET_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

struct haul__addresses {
    size_t users;
    size_t size;
    char text[];
};

/* With one user. NULL: out of memory. */
struct haul__addresses *haul__addresses_create(const char *text, size_t size);

/* Whether there are any of IPv6, or of IPv4. */
bool haul__addresses_have(const struct haul__addresses *addresses, bool is_v6);

/* One user more, who gets the same. */
struct haul__addresses *haul__addresses_ref(struct haul__addresses *addresses);

/* One user less; without any they are dropped. NULL is fine. */
void haul__addresses_unref(struct haul__addresses *addresses);

#endif
