#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/special.h"

#include <arpa/inet.h>
#include <string.h>

static const char *kind_of(const char *text)
{
    struct haul__address address = {.is_v6 = strchr(text, ':') != NULL};
    assert_int_equal(inet_pton(address.is_v6 ? AF_INET6 : AF_INET, text, address.bytes), 1);
    return haul__special_kind(&address);
}

static void check(const char *text, const char *expected)
{
    const char *kind = kind_of(text);
    if ((kind == NULL) != (expected == NULL) || (kind && strcmp(kind, expected) != 0))
        fail_msg("%s is %s, not %s", text, kind ? kind : "public", expected ? expected : "public");
}

/* The first and the last address of a block, and what stands right before and behind it: NULL is a public one, "" that
 * there is none. */
static const struct {
    const char *kind;
    const char *first, *last;
    const char *before, *before_kind;
    const char *behind, *behind_kind;
} blocks[] = {
    {"unspecified", "0.0.0.0", "0.255.255.255", "", NULL, "1.0.0.0", NULL},
    {"private", "10.0.0.0", "10.255.255.255", "9.255.255.255", NULL, "11.0.0.0", NULL},
    {"shared behind carrier-grade NAT", "100.64.0.0", "100.127.255.255", "100.63.255.255", NULL, "100.128.0.0", NULL},
    {"loopback", "127.0.0.0", "127.255.255.255", "126.255.255.255", NULL, "128.0.0.0", NULL},
    {"link-local", "169.254.0.0", "169.254.255.255", "169.253.255.255", NULL, "169.255.0.0", NULL},
    {"private", "172.16.0.0", "172.31.255.255", "172.15.255.255", NULL, "172.32.0.0", NULL},
    {"reserved", "192.0.0.0", "192.0.0.255", "191.255.255.255", NULL, "192.0.1.0", NULL},
    {NULL, "192.0.0.9", "192.0.0.10", "192.0.0.8", "reserved", "192.0.0.11", "reserved"},
    {"for documentation", "192.0.2.0", "192.0.2.255", "192.0.1.255", NULL, "192.0.3.0", NULL},
    {"reserved", "192.88.99.0", "192.88.99.255", "192.88.98.255", NULL, "192.88.100.0", NULL},
    {"private", "192.168.0.0", "192.168.255.255", "192.167.255.255", NULL, "192.169.0.0", NULL},
    {"for benchmarks", "198.18.0.0", "198.19.255.255", "198.17.255.255", NULL, "198.20.0.0", NULL},
    {"for documentation", "198.51.100.0", "198.51.100.255", "198.51.99.255", NULL, "198.51.101.0", NULL},
    {"for documentation", "203.0.113.0", "203.0.113.255", "203.0.112.255", NULL, "203.0.114.0", NULL},
    {"multicast", "224.0.0.0", "239.255.255.255", "223.255.255.255", NULL, "240.0.0.0", "reserved"},
    {"reserved", "240.0.0.0", "255.255.255.255", "239.255.255.255", "multicast", "", NULL},

    {"unspecified", "::", "::", "", NULL, "::1", "loopback"},
    {"loopback", "::1", "::1", "::", "unspecified", "::2", "unspecified"},
    {"reserved", "::1:0:0:0:0", "::fffe:ffff:ffff:ffff", "::ffff:ffff:ffff", "reserved", "::ffff:0:0:0:0", "reserved"},
    {"reserved", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "", NULL,
     "64:ff9b::808:808", NULL},
    {"reserved", "64:ff9b::1:0:0", "64:ff9b::ffff:ffff:ffff:ffff", "64:ff9b::dfff:ffff", NULL,
     "64:ff9b:1::", "reserved"},
    {"reserved", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "", NULL, "64:ff9b:2::", "reserved"},
    {"reserved", "100::", "100::ffff:ffff:ffff:ffff", "ff:ffff::", "reserved", "100:0:0:1::", "reserved"},
    {"reserved", "400::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", NULL, "2000::", NULL},
    {"reserved", "2001:1::", "2001:1::", "", NULL, "2001:1::1", NULL},
    {NULL, "2001:1::1", "2001:1::3", "2001:1::", "reserved", "2001:1::4", "reserved"},
    {"for benchmarks", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "2001:1:ffff::", "reserved",
     "2001:2:1::", "reserved"},
    {NULL, "2001:3::", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", "2001:2:ffff::", "reserved", "2001:4::", "reserved"},
    {NULL, "2001:4:112::", "2001:4:112:ffff:ffff:ffff:ffff:ffff", "2001:4:111::", "reserved",
     "2001:4:113::", "reserved"},
    {"reserved", "2001:5::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "", NULL, "2001:20::", NULL},
    {NULL, "2001:20::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1f::", "reserved", "2001:40::", "reserved"},
    {"reserved", "2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "", NULL, "2001:200::", NULL},
    {"for documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::", NULL,
     "2001:db9::", NULL},
    {"for documentation", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff::", NULL, "3fff:1000::", NULL},
    {"reserved", "4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff::", NULL, "fc00::", "unique-local"},
    {"unique-local", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fbff::", "reserved", "fe00::", "reserved"},
    {"link-local", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe7f:ffff::", "reserved",
     "fec0::", "site-local"},
    {"site-local", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "febf::", "link-local", "ff00::", "multicast"},
    {"multicast", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "feff::", "site-local", "", NULL},
};

static void test_the_ends_of_every_block(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        check(blocks[i].first, blocks[i].kind);
        check(blocks[i].last, blocks[i].kind);
        if (*blocks[i].before)
            check(blocks[i].before, blocks[i].before_kind);
        if (*blocks[i].behind)
            check(blocks[i].behind, blocks[i].behind_kind);
    }
}

static void test_what_carries_an_address_of_the_other_family(void **state)
{
    static const char *const addresses[][2] = {
        {"::127.0.0.1", "loopback"},
        {"::8.8.8.8", NULL},
        {"::ffff:127.0.0.1", "loopback"},
        {"::ffff:10.1.2.3", "private"},
        {"::ffff:169.254.169.254", "link-local"},
        {"::ffff:8.8.8.8", NULL},
        {"::ffff:0:127.0.0.1", "loopback"},
        {"::ffff:0:8.8.8.8", NULL},
        {"64:ff9b::127.0.0.1", "loopback"},
        {"64:ff9b::a9fe:a9fe", "link-local"},
        {"64:ff9b::8.8.8.8", NULL},
        {"64:ff9b:1::8.8.8.8", "reserved"},
        {"2002:7f00:1::", "loopback"},
        {"2002:c0a8:101::1", "private"},
        {"2002:808:808::1", NULL},
        /* Teredo: the server's address, and the client's with all bits the other way round. */
        {"2001:0:808:808::f7f7:f7f7", NULL},
        {"2001:0:808:808::80ff:fffe", "loopback"},
        {"2001:0:7f00:1::f7f7:f7f7", "loopback"},
        {"2001:0:808:808::3f57:fefe", "private"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        check(addresses[i][0], addresses[i][1]);
}

static void test_public_ones(void **state)
{
    static const char *const addresses[] = {
        "1.1.1.1",         "8.8.8.8",         "93.184.216.34",     "192.31.196.1",    "192.52.193.1",
        "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "2620:4f:8000::1", "2001:4860:4860::8888"};
    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        check(addresses[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ends_of_every_block),
        cmocka_unit_test(test_what_carries_an_address_of_the_other_family),
        cmocka_unit_test(test_public_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
