#include "captured_stderr.h"
#include "run/entry.h"
#include "run/order.h"
#include "run/stall.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct stage {
    struct haul_virtual_clock clock;
    struct haul_loop *loop;
    struct order order;
    struct stall stall;
};

static void add(struct stage *stage, const char *input)
{
    struct entry *entry = entry_create(input, strlen(input), NULL, 0);
    const char *problem;
    assert_non_null(entry);
    assert_int_equal(haul_url_create(input, strlen(input), &entry->url, &problem), 0);
    order_add(&stage->order, entry);
}

static void begin(struct stage *stage)
{
    *stage = (struct stage){0};
    struct haul_loop_options options = {.clock = haul_virtual_clock(&stage->clock)};
    assert_int_equal(haul_loop_create(&options, &stage->loop), 0);
    order_init(&stage->order, MODE_GATHER);
    stall_init(&stage->stall, &stage->order);
    capture_stderr();
}

static void finish(struct stage *stage, const char *expected)
{
    assert_string_equal(captured_stderr(NULL), expected);
    stall_finish(&stage->stall);
    while (order_first(&stage->order))
        order_drop(&stage->order, order_first(&stage->order));
    assert_int_equal(haul_loop_destroy(stage->loop), 0);
}

static void note(struct stage *stage, bool is_full)
{
    stall_note(&stage->stall, stage->loop, is_full);
}

static void stop(void *data)
{
    haul_loop_stop(data);
}

static void pass(struct stage *stage, int64_t duration)
{
    assert_int_equal(haul_loop_call_later(stage->loop, duration, stop, stage->loop, NULL), 0);
    assert_int_equal(haul_loop_run_forever(stage->loop), 0);
}

static void test_the_one_that_is_waited_for_is_named_once(void **state)
{
    struct stage stage;
    (void)state;
    begin(&stage);
    add(&stage, "http://user:secret@h/");
    add(&stage, "sleep:1");
    note(&stage, true);
    pass(&stage, 4999 * HAUL_MILLISECOND);
    size_t size;
    captured_stderr(&size);
    assert_int_equal(size, 0);
    capture_stderr();
    pass(&stage, 2 * HAUL_MILLISECOND);
    note(&stage, false);
    note(&stage, true);
    pass(&stage, 60 * HAUL_SECOND);
    finish(&stage, "haul: the window of 2 lines is full, and waits for http://user:***@h/\n");
}

static void test_of_one_line(void **state)
{
    struct stage stage;
    (void)state;
    begin(&stage);
    add(&stage, "sleep:9");
    note(&stage, true);
    pass(&stage, 6 * HAUL_SECOND);
    finish(&stage, "haul: the window of 1 line is full, and waits for sleep:9\n");
}

static void test_what_goes_on_is_no_stall(void **state)
{
    struct stage stage;
    (void)state;
    begin(&stage);
    add(&stage, "sleep:9");
    for (int i = 0; i < 3; i++) {
        note(&stage, true);
        pass(&stage, 4 * HAUL_SECOND);
        note(&stage, true);
        note(&stage, false);
    }
    pass(&stage, 60 * HAUL_SECOND);
    note(&stage, true);
    finish(&stage, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_one_that_is_waited_for_is_named_once),
        cmocka_unit_test(test_of_one_line),
        cmocka_unit_test(test_what_goes_on_is_no_stall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
