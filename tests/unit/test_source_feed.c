#include "run/source_feed.h"

#include "input/glob.h"
#include "input/line_request.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A feed over one list, or one argument. */
struct stage {
    char path[32];
    struct source_item item;
    struct source *source;
    struct source_feed feed;
};

static void begin(struct stage *stage, const char *text, struct source_format format,
                  const struct source_feed_options *options)
{
    strcpy(stage->path, "/tmp/test-source-feed-XXXXXX");
    int descriptor = mkstemp(stage->path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
    stage->item = (struct source_item){SOURCE_LIST, stage->path};
    assert_int_equal(source_create(&stage->item, 1, format, &stage->source), 0);
    source_feed_init(&stage->feed, stage->source, options);
}

static void end(struct stage *stage)
{
    source_feed_finish(&stage->feed);
    source_destroy(stage->source);
    unlink(stage->path);
}

static struct entry *next(struct stage *stage)
{
    struct entry *entry;
    assert_int_equal(stage->feed.feed.next(&stage->feed.feed, &entry), 0);
    return entry;
}

/* Asks for an entry of this line and URL, and destroys it. */
static void expect(struct stage *stage, uint64_t index, uint64_t line, const char *url)
{
    struct entry *entry = next(stage);
    assert_int_equal(entry->index, index);
    assert_int_equal(entry->line, line);
    assert_string_equal(haul_url_text(entry->url), url);
    assert_null(entry->result);
    entry_destroy(entry);
}

static void expect_drained(struct stage *stage)
{
    struct entry *entry;
    assert_int_equal(stage->feed.feed.next(&stage->feed.feed, &entry), HAUL_E_DRAINED);
}

static void one_line_gives_several_entries(void **state)
{
    struct stage stage;
    (void)state;
    const struct source_feed_options options = {.globs_in_lists = true, .glob_max = 10, .repeat = 2};
    begin(&stage, "h/{a,b}\n\nh/c\n", (struct source_format){0}, &options);
    expect(&stage, 0, 1, "https://h/a");
    expect(&stage, 1, 1, "https://h/a");
    expect(&stage, 2, 1, "https://h/b");
    expect(&stage, 3, 1, "https://h/b");
    expect(&stage, 4, 3, "https://h/c");
    expect(&stage, 5, 3, "https://h/c");
    expect_drained(&stage);
    assert_int_equal(stage.feed.count, 6);
    end(&stage);
}

static void globs_come_with_their_entries(void **state)
{
    struct stage stage;
    (void)state;
    const struct source_feed_options options = {.globs_in_lists = true, .glob_max = 10, .repeat = 1};
    begin(&stage, "h/{a}[08-09]\ttag\n", (struct source_format){0}, &options);
    struct entry *first = next(&stage);
    struct entry *second = next(&stage);
    assert_int_equal(first->glob_count, 2);
    assert_memory_equal(first->globs[0].bytes, "a", 1);
    assert_memory_equal(first->globs[1].bytes, "08", 2);
    assert_memory_equal(second->globs[1].bytes, "09", 2);
    assert_memory_equal(second->input, "h/a09", 5);
    assert_memory_equal(second->tag, "tag", 3);
    entry_destroy(first);
    entry_destroy(second);
    end(&stage);
}

/* What a line asks for is shared, and outlives it. */
static void json_lines_come_with_what_they_ask_for(void **state)
{
    struct stage stage;
    (void)state;
    const struct source_feed_options options = {.glob_max = 10, .repeat = 2};
    begin(&stage, "{\"url\":\"h\",\"method\":\"PUT\",\"tag\":[1]}\n{\"url\":\"h\",\"tag\":\"x\"}\n",
          (struct source_format){.is_json = true}, &options);
    struct entry *first = next(&stage);
    struct entry *second = next(&stage);
    struct entry *third = next(&stage);
    assert_ptr_equal(first->request, second->request);
    assert_string_equal(first->request->method, "PUT");
    assert_true(first->is_tag_json);
    assert_memory_equal(first->tag, "[1]", 3);
    assert_null(third->request->method);
    assert_false(third->is_tag_json);
    assert_memory_equal(third->tag, "x", 1);
    entry_destroy(first);
    assert_string_equal(second->request->method, "PUT");
    entry_destroy(second);
    entry_destroy(third);
    /* In the middle of a line. */
    end(&stage);
}

static void refusals_are_entries_too(void **state)
{
    struct stage stage;
    (void)state;
    const struct source_feed_options options = {.globs_in_lists = true, .glob_max = 2, .repeat = 1};
    static const char *const problems[] = {
        "glob: it stands for more than 2 URLs (--glob-max)",
        "glob: unmatched brace at position 1",
        "the line begins with {: JSON lines are read with --input-format jsonl",
        "only http, https and sleep URLs are fetched",
    };
    begin(&stage, "[1-3]\n{a\n{\"url\":\"h\"}\nftp://h/\n", (struct source_format){0}, &options);
    for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
        struct entry *entry = next(&stage);
        assert_null(entry->url);
        assert_int_equal(entry->result->error_class, HAUL_CLASS_URL);
        assert_string_equal(entry->result->message, problems[i]);
        entry_destroy(entry);
    }
    expect_drained(&stage);
    end(&stage);
}

static void paths_are_resolved_against_the_base(void **state)
{
    struct stage stage;
    struct haul_url *base;
    const char *problem;
    (void)state;
    assert_int_equal(haul_url_create("http://u:p@h/a/b", 16, &base, &problem), 0);
    const struct source_feed_options options = {.repeat = 1, .base = base};
    begin(&stage, "/c\n//g/d\ne\n", (struct source_format){0}, &options);
    expect(&stage, 0, 1, "http://u:p@h/c");
    expect(&stage, 1, 2, "http://g/d");
    expect(&stage, 2, 3, "https://e/");
    end(&stage);
    haul_url_destroy(base);
}

static void a_dry_run_has_its_results(void **state)
{
    struct stage stage;
    (void)state;
    const struct source_feed_options options = {.repeat = 1, .is_dry_run = true};
    begin(&stage, "http://u:p@h/\nsleep:1\n", (struct source_format){0}, &options);
    struct entry *entry = next(&stage);
    assert_true(entry->result->ok);
    assert_string_equal(entry->result->url, "http://u:***@h/");
    assert_string_equal(entry->result->method, "GET");
    assert_int_equal(entry->result->attempts, 0);
    entry_destroy(entry);
    entry = next(&stage);
    assert_true(entry->result->ok);
    assert_null(entry->result->method);
    entry_destroy(entry);
    end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_gives_several_entries),         cmocka_unit_test(globs_come_with_their_entries),
        cmocka_unit_test(json_lines_come_with_what_they_ask_for), cmocka_unit_test(refusals_are_entries_too),
        cmocka_unit_test(paths_are_resolved_against_the_base),    cmocka_unit_test(a_dry_run_has_its_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
