/* The addresses of a name: as they are found, and in the words in which libcurl is told. */
#ifndef NET_ADDRESSES_H
#define NET_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

/* More addresses of a family than that are not told to libcurl, which would try them one after another. */
enum { HAUL__MOST_OF_A_FAMILY = 16, HAUL__MOST_ADDRESSES = 2 * HAUL__MOST_OF_A_FAMILY };

struct haul__address {
    bool is_v6;
    unsigned char bytes[16]; /* in the order of the network; of IPv4 the first four */
};

/* "192.0.2.1,[2001:db8::1]", the first to be tried first. Never changed, and shared by those who use it. */
struct haul__addresses {
    size_t users;
    size_t size;
    char text[];
};

/* With one user. NULL: out of memory. */
struct haul__addresses *haul__addresses_create(const char *text, size_t size);

/* The same of COUNT addresses, at most HAUL__MOST_ADDRESSES. */
struct haul__addresses *haul__addresses_write(const struct haul__address *addresses, size_t count);

/* Whether there are any of IPv6, or of IPv4. */
bool haul__addresses_have(const struct haul__addresses *addresses, bool is_v6);

/* One user more, who gets the same. */
struct haul__addresses *haul__addresses_ref(struct haul__addresses *addresses);

/* One user less; without any they are dropped. NULL is fine. */
void haul__addresses_unref(struct haul__addresses *addresses);

#endif
