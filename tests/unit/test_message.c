#include "message.h"

#include "captured_stderr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void a_message_is_one_line_with_foreign_text_escaped(void **state)
{
    (void)state;
    capture_stderr();
    errno = ENOENT;
    message("cannot read %s: %d", "a\nb\x1b[2J\xff\xe2\x80\xae", 7);
    assert_int_equal(errno, ENOENT);
    message("second");
    assert_string_equal(captured_stderr(NULL), "haul: cannot read a\\nb\\x1b[2J\\xff\\u{202e}: 7\nhaul: second\n");
}

static void clear_progress(void *data)
{
    ++*(int *)data;
}

static void whoever_is_in_the_way_is_called_first(void **state)
{
    (void)state;
    int calls = 0;
    capture_stderr();
    message_set_before(clear_progress, &calls);
    message("one");
    message("two");
    message_set_before(NULL, NULL);
    message("three");
    captured_stderr(NULL);
    assert_int_equal(calls, 2);
}

static void an_excerpt_is_cut_between_characters(void **state)
{
    (void)state;
    static const size_t fits = sizeof(struct excerpt) - 1;
    char text[200];
    for (size_t size = 0; size <= fits; size++) {
        memset(text, 'a', size);
        text[size] = '\0';
        assert_string_equal(excerpt(text).text, text);
    }
    memset(text, 'a', sizeof(text));
    text[fits + 1] = '\0';
    struct excerpt cut = excerpt(text);
    assert_int_equal(strlen(cut.text), fits);
    assert_string_equal(cut.text + fits - 4, "a...");

    /* A character of three bytes stands across the cut, wherever it begins. */
    for (size_t begin = fits - 5; begin < fits - 3; begin++) {
        memset(text, 'a', sizeof(text));
        memcpy(text + begin, "\xe2\x82\xac", 3);
        text[fits + 1] = '\0';
        cut = excerpt(text);
        assert_int_equal(strlen(cut.text), begin + 3);
        assert_string_equal(cut.text + begin - 1, "a...");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_line_with_foreign_text_escaped),
        cmocka_unit_test(whoever_is_in_the_way_is_called_first),
        cmocka_unit_test(an_excerpt_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
