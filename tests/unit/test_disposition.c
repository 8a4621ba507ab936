#include "files/disposition.h"
#include "output/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A field, and the name in it; NULL: none. */
static const struct {
    const char *value;
    const char *name;
} rows[] = {
    {"attachment", NULL},
    {"", NULL},
    {"attachment;", NULL},
    {"attachment; filename", NULL},
    {"attachment; filename=", NULL},
    {"attachment; filename=\"\"", NULL},
    {"filename=x", NULL},
    {"attachment; filename=plain.txt", "plain.txt"},
    {"attachment;filename=plain.txt", "plain.txt"},
    {"attachment; filename=with spaces .txt \t; x", "with spaces .txt"},
    {"attachment; filename= ; x", NULL},
    {"inline ; FileName = plain.txt ; size=3", "plain.txt"},
    {"attachment; filename=\"with space; and \\\"quotes\\\".txt\"", "with space; and \"quotes\".txt"},
    {"attachment; filename=\"open", "open"},
    {"attachment; filename=\"ends with \\", NULL},
    {"attachment; x=\"; filename=no\"; filename=yes", "yes"},
    {"attachment; myfilename=no; filename=yes", "yes"},
    {"attachment; filename=one; filename=two", "one"},
    {"attachment; filename=\"/etc/passwd\"", "passwd"},
    {"attachment; filename=\"C:\\\\a\\\\b.txt\"", "b.txt"},
    {"attachment; filename=\"a/\"", NULL},
    {"attachment; filename=..", ".."},
    {"attachment; filename*=UTF-8''na%C3%AFve%20file", "na\xc3\xafve file"},
    {"attachment; filename*=utf-8'en'%e2%82%ac%20rates", "\xe2\x82\xac rates"},
    {"attachment; filename*=iso-8859-1''%A3%20rates", "\xc2\xa3 rates"},
    {"attachment; filename=plain; filename*=UTF-8''other", "other"},
    {"attachment; filename*=UTF-8''other; filename=plain", "other"},
    {"attachment; filename*=UTF-7''no; filename=plain", "plain"},
    {"attachment; filename*=no; filename=plain", "plain"},
    {"attachment; filename*=UTF-8'no; filename=plain", "plain"},
    {"attachment; filename*=UTF-8''; filename=plain", "plain"},
    {"attachment; filename*=UTF-8''..%2F..%2Fx", "x"},
    {"attachment; filename*=UTF-8''100%; filename=plain", "100%"},
    {"attachment; filename*=UTF-8''a%zz%4", "a%zz%4"},
    {"attachment; filename*=UTF-8''%ff%0a", "\xff\n"},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text name = {0};
        assert_int_equal(disposition_append_name(&name, rows[i].value), rows[i].name != NULL);
        text_append(&name, "", 1);
        assert_string_equal(name.bytes, rows[i].name ? rows[i].name : "");
        text_finish(&name);
    }
}

/* Whatever comes, a name is no longer than the field, and has no slash. */
static void test_at_random(void **state)
{
    (void)state;
    static const char *const parts[] = {"filename", "*", "=",  ";", "\"", "\\", "'",
                                        "UTF-8",    "%", "2f", " ", "a",  "/",  "\xff"};
    srandom(5);
    for (int round = 0; round < 50000; round++) {
        struct text value = {0};
        struct text name = {0};
        text_append_string(&value, random() % 2 ? "a;filename*=UTF-8''" : "a;filename=");
        for (long count = random() % 12; count > 0; count--)
            text_append_string(&value, parts[(size_t)random() % (sizeof(parts) / sizeof(parts[0]))]);
        text_append(&value, "", 1);
        bool is_there = disposition_append_name(&name, value.bytes);
        assert_int_equal(is_there, name.size > 0);
        assert_true(name.size < value.size);
        assert_null(is_there ? memchr(name.bytes, '/', name.size) : NULL);
        text_finish(&name);
        text_finish(&value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
