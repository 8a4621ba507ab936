#include "output/utf8.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <string.h>

static const struct {
    const char *bytes;
    size_t size;
    size_t length; /* 0: invalid */
    uint32_t code_point;
} cases[] = {
    {"", 0, 0, 0},
    {"\0", 1, 1, 0},
    {"A", 1, 1, 'A'},
    {"\x7f", 1, 1, 0x7f},
    {"\xc2\x80", 2, 2, 0x80},
    {"\xdf\xbf", 2, 2, 0x7ff},
    {"\xe0\xa0\x80", 3, 3, 0x800},
    {"\xed\x9f\xbf", 3, 3, 0xd7ff},
    {"\xee\x80\x80", 3, 3, 0xe000},
    {"\xef\xbf\xbf", 3, 3, 0xffff},
    {"\xf0\x90\x80\x80", 4, 4, 0x10000},
    {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
    {"\xc3\xa4\xc3\xb6", 4, 2, 0xe4},
    /* A continuation alone, and bytes that begin nothing. */
    {"\x80", 1, 0, 0},
    {"\xbf", 1, 0, 0},
    {"\xf8\x88\x80\x80\x80", 5, 0, 0},
    {"\xfe", 1, 0, 0},
    {"\xff", 1, 0, 0},
    /* Cut off by the end, and by another character. */
    {"\xc3", 1, 0, 0},
    {"\xe2\x80", 2, 0, 0},
    {"\xf0\x90\x80", 3, 0, 0},
    {"\xc3"
     "A",
     2, 0, 0},
    {"\xe2\x80"
     "A",
     3, 0, 0},
    {"\xf0\x90\x80\xc0", 4, 0, 0},
    /* Longer than need be. */
    {"\xc0\x80", 2, 0, 0},
    {"\xc1\xbf", 2, 0, 0},
    {"\xe0\x9f\xbf", 3, 0, 0},
    {"\xf0\x8f\xbf\xbf", 4, 0, 0},
    /* Surrogates, and past the end. */
    {"\xed\xa0\x80", 3, 0, 0},
    {"\xed\xbf\xbf", 3, 0, 0},
    {"\xf4\x90\x80\x80", 4, 0, 0},
    {"\xf5\x80\x80\x80", 4, 0, 0},
};

static void decodes_every_form_and_refuses_what_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t code_point = 0xdead;
        assert_int_equal(utf8_decode(cases[i].bytes, cases[i].size, &code_point), cases[i].length);
        assert_int_equal(code_point, cases[i].length > 0 ? cases[i].code_point : 0xdead);
    }
}

/* Puts a code point into as many bytes as it takes. */
static size_t encode(uint32_t code_point, char *bytes)
{
    size_t length = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    static const unsigned leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; i-- > 1; code_point >>= 6)
        bytes[i] = (char)(0x80 | (code_point & 0x3f));
    bytes[0] = (char)(leads[length] | code_point);
    return length;
}

static void reads_back_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code_point = 0; code_point < 0x120000; code_point++) {
        char bytes[4];
        size_t length = encode(code_point, bytes);
        uint32_t decoded = 0;
        int is_character = code_point <= 0x10ffff && !(code_point >= 0xd800 && code_point <= 0xdfff);
        assert_int_equal(utf8_decode(bytes, length, &decoded), is_character ? length : 0);
        assert_int_equal(decoded, is_character ? code_point : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_form_and_refuses_what_is_none),
        cmocka_unit_test(reads_back_every_code_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
