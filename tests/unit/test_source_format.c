/* Sources of lists that are written otherwise: test_source.c has what holds for all. */
#include "captured_stderr.h"
#include "input/source.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct list {
    char path[32];
    struct source_item item;
};

static void list_begin(struct list *list, const char *bytes, size_t size)
{
    strcpy(list->path, "/tmp/test-source-XXXXXX");
    int descriptor = mkstemp(list->path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), size);
    close(descriptor);
    list->item = (struct source_item){SOURCE_LIST, list->path};
}

static struct source *create(const struct source_item *item, struct source_format format)
{
    struct source *source;
    assert_int_equal(source_create(item, 1, format, &source), 0);
    return source;
}

static void expect(struct source *source, enum source_line_kind kind, uint64_t number, const char *input)
{
    struct source_line line;
    assert_int_equal(source_next(source, &line), 0);
    assert_int_equal(line.kind, kind);
    assert_int_equal(line.number, number);
    assert_int_equal(line.line.input_size, strlen(input));
    assert_memory_equal(line.line.input, input, line.line.input_size);
}

static void expect_end(struct source *source)
{
    struct source_line line;
    assert_int_equal(source_next(source, &line), HAUL_E_DRAINED);
    source_destroy(source);
}

static void lines_may_end_with_nul(void **state)
{
    struct list list;
    (void)state;
    list_begin(&list, "a\0\0b\nc\0# d\0e", 12);
    struct source *source = create(&list.item, (struct source_format){.is_null_separated = true});
    expect(source, SOURCE_LINE_PLAIN, 1, "a");
    expect(source, SOURCE_LINE_PLAIN, 3, "b\nc");
    expect(source, SOURCE_LINE_PLAIN, 5, "e");
    expect_end(source);
    unlink(list.path);
}

static void lines_of_json_are_not_taken_apart(void **state)
{
    struct list list;
    (void)state;
    list_begin(&list, "\xef\xbb\xbf{} \tx\r\n\n#\n", 13);
    struct source *source = create(&list.item, (struct source_format){.is_json = true});
    expect(source, SOURCE_LINE_JSON, 1, "{} \tx");
    expect(source, SOURCE_LINE_JSON, 3, "#");
    expect_end(source);
    unlink(list.path);
}

static void arguments_stay_what_they_are(void **state)
{
    static const struct source_item item = {SOURCE_URL, "{} \tx"};
    (void)state;
    struct source *source = create(&item, (struct source_format){.is_json = true, .is_null_separated = true});
    expect(source, SOURCE_LINE_ARGUMENT, 1, "{}");
    expect_end(source);
}

/* It is a URL, though there is such a folder or file. */
static void a_path_gets_no_hint_where_there_is_a_base(void **state)
{
    struct list list;
    size_t size;
    (void)state;
    list_begin(&list, "", 0);
    list.item.kind = SOURCE_URL;
    for (int has_base = 0; has_base < 2; has_base++) {
        struct source *source = create(&list.item, (struct source_format){.has_base = has_base});
        capture_stderr();
        expect(source, SOURCE_LINE_ARGUMENT, 1, list.path);
        captured_stderr(&size);
        assert_int_equal(size == 0, has_base);
        expect_end(source);
    }
    unlink(list.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_may_end_with_nul),
        cmocka_unit_test(lines_of_json_are_not_taken_apart),
        cmocka_unit_test(arguments_stay_what_they_are),
        cmocka_unit_test(a_path_gets_no_hint_where_there_is_a_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
