#include "siphash.h"

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

/* And with 128 bits, as the authors' vectors and OpenSSL have them. */
static void gives_the_known_values_of_128_bits(void **state)
{
    static const struct siphash_key key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
    static const struct {
        size_t size;
        struct siphash_words words;
    } cases[] = {
        {0, {0xe6a825ba047f81a3, 0x930255c71472f66d}},  {1, {0x44af996bd8c187da, 0x45fc229b11597634}},
        {7, {0x53c1dbd8beebf1a1, 0x3982f01fa64ab8c0}},  {8, {0x61f55862baa9623b, 0xb49714f364e2830f}},
        {15, {0x11a8b03399e99354, 0xd9c3cf970fec087e}},
    };
    unsigned char bytes[16];
    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct siphash_words words = siphash_128(&key, bytes, cases[i].size);
        assert_true(words.first == cases[i].words.first);
        assert_true(words.second == cases[i].words.second);
    }
}

static void a_key_is_made_anew(void **state)
{
    struct siphash_key keys[2] = {{{0}}};
    (void)state;
    assert_int_equal(siphash_make_key(&keys[0]), 0);
    assert_int_equal(siphash_make_key(&keys[1]), 0);
    assert_memory_not_equal(&keys[0], &keys[1], sizeof(keys[0]));
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
        cmocka_unit_test(gives_the_known_values_of_128_bits),
        cmocka_unit_test(the_key_matters),
        cmocka_unit_test(a_key_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
