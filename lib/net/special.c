#include "net/special.h"

#include <string.h>

/* A block of addresses, those within others before these. */
struct block {
    unsigned char prefix[16];
    unsigned char bits;
    const char *kind; /* NULL: public, within one that is not */
};

static const char private_use[] = "private";
static const char loopback[] = "loopback";
static const char link_local[] = "link-local";
static const char documentation[] = "for documentation";
static const char benchmarking[] = "for benchmarks";
static const char multicast[] = "multicast";
static const char reserved[] = "reserved";
static const char unspecified[] = "unspecified";

static const struct block blocks_v4[] = {
    {{192, 0, 0, 9}, 32, NULL},
    {{192, 0, 0, 10}, 32, NULL},
    {{0}, 8, unspecified},
    {{10}, 8, private_use},
    {{100, 64}, 10, "shared behind carrier-grade NAT"},
    {{127}, 8, loopback},
    {{169, 254}, 16, link_local},
    {{172, 16}, 12, private_use},
    {{192, 0, 0}, 24, reserved},
    {{192, 0, 2}, 24, documentation},
    {{192, 88, 99}, 24, reserved},
    {{192, 168}, 16, private_use},
    {{198, 18}, 15, benchmarking},
    {{198, 51, 100}, 24, documentation},
    {{203, 0, 113}, 24, documentation},
    {{224}, 4, multicast},
    {{240}, 4, reserved},
};

/* Of what is not given out (outside of 2000::/3) nothing is public. 64:ff9b:1::/48 is each network's own, and may carry
 * an address anywhere (RFC 8215). */
static const struct block blocks_v6[] = {
    {{0}, 128, unspecified},
    {{[15] = 1}, 128, loopback},
    {{0x20, 0x01, 0x00, 0x01, [15] = 1}, 128, NULL},
    {{0x20, 0x01, 0x00, 0x01, [15] = 2}, 128, NULL},
    {{0x20, 0x01, 0x00, 0x01, [15] = 3}, 128, NULL},
    {{0x20, 0x01, 0x00, 0x03}, 32, NULL},
    {{0x20, 0x01, 0x00, 0x04, 0x01, 0x12}, 48, NULL},
    {{0x20, 0x01, 0x00, 0x20}, 28, NULL},
    {{0x20, 0x01, 0x00, 0x30}, 28, NULL},
    {{0x20, 0x01, 0x00, 0x02}, 48, benchmarking},
    {{0x20, 0x01}, 23, reserved},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, documentation},
    {{0x3f, 0xff}, 20, documentation},
    {{0x20}, 3, NULL},
    {{0xfc}, 7, "unique-local"},
    {{0xfe, 0x80}, 10, link_local},
    {{0xfe, 0xc0}, 10, "site-local"},
    {{0xff}, 8, multicast},
    {{0}, 0, reserved},
};

/* Blocks of IPv6 whose addresses carry one of IPv4. */
struct carrier {
    unsigned char prefix[16];
    unsigned char bits;
    unsigned char at;    /* where it stands */
    unsigned char flips; /* what each of its bytes is changed by */
};

static const struct carrier carriers[] = {
    {{0}, 96, 12, 0},                         /* IPv4-compatible (RFC 4291) */
    {{[10] = 0xff, 0xff}, 96, 12, 0},         /* IPv4-mapped (RFC 4291) */
    {{[8] = 0xff, 0xff}, 96, 12, 0},          /* IPv4-translated (RFC 2765) */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, 0},    /* NAT64 (RFC 6052) */
    {{0x20, 0x01, 0x00, 0x00}, 32, 4, 0},     /* Teredo's server (RFC 4380) */
    {{0x20, 0x01, 0x00, 0x00}, 32, 12, 0xff}, /* and its client */
    {{0x20, 0x02}, 16, 2, 0},                 /* 6to4 (RFC 3056) */
};

static bool is_within(const unsigned char *bytes, const unsigned char *prefix, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(bytes, prefix, whole) != 0)
        return false;
    unsigned mask = 0xff00U >> rest & 0xff;
    return rest == 0 || ((bytes[whole] ^ prefix[whole]) & mask) == 0;
}

static const char *kind_within(const struct block *blocks, size_t count, const unsigned char *bytes)
{
    for (size_t i = 0; i < count; i++)
        if (is_within(bytes, blocks[i].prefix, blocks[i].bits))
            return blocks[i].kind;
    return NULL;
}

static const char *kind_v4(const unsigned char *bytes)
{
    return kind_within(blocks_v4, sizeof(blocks_v4) / sizeof(blocks_v4[0]), bytes);
}

/* Whether BYTES carry any address of IPv4, and what the first is for that is not public. */
static bool carries(const unsigned char *bytes, const char **ret_kind)
{
    bool is_carrier = false;
    *ret_kind = NULL;
    for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]) && !*ret_kind; i++) {
        unsigned char carried[4];
        if (!is_within(bytes, carriers[i].prefix, carriers[i].bits))
            continue;
        is_carrier = true;
        for (size_t at = 0; at < sizeof(carried); at++)
            carried[at] = bytes[carriers[i].at + at] ^ carriers[i].flips;
        *ret_kind = kind_v4(carried);
    }
    return is_carrier;
}

static bool is_one_of_v6_alone(const unsigned char *bytes)
{
    static const unsigned char none[15];
    return memcmp(bytes, none, sizeof(none)) == 0 && bytes[15] <= 1;
}

const char *haul__special_kind(const struct haul__address *address)
{
    const char *kind;
    if (!address->is_v6)
        return kind_v4(address->bytes);
    if (!is_one_of_v6_alone(address->bytes) && carries(address->bytes, &kind))
        return kind;
    return kind_within(blocks_v6, sizeof(blocks_v6) / sizeof(blocks_v6[0]), address->bytes);
}
