#include "files/filename.h"
#include "output/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef void append_fn(struct text *path, const char *value, size_t size);

static void check(append_fn *append, const char *value, size_t size, const char *expected)
{
    struct text path = {0};
    append(&path, value, size);
    text_append(&path, "", 1);
    assert_false(path.failed);
    assert_string_equal(path.bytes, expected);
    text_finish(&path);
}

#define check_component(value, expected) check(filename_append, value, sizeof(value) - 1, expected)
#define check_path(value, expected)      check(filename_append_path, value, sizeof(value) - 1, expected)

static void test_components(void **state)
{
    (void)state;
    check_component("plain.txt", "plain.txt");
    check_component("with space and 100%25.tar.gz", "with space and 100%25.tar.gz");
    check_component("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac");
    check_component("a\\b:c*?\"<>|", "a\\b:c*?\"<>|");
}

static void test_hostile_components(void **state)
{
    (void)state;
    check_component("", "_");
    check_component(".", "_");
    check_component("..", "_.");
    check_component("...", "_..");
    check_component(".bashrc", "_bashrc");
    check_component("-rf", "_rf");
    check_component("a.-", "a.-");
    check_component("../../etc/passwd", "_._.._etc_passwd");
    check_component("/etc/passwd", "_etc_passwd");
    check_component("a/", "a_");
    check_component("\0", "_");
    check_component("a\0b", "a_b");
    check_component("a\nb\tc\x1b[31m\x7f", "a_b_c_[31m_");
    /* C1, a mark, an override, a line separator, an isolate. */
    check_component("\xc2\x9bx\xe2\x80\x8f\xe2\x80\xaetxt.exe\xe2\x80\xa8\xe2\x81\xa6", "_x__txt.exe__");
    /* No UTF-8: a byte alone, overlong, a surrogate, cut off. */
    check_component("\xff", "_");
    check_component("\xc0\xae\xc0\xae", "____");
    check_component("\xed\xa0\x80", "___");
    check_component("a\xe6\x97", "a__");
}

static void test_paths(void **state)
{
    (void)state;
    check_path("a", "a");
    check_path("a/b/c.html", "a/b/c.html");
    check_path("", "_");
    check_path("/", "_/_");
    check_path("a//b", "a/_/b");
    check_path("../../x", "_./_./x");
    check_path("./-a/.b/", "_/_a/_b/_");
    check_path("a/\0/b", "a/_/b");
}

static size_t slashes(const struct text *path)
{
    size_t count = 0;
    for (size_t i = 0; i < path->size; i++)
        count += path->bytes[i] == '/';
    return count;
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    char value[20001];
    struct text path = {0};
    for (size_t i = 0; i < sizeof(value) - 1; i += 2)
        memcpy(value + i, "a/", 2);
    filename_append_path(&path, value, sizeof(value) - 1);
    assert_int_equal(slashes(&path), FILENAME_DEEPEST - 1);
    assert_true(path.size < 2 * FILENAME_DEEPEST + FILENAME_MOST);
    text_finish(&path);
}

/* Of SIZE letters, the last one LAST. */
static struct text long_name(size_t size, char last)
{
    struct text text = {0};
    text_append_repeated(&text, 'x', size - 1);
    text_append(&text, &last, 1);
    return text;
}

static void test_length_is_bounded(void **state)
{
    (void)state;
    struct text fits = long_name(FILENAME_MOST, 'y');
    struct text longer = long_name(FILENAME_MOST + 1, 'y');
    struct text other = long_name(FILENAME_MOST + 1, 'z');
    struct text path = {0};
    filename_append(&path, fits.bytes, fits.size);
    assert_int_equal(path.size, FILENAME_MOST);
    assert_memory_equal(path.bytes, fits.bytes, FILENAME_MOST);
    text_clear(&path);
    filename_append(&path, longer.bytes, longer.size);
    filename_append(&path, other.bytes, other.size);
    assert_int_equal(path.size, 2 * FILENAME_MOST);
    /* What they have not in common is in the hash. */
    assert_memory_not_equal(path.bytes, path.bytes + FILENAME_MOST, FILENAME_MOST);
    assert_memory_equal(path.bytes, path.bytes + FILENAME_MOST, FILENAME_MOST - 17);
    assert_int_equal(path.bytes[FILENAME_MOST - 17], '-');
    text_finish(&path);
    text_finish(&fits);
    text_finish(&longer);
    text_finish(&other);
}

static void test_no_character_is_cut(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        struct text value = {0};
        struct text path = {0};
        text_append_repeated(&value, 'x', lead);
        for (size_t i = 0; i < 100; i++)
            text_append_string(&value, "\xf0\x9f\x98\x80");
        filename_append(&path, value.bytes, value.size);
        assert_in_range(path.size, FILENAME_MOST - 3, FILENAME_MOST);
        assert_int_equal((path.size - lead - 17) % 4, 0);
        text_finish(&path);
        text_finish(&value);
    }
}

/* Nothing that comes out can be taken for anything but a name. */
static void test_at_random(void **state)
{
    (void)state;
    static const char letters[] = "/.-_a\\ \n\x7f\x80\xc2\xe2\x80\xae\xff%";
    srandom(7);
    for (int round = 0; round < 20000; round++) {
        char value[300];
        size_t size = (size_t)random() % (round % 10 ? 12 : sizeof(value));
        struct text path = {0};
        for (size_t i = 0; i < size; i++)
            value[i] = letters[(size_t)random() % sizeof(letters)];
        filename_append(&path, value, size);
        assert_in_range(path.size, 1, FILENAME_MOST);
        assert_true(path.bytes[0] != '.' && path.bytes[0] != '-');
        assert_null(memchr(path.bytes, '/', path.size));
        assert_null(memchr(path.bytes, '\0', path.size));
        assert_null(memchr(path.bytes, '\n', path.size));
        text_finish(&path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_hostile_components),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_length_is_bounded),
        cmocka_unit_test(test_no_character_is_cut),
        cmocka_unit_test(test_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
