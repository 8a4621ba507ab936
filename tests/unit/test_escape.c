#include "output/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
    const char *text;
    size_t size;
    const char *escaped;
} cases[] = {
    {TEXT(""), ""},
    {TEXT("https://example.com/~a?b=c&d=%20"), "https://example.com/~a?b=c&d=%20"},
    {TEXT("Gr\xc3\xbc\xc3\x9f Gott \xe2\x82\xac \xf0\x9f\x98\x80"),
     "Gr\xc3\xbc\xc3\x9f Gott \xe2\x82\xac \xf0\x9f\x98\x80"},
    {TEXT("a\tb\nc\\d"), "a\\tb\\nc\\\\d"},
    {TEXT("a\rb\0c\x1b[31md\x7f"), "a\\x0db\\x00c\\x1b[31md\\x7f"},
    /* C1 as bytes, which are no UTF-8, and as UTF-8. */
    {TEXT("\x9b"
          "31m \xc2\x9b"
          "31m"),
     "\\x9b31m \\u{9b}31m"},
    {TEXT("\xc2\x80 \xc2\x9f \xc2\xa0"), "\\u{80} \\u{9f} \xc2\xa0"},
    {TEXT("\xe2\x80\xa7 \xe2\x80\xa8 \xe2\x80\xa9"), "\xe2\x80\xa7 \\u{2028} \\u{2029}"},
    {TEXT("\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90"), "\xe2\x80\x8d\\u{200e}\\u{200f}\xe2\x80\x90"},
    {TEXT("\xd8\x9b\xd8\x9c\xd8\x9d"), "\xd8\x9b\\u{61c}\xd8\x9d"},
    {TEXT("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae\xe2\x80\xaf"),
     "\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}\xe2\x80\xaf"},
    {TEXT("\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9\xe2\x81\xaa"),
     "\xe2\x81\xa5\\u{2066}\\u{2067}\\u{2068}\\u{2069}\xe2\x81\xaa"},
    /* Not UTF-8: each byte for itself, and what is valid behind it stands. */
    {TEXT("\xff\xfe\xc3"), "\\xff\\xfe\\xc3"},
    {TEXT("\xe2\x80z\xed\xa0\x80"), "\\xe2\\x80z\\xed\\xa0\\x80"},
    {TEXT("\xc0\x8a"), "\\xc0\\x8a"},
};

static void escapes_what_is_dangerous_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buffer[200];
        size_t expected = strlen(cases[i].escaped);
        assert_int_equal(escape_size(cases[i].text, cases[i].size), expected);
        assert_int_equal(escape_write(cases[i].text, cases[i].size, buffer, sizeof(buffer)), expected);
        assert_memory_equal(buffer, cases[i].escaped, expected);
    }
}

static void every_control_character_is_escaped(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char character = (char)byte;
        char buffer[8];
        size_t size = escape_write(&character, 1, buffer, sizeof(buffer));
        assert_int_equal(size == 1, byte >= 0x20 && byte < 0x7f && byte != '\\');
        for (size_t i = 0; i < size; i++)
            assert_in_range(buffer[i], 0x20, 0x7e);
    }
}

/* Whatever the room, nothing is torn and nothing is written behind it. */
static void what_does_not_fit_whole_is_left_out(void **state)
{
    (void)state;
    static const char text[] = "a\n\xc3\xa4\x01"
                               "b\xe2\x80\xae";
    static const char escaped[] = "a\\n\xc3\xa4\\x01b\\u{202e}";
    static const size_t whole[] = {0, 1, 1, 3, 3, 5, 5, 5, 5, 9, 10, 10, 10, 10, 10, 10, 10, 10, 18};
    for (size_t capacity = 0; capacity < sizeof(whole) / sizeof(whole[0]); capacity++) {
        char buffer[32];
        memset(buffer, '#', sizeof(buffer));
        assert_int_equal(escape_write(text, sizeof(text) - 1, buffer, capacity), whole[capacity]);
        assert_memory_equal(buffer, escaped, whole[capacity]);
        assert_int_equal(buffer[whole[capacity]], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_is_dangerous_and_nothing_else),
        cmocka_unit_test(every_control_character_is_escaped),
        cmocka_unit_test(what_does_not_fit_whole_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
