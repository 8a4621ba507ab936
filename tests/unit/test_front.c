/* The front over sleeps, which need no network. Their order is that of their deadlines, which are set in one iteration
 * of the loop or one after another: no test depends on how long anything takes. */
#include "run/dedupe.h"
#include "run/entry.h"
#include "run/feed.h"
#include "run/front.h"

#include <haul/haul.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A feed of URLs, and a sink that notes what leaves. */
struct stage {
    struct feed feed;
    struct haul_loop *loop;
    struct haul_client *client;
    struct front front;
    const char *const *urls; /* ends with NULL */
    size_t read;             /* entries given to the front */
    size_t most_in_window;   /* entries that were read and had not left */
    size_t left_count;
    char left[64];  /* the indexes that have left, in order */
    char turns[64]; /* the indexes that were told that they are next */
    size_t cancelled;
    size_t cancel_after; /* entries that have left before the run is cancelled; 0: never */
    size_t full_after;   /* entries that have left before the sink is full; 0: never */
    size_t read_while_full;
    bool is_full;
    int feed_error; /* what the feed says at its end instead of HAUL_E_DRAINED */
    int emit_error;
    struct dedupe *dedupe; /* NULL: each is fetched */
    struct haul_task *task;
    struct haul_event room;
};

static int next(struct feed *feed, struct entry **ret_entry)
{
    struct stage *stage = (struct stage *)feed;
    const char *url = stage->urls[stage->read];
    const char *problem;
    if (!url)
        return stage->feed_error != 0 ? stage->feed_error : HAUL_E_DRAINED;
    if (stage->is_full)
        stage->read_while_full++;
    struct entry *entry = entry_create(url, strlen(url), NULL, 0);
    assert_non_null(entry);
    entry->index = stage->read++;
    if (haul_url_create(url, strlen(url), &entry->url, &problem) != 0)
        entry->result = haul_result_create_failed(NULL, HAUL_CLASS_URL, problem);
    if (stage->read - stage->left_count > stage->most_in_window)
        stage->most_in_window = stage->read - stage->left_count;
    *ret_entry = entry;
    return 0;
}

static void append_index(char *text, size_t size, const struct entry *entry)
{
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%d", (int)entry->index);
}

static void empty_sink(void *data)
{
    struct stage *stage = data;
    stage->is_full = false;
    haul_event_set(&stage->room);
}

static int emit(void *data, struct entry *entry)
{
    struct stage *stage = data;
    assert_non_null(entry->result);
    append_index(stage->left, sizeof(stage->left), entry);
    stage->left_count++;
    if (entry->result->error_class == HAUL_CLASS_CANCELLED) {
        assert_string_equal(entry->result->message, "enough");
        stage->cancelled++;
    }
    if (stage->left_count == stage->cancel_after) {
        front_stop(&stage->front, "enough");
        haul_task_cancel(stage->task);
    }
    if (stage->left_count == stage->full_after) {
        stage->is_full = true;
        haul_event_clear(&stage->room);
        haul_loop_call_later(stage->loop, 20 * HAUL_MILLISECOND, empty_sink, stage, NULL);
    }
    return stage->emit_error;
}

static void take_turn(void *data, struct entry *entry)
{
    struct stage *stage = data;
    append_index(stage->turns, sizeof(stage->turns), entry);
}

static bool is_full(void *data)
{
    return ((struct stage *)data)->is_full;
}

static struct haul_await wait_room(struct haul_task *task, void *data)
{
    struct stage *stage = data;
    return haul_event_wait(task, &stage->room);
}

/* Runs the stage, whose fields the test has set; the code that the run ended with. */
static int run(struct stage *stage, enum mode mode, size_t concurrency, size_t window)
{
    struct haul_client_options options;
    struct haul_client_statistics statistics;
    haul_client_options_init(&options);
    options.concurrency = concurrency;
    options.waiting = front_room_changed;
    options.waiting_data = &stage->front;
    assert_int_equal(haul_loop_create(NULL, &stage->loop), 0);
    assert_int_equal(haul_client_create(stage->loop, &options, &stage->client), 0);
    haul_event_init(&stage->room);
    haul_event_set(&stage->room);
    stage->feed.next = next;
    const struct front_plan plan = {
        .client = stage->client,
        .feed = &stage->feed,
        .sink = {.emit = emit, .take_turn = take_turn, .is_full = is_full, .wait_room = wait_room, .data = stage},
        .dedupe = stage->dedupe,
        .mode = mode,
        .concurrency = concurrency,
        .window = window,
    };
    front_init(&stage->front, &plan);
    assert_int_equal(haul_task_create(stage->loop, HAUL_CALL(front_run, .front = &stage->front), &stage->task), 0);
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(stage->task)), 0);
    int code = haul_future_code(haul_task_future(stage->task));
    haul_client_statistics(stage->client, &statistics);
    assert_true(statistics.peak_in_flight <= concurrency);
    assert_int_equal(statistics.in_flight, 0);
    assert_int_equal(stage->left_count, stage->read);
    haul_task_unref(stage->task);
    haul_event_finish(&stage->room);
    assert_int_equal(haul_client_destroy(stage->client), 0);
    assert_int_equal(haul_loop_finish(stage->loop), 0);
    return code;
}

static const char *const three_sleeps[] = {"sleep:0.03", "sleep:0.01", "sleep:0.02", NULL};

static void test_as_completed_leaves_in_order_of_completion(void **state)
{
    /* The first is not due when the others leave, however slow the machine. */
    static const char *const urls[] = {"sleep:0.5", "sleep:0.01", "sleep:0.02", NULL};
    (void)state;
    struct stage stage = {.urls = urls};
    assert_int_equal(run(&stage, MODE_AS_COMPLETED, 3, 10), 0);
    assert_string_equal(stage.left, "120");
    assert_string_equal(stage.turns, "0"); /* the last one left */
}

static void test_gather_leaves_in_order_of_input(void **state)
{
    (void)state;
    struct stage stage = {.urls = three_sleeps};
    assert_int_equal(run(&stage, MODE_GATHER, 3, 10), 0);
    assert_string_equal(stage.left, "012");
}

static void test_sequential_reads_one_at_a_time(void **state)
{
    (void)state;
    struct stage stage = {.urls = three_sleeps};
    assert_int_equal(run(&stage, MODE_SEQUENTIAL, 1, 10), 0);
    assert_string_equal(stage.left, "012");
    assert_string_equal(stage.turns, "012");
    assert_int_equal(stage.most_in_window, 1);
}

static void test_window_bounds_what_is_read(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0.03", "sleep:0", "sleep:0", "sleep:0", "sleep:0", "sleep:0", NULL};
    struct stage gathered = {.urls = urls};
    assert_int_equal(run(&gathered, MODE_GATHER, 2, 4), 0);
    assert_string_equal(gathered.left, "012345");
    assert_int_equal(gathered.most_in_window, 4);
    struct stage completed = {.urls = urls};
    assert_int_equal(run(&completed, MODE_AS_COMPLETED, 2, 4), 0);
    assert_string_equal(completed.left, "123450");
    assert_true(completed.most_in_window <= 2);
}

static void test_refused_entry_leaves_in_its_place(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0.01", "ftp://x/", "sleep:0", NULL};
    struct stage gathered = {.urls = urls};
    assert_int_equal(run(&gathered, MODE_GATHER, 3, 10), 0);
    assert_string_equal(gathered.left, "012");
    struct stage completed = {.urls = urls};
    assert_int_equal(run(&completed, MODE_AS_COMPLETED, 3, 10), 0);
    assert_string_equal(completed.left, "120");
}

static void test_cancelled_run_lets_all_leave_that_was_read(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0.01", "sleep:100", "sleep:100", "sleep:100", NULL};
    for (enum mode mode = MODE_GATHER; mode <= MODE_AS_COMPLETED; mode++) {
        struct stage stage = {.urls = urls, .cancel_after = 1};
        assert_int_equal(run(&stage, mode, 2, 10), HAUL_E_CANCELLED);
        assert_true(stage.read == 2 || stage.read == 3);
        assert_int_equal(stage.cancelled, stage.read - 1);
    }
}

static void test_nothing_is_read_while_the_sink_is_full(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0", "sleep:0", "sleep:0", "sleep:0", NULL};
    struct stage stage = {.urls = urls, .full_after = 2};
    assert_int_equal(run(&stage, MODE_AS_COMPLETED, 1, 10), 0);
    assert_string_equal(stage.left, "0123");
    assert_int_equal(stage.read_while_full, 0);
}

/* Runs these with --dedupe; what the run ended with. */
static int run_deduped(struct stage *stage, enum mode mode, size_t concurrency)
{
    assert_int_equal(dedupe_create("/tmp", &stage->dedupe), 0);
    int code = run(stage, mode, concurrency, 10);
    dedupe_destroy(stage->dedupe);
    return code;
}

static void test_duplicates_leave_in_their_place(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0.5", "sleep:0.01", "sleep:0.5", "sleep:0.01", "sleep:0.02", NULL};
    struct stage completed = {.urls = urls};
    assert_int_equal(run_deduped(&completed, MODE_AS_COMPLETED, 5), 0);
    assert_string_equal(completed.left, "13402");
    struct stage gathered = {.urls = urls};
    assert_int_equal(run_deduped(&gathered, MODE_GATHER, 5), 0);
    assert_string_equal(gathered.left, "01234");
    struct stage sequential = {.urls = urls};
    assert_int_equal(run_deduped(&sequential, MODE_SEQUENTIAL, 1), 0);
    assert_string_equal(sequential.left, "01234");
}

/* They take no place in flight: the last one is read though there is only one. */
static void test_duplicates_that_wait_take_no_place(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0.5", "sleep:0.5", "sleep:0.5", "sleep:0.01", NULL};
    struct stage stage = {.urls = urls};
    assert_int_equal(run_deduped(&stage, MODE_AS_COMPLETED, 2), 0);
    assert_string_equal(stage.left, "3012");
}

static void test_cancelled_run_lets_duplicates_leave(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0.01", "sleep:100", "sleep:100", "sleep:100", NULL};
    for (enum mode mode = MODE_GATHER; mode <= MODE_AS_COMPLETED; mode++) {
        struct stage stage = {.urls = urls, .cancel_after = 1};
        assert_int_equal(run_deduped(&stage, mode, 3), HAUL_E_CANCELLED);
        assert_int_equal(stage.read, 4);
        assert_int_equal(stage.cancelled, 3);
    }
}

static void test_sink_that_fails_ends_the_run(void **state)
{
    (void)state;
    static const char *const urls[] = {"sleep:0", "sleep:100", "sleep:100", NULL};
    struct stage stage = {.urls = urls, .emit_error = -ENOMEM};
    stage.cancel_after = 1;
    assert_int_equal(run(&stage, MODE_AS_COMPLETED, 2, 10), -ENOMEM);
    struct stage refused = {.urls = (const char *const[]){"ftp://x/", NULL}, .emit_error = -ENOMEM};
    assert_int_equal(run(&refused, MODE_GATHER, 2, 10), -ENOMEM);
}

static void test_feed_that_fails_ends_the_run(void **state)
{
    (void)state;
    struct stage stage = {.urls = (const char *const[]){NULL}, .feed_error = -EIO};
    assert_int_equal(run(&stage, MODE_AS_COMPLETED, 2, 10), -EIO);
}

static void test_empty_feed_is_a_run(void **state)
{
    (void)state;
    for (enum mode mode = MODE_SEQUENTIAL; mode <= MODE_AS_COMPLETED; mode++) {
        struct stage stage = {.urls = (const char *const[]){NULL}};
        assert_int_equal(run(&stage, mode, 1, 10), 0);
        assert_string_equal(stage.left, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_completed_leaves_in_order_of_completion),
        cmocka_unit_test(test_gather_leaves_in_order_of_input),
        cmocka_unit_test(test_sequential_reads_one_at_a_time),
        cmocka_unit_test(test_window_bounds_what_is_read),
        cmocka_unit_test(test_refused_entry_leaves_in_its_place),
        cmocka_unit_test(test_cancelled_run_lets_all_leave_that_was_read),
        cmocka_unit_test(test_nothing_is_read_while_the_sink_is_full),
        cmocka_unit_test(test_duplicates_leave_in_their_place),
        cmocka_unit_test(test_duplicates_that_wait_take_no_place),
        cmocka_unit_test(test_cancelled_run_lets_duplicates_leave),
        cmocka_unit_test(test_sink_that_fails_ends_the_run),
        cmocka_unit_test(test_feed_that_fails_ends_the_run),
        cmocka_unit_test(test_empty_feed_is_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
