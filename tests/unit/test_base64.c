#include "input/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* The vectors of RFC 4648, and all values. */
static void decodes(void **state)
{
    static const struct {
        const char *text, *bytes;
        size_t size;
    } cases[] = {
        {"", "", 0},
        {"Zg==", "f", 1},
        {"Zm8=", "fo", 2},
        {"Zm9v", "foo", 3},
        {"Zm9vYg==", "foob", 4},
        {"Zm9vYmE=", "fooba", 5},
        {"Zm9vYmFy", "foobar", 6},
        {"AAEC/w==", "\0\1\2\xff", 4},
        {"+/+/", "\xfb\xff\xbf", 3},
        {"AAAA", "\0\0\0", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned char bytes[16];
        size_t size;
        assert_true(base64_decode(cases[i].text, strlen(cases[i].text), bytes, &size));
        assert_int_equal(size, cases[i].size);
        assert_true(size <= base64_room(strlen(cases[i].text)));
        assert_memory_equal(bytes, cases[i].bytes, size);
    }
}

static void refuses_all_else(void **state)
{
    static const char *const texts[] = {"Z",    "Zg",   "Zg=",  "Zm9",  "Zm9v=",     "Zh==", "Zm9=",    "====",
                                        "Z===", "=Zg=", "Zg=a", "Zm 9", "Zm9v\nZm9", "Zm-_", "\xffm9v", "Zg==Zg=="};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        unsigned char bytes[16];
        size_t size;
        if (base64_decode(texts[i], strlen(texts[i]), bytes, &size))
            fail_msg("%s is not refused", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(refuses_all_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
