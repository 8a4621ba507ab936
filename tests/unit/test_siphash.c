#include "run/siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The key 00 01 ... 0f of the paper by Aumasson and Bernstein, and what it gives for 00, 01, ... of so many bytes. */
static void gives_the_known_values(void **state)
{
    static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
    static const struct {
        size_t size;
        uint64_t hash;
    } cases[] = {
        {0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd},  {7, 0xab0200f58b01d137},
        {8, 0x93f5f5799a932462}, {15, 0xa129ca6149be45e5},
    };
    unsigned char bytes[16];
    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_true(siphash(&key, bytes, cases[i].size) == cases[i].hash);
}

static void the_key_matters(void **state)
{
    (void)state;
    assert_true(siphash(&(struct siphash_key){{1, 2}}, "a", 1) != siphash(&(struct siphash_key){{1, 3}}, "a", 1));
    assert_true(siphash(&(struct siphash_key){{1, 2}}, "a", 1) != siphash(&(struct siphash_key){{2, 2}}, "a", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_known_values),
        cmocka_unit_test(the_key_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
