#include "input/line_buffer.h"

#include <haul/error.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* A buffer on a file with this text. */
static struct line_buffer buffer_of(const char *text, size_t size)
{
    struct line_buffer buffer = {.descriptor = memfd_create("lines", MFD_CLOEXEC)};
    assert_true(buffer.descriptor >= 0);
    assert_int_equal(write(buffer.descriptor, text, size), size);
    return buffer;
}

static void finish(struct line_buffer *buffer)
{
    close(buffer->descriptor);
    line_buffer_finish(buffer);
}

static void expect(struct line_buffer *buffer, const char *expected, bool is_ended)
{
    const char *line;
    size_t size;
    bool was_ended;
    assert_int_equal(line_buffer_next(buffer, &line, &size, &was_ended), 0);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(line, expected, size);
    assert_int_equal(was_ended, is_ended);
}

static void expect_drained(struct line_buffer *buffer)
{
    const char *line;
    size_t size;
    bool is_ended;
    assert_int_equal(line_buffer_next(buffer, &line, &size, &is_ended), HAUL_E_DRAINED);
}

static void lines_come_one_after_the_other(void **state)
{
    (void)state;
    struct line_buffer buffer = buffer_of("one\n\ntwo\nthe rest", 17);
    expect(&buffer, "one", true);
    expect(&buffer, "", true);
    expect(&buffer, "two", true);
    expect(&buffer, "the rest", false);
    expect_drained(&buffer);
    expect_drained(&buffer);
    finish(&buffer);
    buffer = buffer_of("", 0);
    expect_drained(&buffer);
    finish(&buffer);
}

/* Of all sizes, so that they lie across each end of what is read at once. */
static void lines_of_any_size_are_whole(void **state)
{
    (void)state;
    enum { count = 1500, longest = 900000 };
    char *text = malloc(longest + count * (size_t)count);
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        memset(text + size, 'a' + (int)(i % 26), i);
        size += i;
        text[size++] = '\n';
    }
    memset(text + size, 'z', longest);
    struct line_buffer buffer = buffer_of(text, size + longest);
    const char *line;
    size_t line_size;
    bool is_ended;
    const char *at = text;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(line_buffer_next(&buffer, &line, &line_size, &is_ended), 0);
        assert_int_equal(line_size, i);
        assert_memory_equal(line, at, i);
        at += i + 1;
    }
    assert_int_equal(line_buffer_next(&buffer, &line, &line_size, &is_ended), 0);
    assert_int_equal(line_size, longest);
    assert_memory_equal(line, at, longest);
    assert_false(is_ended);
    expect_drained(&buffer);
    finish(&buffer);
    free(text);
}

/* The file has a hole: nothing of it is written. */
static void a_line_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    const char *line;
    size_t size;
    bool is_ended;
    struct line_buffer buffer = buffer_of("one\n", 4);
    assert_int_equal(pwrite(buffer.descriptor, "\ntwo\n", 5, 3 * (off_t)LINE_BUFFER_LONGEST), 5);
    expect(&buffer, "one", true);
    assert_int_equal(line_buffer_next(&buffer, &line, &size, &is_ended), HAUL_E_INVALID);
    assert_true(is_ended);
    expect(&buffer, "two", true);
    expect_drained(&buffer);
    assert_true(buffer.capacity <= 2 * (size_t)LINE_BUFFER_LONGEST);
    finish(&buffer);
    buffer = buffer_of("", 0);
    assert_int_equal(ftruncate(buffer.descriptor, 2 * (off_t)LINE_BUFFER_LONGEST), 0);
    assert_int_equal(line_buffer_next(&buffer, &line, &size, &is_ended), HAUL_E_INVALID);
    assert_false(is_ended);
    expect_drained(&buffer);
    finish(&buffer);
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    const char *line;
    size_t size;
    bool is_ended;
    struct line_buffer buffer = {.descriptor = -1};
    assert_int_equal(line_buffer_next(&buffer, &line, &size, &is_ended), -EBADF);
    line_buffer_finish(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_one_after_the_other),
        cmocka_unit_test(lines_of_any_size_are_whole),
        cmocka_unit_test(a_line_that_is_too_long_is_passed_over),
        cmocka_unit_test(what_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
