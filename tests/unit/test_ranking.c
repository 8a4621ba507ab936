#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/ranking.h"

#include <arpa/inet.h>

static struct haul__address address_of(const char *text)
{
    struct haul__address address = {.is_v6 = strchr(text, ':')};
    assert_int_equal(inet_pton(address.is_v6 ? AF_INET6 : AF_INET, text, address.bytes), 1);
    return address;
}

/* What this machine has: addresses of both families; NULL: no way. */
static const char *source_v4, *source_v6;

static bool find_source(const struct haul__address *destination, struct haul__address *ret_source)
{
    const char *source = destination->is_v6 ? source_v6 : source_v4;
    if (source)
        *ret_source = address_of(source);
    return source;
}

static void test_order(void **state)
{
    static const struct {
        const char *source_v4, *source_v6;
        const char *before[4];
        const char *after[4];
    } cases[] = {
        /* IPv6 comes first where it leads anywhere. */
        {"192.0.2.9", "2001:db8::9", {"198.51.100.1", "2001:db8::1"}, {"2001:db8::1", "198.51.100.1"}},
        {"192.0.2.9", NULL, {"2001:db8::1", "198.51.100.1"}, {"198.51.100.1", "2001:db8::1"}},
        {NULL, "2001:db8::9", {"198.51.100.1", "2001:db8::1"}, {"2001:db8::1", "198.51.100.1"}},
        {NULL, NULL, {"198.51.100.1", "2001:db8::1"}, {"198.51.100.1", "2001:db8::1"}},
        /* Not where there are but addresses of the link, or of the site. */
        {"192.0.2.9", "fe80::9", {"2001:db8::1", "198.51.100.1"}, {"198.51.100.1", "2001:db8::1"}},
        {"192.0.2.9", "fd00::9", {"2001:db8::1", "198.51.100.1"}, {"198.51.100.1", "2001:db8::1"}},
        {"192.0.2.9", "fd00::9", {"fd00::1", "198.51.100.1"}, {"198.51.100.1", "fd00::1"}},
        /* Nor from or to a tunnel. */
        {"192.0.2.9", "2002:c000:209::9", {"2001:db8::1", "198.51.100.1"}, {"198.51.100.1", "2001:db8::1"}},
        {"192.0.2.9", "2001::9", {"2001::1", "198.51.100.1"}, {"198.51.100.1", "2001::1"}},
        {"192.0.2.9", "2001:db8::9", {"2002:c000:201::1", "2001:db8::1"}, {"2001:db8::1", "2002:c000:201::1"}},
        /* Of one family, those whose source is of the same kind. */
        {"192.0.2.9", "2001:db8::9", {"fd00::1", "2001:db8::1"}, {"2001:db8::1", "fd00::1"}},
        {"127.0.0.1", "::1", {"127.0.0.1", "::1"}, {"::1", "127.0.0.1"}},
        {"192.0.2.9", "fe80::9", {"2001:db8::1", "fe80::1"}, {"fe80::1", "2001:db8::1"}},
        {"192.0.2.9", "fec0::9", {"2001:db8::1", "fec0::1"}, {"fec0::1", "2001:db8::1"}},
        {"192.0.2.9", NULL, {"169.254.0.1", "198.51.100.1"}, {"198.51.100.1", "169.254.0.1"}},
        /* Among equals the name servers have the word. */
        {"192.0.2.9",
         "2001:db8::9",
         {"198.51.100.3", "2001:db8:f::1", "198.51.100.1", "2001:db8::1"},
         {"2001:db8:f::1", "2001:db8::1", "198.51.100.3", "198.51.100.1"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct haul__address addresses[4];
        size_t count = 0;
        source_v4 = cases[i].source_v4;
        source_v6 = cases[i].source_v6;
        for (; count < 4 && cases[i].before[count]; count++)
            addresses[count] = address_of(cases[i].before[count]);
        haul__rank_addresses(addresses, count, find_source);
        for (size_t k = 0; k < count; k++) {
            struct haul__address expected = address_of(cases[i].after[k]);
            assert_memory_equal(&addresses[k], &expected, sizeof(expected));
        }
    }
}

static bool never(const struct haul__address *destination, struct haul__address *ret_source)
{
    (void)destination;
    (void)ret_source;
    fail();
    return false;
}

/* The kernel is not asked about the only one. */
static void test_one_needs_no_source(void **state)
{
    struct haul__address address = address_of("198.51.100.1");
    (void)state;
    haul__rank_addresses(&address, 1, never);
    haul__rank_addresses(&address, 0, never);
}

static void test_the_kernel_s_word(void **state)
{
    struct haul__address destination = address_of("127.0.0.9"), source;
    /* No network can be of this: connecting to it is refused. */
    struct haul__address nowhere = address_of("255.255.255.255");
    (void)state;
    assert_true(haul__find_source(&destination, &source));
    struct haul__address expected = address_of("127.0.0.1");
    assert_memory_equal(&source, &expected, sizeof(expected));
    assert_false(haul__find_source(&nowhere, &source));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_one_needs_no_source),
        cmocka_unit_test(test_the_kernel_s_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
