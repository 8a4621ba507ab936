#include "output/bar.h"
#include "output/progress.h"
#include "output/text.h"
#include "output/writer.h"

#include <haul/duration.h>
#include <haul/run.h>

#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_line(const struct progress_figures *figures, int64_t elapsed, double rate, unsigned width,
                        const char *expected)
{
    struct text text = {0};
    progress_append_line(&text, figures, elapsed, rate, width);
    text_append(&text, "", 1);
    assert_false(text.failed);
    assert_string_equal(text.bytes, expected);
    text_finish(&text);
}

static void test_line_of_an_open_list(void **state)
{
    (void)state;
    struct progress_figures figures = {.done = 12, .failed = 3, .in_flight = 5, .bytes = 1234567};
    assert_line(&figures, 3 * HAUL_SECOND, 4.04, 80, "12 done, 5 in flight, 3 failed, 4.0/s, 1.2 MB, 0:03");
}

static void test_line_of_a_known_list(void **state)
{
    (void)state;
    struct progress_figures figures = {.done = 50, .in_flight = 8, .bytes = 999, .total = 200};
    assert_line(&figures, 30 * HAUL_SECOND, 412.4, 90,
                "50 of 200 done, 8 in flight, 0 failed, 412/s, 999 B, 0:30, 1:30 to go");
    figures.done = 200;
    assert_line(&figures, 3723 * HAUL_SECOND, 0, 90, "200 of 200 done, 8 in flight, 0 failed, 0.0/s, 999 B, 1:02:03");
    figures.done = 0;
    assert_line(&figures, 0, 0, 90, "0 of 200 done, 8 in flight, 0 failed, 0.0/s, 999 B, 0:00");
}

static void test_bytes(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *line;
    } cases[] = {
        {0, "0 done, 0 in flight, 0 failed, 0.0/s, 0 B, 0:00"},
        {1000, "0 done, 0 in flight, 0 failed, 0.0/s, 1.0 kB, 0:00"},
        {99940, "0 done, 0 in flight, 0 failed, 0.0/s, 99.9 kB, 0:00"},
        {99960, "0 done, 0 in flight, 0 failed, 0.0/s, 100 kB, 0:00"},
        {999600, "0 done, 0 in flight, 0 failed, 0.0/s, 1.0 MB, 0:00"},
        {UINT64_MAX, "0 done, 0 in flight, 0 failed, 0.0/s, 18446744 TB, 0:00"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct progress_figures figures = {.bytes = cases[i].bytes};
        assert_line(&figures, 0, 0, 80, cases[i].line);
    }
}

/* For every width: never wider, and each part whole or not there. */
static void test_fits_every_width(void **state)
{
    (void)state;
    struct progress_figures figures = {.done = 50, .failed = 1, .in_flight = 8, .bytes = 12345, .total = 200};
    for (unsigned width = 0; width < 100; width++) {
        struct text text = {0};
        progress_append_line(&text, &figures, 30 * HAUL_SECOND, 4, width);
        assert_true(text.size <= width);
        assert_true(text.size == 0 || text.bytes[text.size - 1] != ' ');
        text_finish(&text);
    }
    assert_line(&figures, 30 * HAUL_SECOND, 4, 14, "50 of 200 done");
    assert_line(&figures, 30 * HAUL_SECOND, 4, 29, "50 of 200 done, 8 in flight");
    assert_line(&figures, 30 * HAUL_SECOND, 4, 26, "50 of 200 done, 1 failed");
}

/* A progress line on a terminal of its own, on a virtual clock. */
struct fixture {
    struct haul_virtual_clock clock;
    struct haul_loop *loop;
    struct writer *writer;
    struct progress *progress;
    int screen; /* what the terminal shows comes out here */
    int terminal;
    struct progress_figures figures;
    size_t bar_count;
};

static void tell(void *data, struct progress_figures *ret_figures)
{
    *ret_figures = ((struct fixture *)data)->figures;
}

static size_t no_bars(void *data, struct bar *ret_bars, size_t room)
{
    (void)data;
    (void)ret_bars;
    (void)room;
    return 0;
}

/* As many as there are, or fit. */
static size_t tell_bars(void *data, struct bar *ret_bars, size_t room)
{
    const struct fixture *fixture = data;
    size_t count = fixture->bar_count < room ? fixture->bar_count : room;
    for (size_t i = 0; i < count; i++)
        ret_bars[i] = (struct bar){.url = "sleep:1", .expected = -1};
    return count;
}

static void set_up(struct fixture *fixture, unsigned short width)
{
    *fixture = (struct fixture){.clock = {.now = HAUL_SECOND}};
    struct winsize size = {.ws_row = 24, .ws_col = width};
    assert_int_equal(openpty(&fixture->screen, &fixture->terminal, NULL, NULL, &size), 0);
    fcntl(fixture->screen, F_SETFL, O_NONBLOCK);
    struct haul_loop_options options = {.clock = haul_virtual_clock(&fixture->clock)};
    assert_int_equal(haul_loop_create(&options, &fixture->loop), 0);
    assert_int_equal(writer_create(fixture->loop, fixture->terminal, &fixture->writer), 0);
}

static void start(struct fixture *fixture)
{
    const struct progress_source source = {
        .figures = tell, .bars = fixture->bar_count > 0 ? tell_bars : no_bars, .data = fixture};
    assert_int_equal(progress_create(fixture->loop, fixture->terminal, fixture->writer, &source, &fixture->progress),
                     0);
}

static void tear_down(struct fixture *fixture)
{
    progress_destroy(fixture->progress);
    writer_destroy(fixture->writer);
    assert_int_equal(haul_loop_finish(fixture->loop), 0);
    close(fixture->screen);
    close(fixture->terminal);
}

static void stop(void *data)
{
    haul_loop_stop(data);
}

static void pass_time(struct fixture *fixture, int64_t duration)
{
    fixture->clock.now += duration;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(haul_loop_call_soon(fixture->loop, stop, fixture->loop, NULL), 0);
        assert_int_equal(haul_loop_run_forever(fixture->loop), 0);
    }
}

#define CLEARED     "\r\033[J"
#define DRAWN(line) "\r\033[?7l" line "\033[J\r\033[?7h"

/* What was drawn since the last look. */
static void assert_drawn(struct fixture *fixture, const char *expected)
{
    char buffer[256];
    ssize_t size = read(fixture->screen, buffer, sizeof(buffer) - 1);
    buffer[size > 0 ? size : 0] = '\0';
    assert_string_equal(buffer, expected);
}

static void test_drawn_ten_times_a_second(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 80);
    start(&fixture);
    pass_time(&fixture, 99 * HAUL_MILLISECOND);
    assert_drawn(&fixture, "");
    pass_time(&fixture, HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done, 0 in flight, 0 failed, 0.0/s, 0 B, 0:00"));
    fixture.figures.done = 1;
    pass_time(&fixture, 99 * HAUL_MILLISECOND);
    assert_drawn(&fixture, "");
    pass_time(&fixture, HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("1 done, 0 in flight, 0 failed, 5.0/s, 0 B, 0:00"));
    tear_down(&fixture);
}

/* One column is left free, so that the terminal does not go to the next line. */
static void test_fitted_to_the_terminal(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 20);
    start(&fixture);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done, 0 in flight"));
    tear_down(&fixture);
    set_up(&fixture, 19);
    start(&fixture);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done, 0 failed"));
    tear_down(&fixture);
}

static void test_cleared_only_if_drawn(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 10);
    start(&fixture);
    progress_clear(fixture.progress);
    assert_drawn(&fixture, "");
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done"));
    progress_clear(fixture.progress);
    assert_drawn(&fixture, CLEARED);
    progress_clear(fixture.progress);
    assert_drawn(&fixture, "");
    progress_clear(NULL);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done"));
    progress_destroy(fixture.progress);
    fixture.progress = NULL;
    assert_drawn(&fixture, CLEARED);
    tear_down(&fixture);
}

/* The rate is that of the last three seconds. */
static void test_rate_forgets(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 80);
    start(&fixture);
    fixture.figures.done = 1000;
    for (int i = 0; i < 30; i++)
        pass_time(&fixture, 100 * HAUL_MILLISECOND);
    char screen[4096];
    while (read(fixture.screen, screen, sizeof(screen)) > 0)
        ;
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("1000 done, 0 in flight, 0 failed, 0.0/s, 0 B, 0:03"));
    tear_down(&fixture);
}

static void resize(struct fixture *fixture, unsigned short rows, unsigned short columns)
{
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    assert_int_equal(ioctl(fixture->terminal, TIOCSWINSZ, &size), 0);
}

/* What a terminal that is narrower now has made of the old lines is gone before the new ones are drawn. */
static void test_drawn_anew_when_resized(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 20);
    start(&fixture);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done, 0 in flight"));
    resize(&fixture, 24, 10);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, "\r\033[J\033[?7l0 done\033[J\r\033[?7h");
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done"));
    tear_down(&fixture);
}

static void test_bars_stand_above_the_line(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 13);
    fixture.bar_count = 2;
    start(&fixture);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture,
                 "\r\033[?7lsleep:1     \033[K\r\r\nsleep:1     \033[K\r\r\n0 done, 0 B\033[J\033[2A\r\033[?7h");
    progress_clear(fixture.progress);
    assert_drawn(&fixture, CLEARED);
    tear_down(&fixture);
}

static size_t count_bars(struct fixture *fixture)
{
    char buffer[4096];
    ssize_t size = read(fixture->screen, buffer, sizeof(buffer) - 1);
    size_t count = 0;
    buffer[size > 0 ? size : 0] = '\0';
    for (const char *at = buffer; (at = strstr(at, "sleep:1")); at++)
        count++;
    return count;
}

/* Eight at most, and two rows less than the terminal has. */
static void test_as_many_bars_as_fit(void **state)
{
    static const struct {
        unsigned short rows;
        size_t bars;
    } cases[] = {{24, 8}, {10, 8}, {9, 7}, {3, 1}, {2, 0}, {1, 0}};
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 80);
    fixture.bar_count = 20;
    start(&fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        resize(&fixture, cases[i].rows, 80);
        pass_time(&fixture, 100 * HAUL_MILLISECOND);
        assert_int_equal(count_bars(&fixture), cases[i].bars);
    }
    tear_down(&fixture);
}

/* Whatever is written goes where the progress was, and is followed by it only where its line has ended. */
static void test_goes_out_of_the_way(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 10);
    start(&fixture);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done"));
    assert_int_equal(writer_write(fixture.writer, "half", 4), 0);
    assert_drawn(&fixture, CLEARED "half");
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, "");
    assert_int_equal(writer_write(fixture.writer, "a line\n", 7), 0);
    assert_drawn(&fixture, "a line\r\n");
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_drawn(&fixture, DRAWN("0 done"));
    tear_down(&fixture);
}

/* Nothing is drawn behind what the terminal has not taken yet. */
static void test_waits_for_the_writer(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, 10);
    static char much[200000];
    memset(much, '\n', sizeof(much));
    assert_int_equal(writer_write(fixture.writer, much, sizeof(much)), 0);
    size_t pending = writer_pending(fixture.writer);
    assert_true(pending > 0);
    start(&fixture);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_int_equal(writer_pending(fixture.writer), pending);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_of_an_open_list),
        cmocka_unit_test(test_line_of_a_known_list),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_fits_every_width),
        cmocka_unit_test(test_drawn_ten_times_a_second),
        cmocka_unit_test(test_fitted_to_the_terminal),
        cmocka_unit_test(test_cleared_only_if_drawn),
        cmocka_unit_test(test_rate_forgets),
        cmocka_unit_test(test_drawn_anew_when_resized),
        cmocka_unit_test(test_bars_stand_above_the_line),
        cmocka_unit_test(test_as_many_bars_as_fit),
        cmocka_unit_test(test_goes_out_of_the_way),
        cmocka_unit_test(test_waits_for_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
