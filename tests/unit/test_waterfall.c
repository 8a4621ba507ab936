#include "picture/waterfall.h"

#include "output/text.h"
#include "picture/picture.h"
#include "picture/telling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t millisecond = 1000;

/* Adds a URL whose six phases take so many milliseconds, from START on. */
static void add(struct telling *telling, const char *url, int status, int64_t start, const int phases[PHASE_COUNT])
{
    struct track_hop hop = {.start = start * millisecond};
    for (int i = 0; i < PHASE_COUNT; i++)
        hop.time.phases[i] = phases[i] * millisecond;
    hop.start += hop.time.phases[PHASE_QUEUE];
    const struct track track = {.input = url,
                                .url = url,
                                .ok = status > 0 && status < 400,
                                .status = status,
                                .error_class = status == 0 ? "timeout" : NULL,
                                .hops = &hop,
                                .hop_count = 1};
    assert_int_equal(telling_add(telling, &track), 0);
}

/* What is drawn, with a NUL; the caller's. */
static char *draw_named(const char *name, struct telling *telling, unsigned width, bool is_coloured)
{
    struct text text = {0};
    telling_choose(telling);
    waterfall_append(&text, name, telling, width, is_coloured);
    assert_false(text.failed);
    text_append(&text, "", 1);
    telling_finish(telling);
    return text.bytes;
}

static char *draw(struct telling *telling, unsigned width, bool is_coloured)
{
    return draw_named(NULL, telling, width, is_coloured);
}

static void the_phases_stand_in_their_columns(void **state)
{
    (void)state;
    struct telling telling = {0};
    add(&telling, "http://h/a", 200, 0, (const int[]){10, 10, 10, 10, 10, 10});
    add(&telling, "http://h/b", 404, 30, (const int[]){0, 0, 0, 0, 20, 0});
    add(&telling, "http://h/c", 0, 60, (const int[]){0, 0, 40, 0, 0, 0});
    char *drawn = draw(&telling, 66, false);
    assert_string_equal(drawn, "3 URLs in 100ms at http://h\n"
                               "        0         20ms      40ms      60ms      80ms\n"
                               "200  /a .....:::::+++++*****=====#####|         |           60.0ms\n"
                               "404  /b |         |    ==========     |         |           20.0ms\n"
                               "time /c |         |         |         ++++++++++++++++++++  40.0ms\n"
                               ". queue  : DNS  + connect  * TLS  = wait  # transfer\n");
    free(drawn);
}

static void no_line_is_wider_than_it_may_be(void **state)
{
    static const unsigned widths[] = {1, 40, 41, 57, 80, 133, 200, 100000};
    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        struct telling telling = {0};
        unsigned most = widths[i] < WATERFALL_NARROWEST ? WATERFALL_NARROWEST
                        : widths[i] > WATERFALL_WIDEST  ? WATERFALL_WIDEST
                                                        : widths[i];
        char url[300] = "http://a-very-long-name-of-a-host.example.test/";
        memset(url + strlen(url), 'x', 200);
        for (int j = 0; j < 100; j++)
            add(&telling, url, j % 3 ? 200 : 0, INT64_C(1) * j * j, (const int[]){j, 1, 2, 3, j * 700, 5});
        char *drawn = draw(&telling, widths[i], false);
        size_t lines = 0;
        for (const char *line = drawn; *line != '\0'; line += strcspn(line, "\n") + 1, lines++)
            assert_in_range(strcspn(line, "\n"), 0, most);
        assert_in_range(lines, TELLING_MOST + 3, TELLING_MOST + 7);
        assert_non_null(strstr(drawn, "60 more: shown are the first, the last,"));
        free(drawn);
    }
}

/* However short it was, what came after the waiting is seen. */
static void the_queue_gives_way(void **state)
{
    (void)state;
    struct telling telling = {0};
    add(&telling, "http://h/a", 200, 0, (const int[]){1001, 0, 0, 0, 1, 0});
    add(&telling, "http://h/b", 200, 0, (const int[]){2000, 0, 0, 0, 0, 0});
    char *drawn = draw(&telling, 80, false);
    assert_non_null(strstr(drawn, "...= "));
    free(drawn);
}

/* The same characters, so that what is distinct in colour is so without it. */
static void colour_only_adds_to_it(void **state)
{
    (void)state;
    char *drawn[2];
    for (int i = 0; i < 2; i++) {
        struct telling telling = {0};
        add(&telling, "http://h/a", 200, 0, (const int[]){10, 10, 10, 10, 10, 10});
        add(&telling, "http://h/b", 500, 5, (const int[]){0, 0, 10, 0, 10, 10});
        drawn[i] = draw(&telling, 80, i == 1);
    }
    assert_null(strchr(drawn[0], '\033'));
    assert_non_null(strstr(drawn[1], "\033[31m500 \033[0m"));
    char *end = drawn[1];
    for (const char *at = drawn[1]; *at != '\0'; at++) {
        if (*at == '\033')
            at += strcspn(at, "m");
        else
            *end++ = *at;
    }
    *end = '\0';
    assert_string_equal(drawn[0], drawn[1]);
    free(drawn[0]);
    free(drawn[1]);
}

static void hostile_texts_are_harmless(void **state)
{
    (void)state;
    struct telling telling = {0};
    add(&telling, "\033[2J\a\xe2\x80\xae\xff\xc3\xa9\nnext", 200, 0, (const int[]){0, 0, 0, 0, 10, 0});
    char *drawn = draw(&telling, 120, false);
    assert_non_null(strstr(drawn, "\\x1b[2J\\x07\\u{202e}\\xff?\\nnext"));
    for (const char *at = drawn; *at != '\0'; at++)
        assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
    free(drawn);
}

static void hosts_are_named_where_there_are_several(void **state)
{
    (void)state;
    struct telling telling = {0};
    add(&telling, "http://h/a", 200, 0, (const int[]){0, 0, 0, 0, 1, 0});
    add(&telling, "http://hh/a", 200, 0, (const int[]){0, 0, 0, 0, 1, 0});
    char *drawn = draw(&telling, 100, false);
    assert_non_null(strstr(drawn, "200  http://h/a  "));
    assert_non_null(strstr(drawn, "200  http://hh/a "));
    assert_int_equal(strncmp(drawn, "2 URLs in 1.00ms\n", 17), 0);
    free(drawn);
}

static void nothing_and_what_took_no_time(void **state)
{
    (void)state;
    struct telling telling = {0};
    const struct track refused = {.input = "x", .start = -1};
    assert_int_equal(telling_add(&telling, &refused), 0);
    char *drawn = draw(&telling, 80, false);
    assert_string_equal(drawn, "0 URLs in 0us\n1 never started\n");
    free(drawn);
    add(&telling, "http://h/a", 200, 0, (const int[]){0, 0, 0, 0, 0, 0});
    drawn = draw(&telling, 80, false);
    assert_non_null(strstr(drawn, "200  /a "));
    free(drawn);
}

static void ticks_are_round_numbers(void **state)
{
    static const struct {
        int milliseconds;
        const char *ticks;
    } cases[] = {
        {1, "        0           200us        400us        600us        800us\n"},
        {7, "        0                 2ms               4ms               6ms\n"},
        {300, "        0         50ms       100ms      150ms     200ms      250ms\n"},
        {20000, "        0               5s              10s             15s\n"},
        {100000, "        0           20s          40s          60s          80s\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct telling telling = {0};
        add(&telling, "http://h/a", 200, 0, (const int[]){0, 0, 0, 0, cases[i].milliseconds, 0});
        char *drawn = draw(&telling, 80, false);
        const char *axis = strchr(drawn, '\n') + 1;
        assert_int_equal(strncmp(drawn, "1 URL in ", 9), 0);
        assert_int_equal(strncmp(axis, cases[i].ticks, strlen(cases[i].ticks)), 0);
        free(drawn);
    }
}

static void a_run_is_named(void **state)
{
    (void)state;
    struct telling telling = {0};
    add(&telling, "http://h/a", 200, 0, (const int[]){0, 0, 0, 0, 10, 0});
    char *drawn = draw_named("new gather\n", &telling, 80, false);
    assert_memory_equal(drawn, "new gather\\n: 1 URL in 10.0ms at http://h\n", 42);
    free(drawn);
    add(&telling, "http://h/a", 200, 0, (const int[]){0, 0, 0, 0, 10, 0});
    drawn = draw_named("a-name-that-is-longer-than-all-there-is-room-for.jsonl", &telling, 40, false);
    for (const char *line = drawn; *line; line = strchr(line, '\n') + 1)
        assert_true(strcspn(line, "\n") <= 40);
    free(drawn);
}

struct written {
    struct text text;
    size_t count;
};

static int keep(void *data, const char *bytes, size_t size)
{
    struct written *written = data;
    text_append(&written->text, bytes, size);
    written->count++;
    return 0;
}

static void the_first_line_has_room_for_all_counts(void **state)
{
    static const uint64_t counts[] = {1, 12345, 123456, 1234567, 123456789};
    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        for (unsigned width = 40; width < 70; width++) {
            struct telling telling = {0};
            add(&telling, "http://a-very-long-name-of-a-host.example.test/", 200, 9000,
                (const int[]){0, 1, 2, 3, 4, 5});
            telling.count = counts[i];
            char *drawn = draw_named("a-name-that-is-longer-than-all.jsonl", &telling, width, false);
            assert_in_range(strcspn(drawn, "\n"), 1, width);
            free(drawn);
        }
}

static void durations_have_seven_columns_at_most(void **state)
{
    static const int seconds[] = {1, 59, 1000, 5999, 6000, 100000, 599000, 700000, 2000000};
    (void)state;
    for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        struct telling telling = {0};
        add(&telling, "http://h/a", 200, 1000 * INT64_C(1000) * seconds[i],
            (const int[]){0, 0, 0, 0, seconds[i] * 1000, 0});
        char *drawn = draw(&telling, 60, false);
        for (const char *line = drawn; *line != '\0'; line += strcspn(line, "\n") + 1)
            assert_in_range(strcspn(line, "\n"), 0, 60);
        free(drawn);
    }
}

static void each_run_has_its_own(void **state)
{
    (void)state;
    struct written written = {0};
    const struct waterfall_outlet outlet = {.descriptor = -1, .write = keep, .data = &written};
    struct picture *picture;
    assert_int_equal(waterfall_create(&outlet, false, &picture), 0);
    struct track_hop hop = {.time.phases[PHASE_WAIT] = 10 * millisecond};
    const struct track track = {.input = "/", .url = "http://h/", .ok = true, .hops = &hop, .hop_count = 1};
    assert_int_equal(picture->kind->begin_run(picture, "one"), 0);
    assert_int_equal(picture->kind->add(picture, &track), 0);
    assert_int_equal(written.count, 0);
    assert_int_equal(picture->kind->begin_run(picture, "other"), 0);
    assert_int_equal(written.count, 1);
    assert_int_equal(picture->kind->add(picture, &track), 0);
    assert_int_equal(picture->kind->add(picture, &track), 0);
    assert_int_equal(picture->kind->end(picture), 0);
    assert_int_equal(written.count, 2);
    text_append(&written.text, "", 1);
    assert_ptr_equal(strstr(written.text.bytes, "one: 1 URL in 10.0ms at http://h\n"), written.text.bytes);
    assert_non_null(strstr(written.text.bytes, "\n\nother: 2 URLs in 10.0ms at http://h\n"));
    picture->kind->destroy(picture);
    text_finish(&written.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_phases_stand_in_their_columns),
        cmocka_unit_test(no_line_is_wider_than_it_may_be),
        cmocka_unit_test(the_queue_gives_way),
        cmocka_unit_test(colour_only_adds_to_it),
        cmocka_unit_test(hostile_texts_are_harmless),
        cmocka_unit_test(hosts_are_named_where_there_are_several),
        cmocka_unit_test(nothing_and_what_took_no_time),
        cmocka_unit_test(ticks_are_round_numbers),
        cmocka_unit_test(a_run_is_named),
        cmocka_unit_test(the_first_line_has_room_for_all_counts),
        cmocka_unit_test(durations_have_seven_columns_at_most),
        cmocka_unit_test(each_run_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
