#include "output/body.h"
#include "output/keep.h"
#include "writer_stage.h"
#include <haul/event.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Bodies on a virtual clock, written to a file or a pipe. */
struct fixture {
    struct writer_stage stage;
    struct bodies *bodies;
    char directory[32]; /* for kept bodies */
};

static const struct haul_result fine = {.status = 200};
static const struct haul_result missing = {.status = 404};

typedef void open_fn(struct writer_stage *stage, bool is_virtual);

static void set_up_on(struct fixture *fixture, open_fn *open)
{
    open(&fixture->stage, true);
    strcpy(fixture->directory, "/tmp/haul-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    const struct bodies_options options = {.writer = fixture->stage.writer, .directory = fixture->directory};
    assert_int_equal(bodies_create(fixture->stage.loop, &options, &fixture->bodies), 0);
}

static void set_up(struct fixture *fixture)
{
    set_up_on(fixture, writer_stage_open_file);
}

static void set_up_pipe(struct fixture *fixture)
{
    set_up_on(fixture, writer_stage_open_pipe);
}

static void tear_down(struct fixture *fixture)
{
    writer_stage_end_run(&fixture->stage);
    bodies_destroy(fixture->bodies);
    writer_stage_close(&fixture->stage);
    /* Nothing was left in it: what is kept has no name. */
    assert_int_equal(rmdir(fixture->directory), 0);
}

static struct body *created(struct fixture *fixture)
{
    struct body *body;
    assert_int_equal(body_create(fixture->bodies, &body), 0);
    return body;
}

static void receive(struct body *body, const char *text)
{
    assert_int_equal(body_receive(body, &fine, text, strlen(text)), 0);
}

/* Hands over SIZE bytes, all the same, in pieces as they come from the net. */
static void receive_many(struct body *body, char byte, size_t size)
{
    static char piece[16384];
    memset(piece, byte, sizeof(piece));
    for (; size > 0; size -= size < sizeof(piece) ? size : sizeof(piece))
        assert_int_equal(body_receive(body, &fine, piece, size < sizeof(piece) ? size : sizeof(piece)), 0);
}

/* Has DURATION pass, and runs what is ready then. */
static void pass_time(struct fixture *fixture, int64_t duration)
{
    fixture->stage.clock.now += duration;
    writer_stage_iterate(&fixture->stage);
}

/* What was written since the last look. */
static void assert_written(struct fixture *fixture, const char *expected)
{
    pass_time(fixture, 2 * HAUL_MILLISECOND);
    writer_stage_assert_arrived(&fixture->stage, expected);
}

/* The next SIZE bytes written are all BYTE. */
static void assert_written_many(struct fixture *fixture, char byte, size_t size)
{
    static char buffer[16384];
    while (size > 0) {
        pass_time(fixture, 2 * HAUL_MILLISECOND);
        ssize_t taken = read(fixture->stage.reading, buffer, size < sizeof(buffer) ? size : sizeof(buffer));
        assert_true(taken > 0);
        for (ssize_t i = 0; i < taken; i++)
            assert_int_equal(buffer[i], byte);
        size -= (size_t)taken;
    }
}

static void test_whole_and_in_order_of_release(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *first = created(&fixture);
    struct body *second = created(&fixture);
    receive(first, "one ");
    receive(second, "2 ");
    receive(first, "is one\n");
    receive(second, "is two\n");
    assert_written(&fixture, "");
    body_release(second);
    assert_written(&fixture, "2 is two\n");
    body_release(first);
    assert_written(&fixture, "one is one\n");
    tear_down(&fixture);
}

static void test_destroyed_leaves_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *body = created(&fixture);
    receive(body, "half of it");
    body_take_turn(body);
    body_destroy(body);
    assert_written(&fixture, "");
    body_destroy(NULL);
    tear_down(&fixture);
}

/* With the turn it is held while it is young: an answer that breaks off at once leaves nothing. */
static void test_turn_begins_after_youth(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *body = created(&fixture);
    body_take_turn(body);
    receive(body, "one ");
    assert_written(&fixture, "");
    assert_int_equal(body_passed(body), 0);
    pass_time(&fixture, 100 * HAUL_MILLISECOND);
    assert_written(&fixture, "one ");
    receive(body, "two ");
    assert_written(&fixture, "two ");
    assert_int_equal(body_passed(body), 8);
    body_release(body);
    assert_written(&fixture, "");
    tear_down(&fixture);
}

static void test_turn_begins_with_size(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *body = created(&fixture);
    body_take_turn(body);
    receive_many(body, 'x', KEEP_SHARE);
    assert_written(&fixture, "");
    receive_many(body, 'x', 1000);
    assert_written_many(&fixture, 'x', KEEP_SHARE + 1000);
    receive(body, "y");
    assert_written(&fixture, "y");
    body_destroy(body);
    tear_down(&fixture);
}

/* What was kept before the turn came goes first, and at once where it is old enough. */
static void test_turn_of_a_kept_body(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *body = created(&fixture);
    receive(body, "one ");
    pass_time(&fixture, 200 * HAUL_MILLISECOND);
    assert_written(&fixture, "");
    body_take_turn(body);
    body_take_turn(body);
    assert_written(&fixture, "one ");
    receive(body, "two");
    body_release(body);
    assert_written(&fixture, "two");
    tear_down(&fixture);
}

/* The one with the turn waits until those released before it are out. */
static void test_turn_behind_released(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    struct body *first = created(&fixture);
    struct body *second = created(&fixture);
    receive_many(first, '1', 4000000);
    body_release(first);
    assert_false(haul_event_is_set(bodies_idle(fixture.bodies)));
    body_take_turn(second);
    receive_many(second, '2', 300000);
    assert_int_equal(body_passed(second), 0);
    assert_written_many(&fixture, '1', 4000000);
    assert_true(haul_event_is_set(bodies_idle(fixture.bodies)));
    assert_written_many(&fixture, '2', 300000);
    body_release(second);
    assert_true(haul_event_is_set(bodies_idle(fixture.bodies)));
    tear_down(&fixture);
}

/* So large a first piece that it is not held a moment stays behind them too. */
static void test_large_piece_behind_released(void **state)
{
    (void)state;
    static char piece[KEEP_SHARE + 1];
    memset(piece, '2', sizeof(piece));
    struct fixture fixture;
    set_up(&fixture);
    struct body *first = created(&fixture);
    struct body *second = created(&fixture);
    receive_many(first, '1', 4000000);
    body_release(first);
    body_take_turn(second);
    assert_int_equal(body_receive(second, &fine, piece, sizeof(piece)), 0);
    body_release(second);
    assert_written_many(&fixture, '1', 4000000);
    assert_written_many(&fixture, '2', sizeof(piece));
    tear_down(&fixture);
}

/* While the reader is slow, no more waits in the writer than its limit and a piece; the rest is kept. */
static void test_slow_reader(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    struct body *body = created(&fixture);
    body_take_turn(body);
    for (int i = 0; i < 100; i++) {
        receive_many(body, 'x', 100000);
        assert_true(writer_pending(fixture.stage.writer) <= WRITER_HIGH_WATER + 65536);
    }
    body_release(body);
    pass_time(&fixture, 0);
    assert_true(writer_pending(fixture.stage.writer) <= WRITER_HIGH_WATER + 65536);
    assert_written_many(&fixture, 'x', 10000000);
    assert_written(&fixture, "");
    assert_int_equal(bodies_error(fixture.bodies), 0);
    tear_down(&fixture);
}

/* Much to move does not hold up the loop: others have their turn between the parts. */
static void count_call(void *data)
{
    ++*(int *)data;
}

static void stop(void *data)
{
    haul_loop_stop(data);
}

/* Where it may come anew even the one with the turn is held until it is whole, and what came first is forgotten. */
static void test_a_body_that_comes_anew(void **state)
{
    struct fixture fixture;
    (void)state;
    set_up(&fixture);
    bodies_hold(fixture.bodies);
    struct body *body = created(&fixture);
    body_take_turn(body);
    receive_many(body, 'x', 4 * 1024 * 1024);
    pass_time(&fixture, HAUL_MINUTE);
    assert_int_equal(body_passed(body), 0);
    assert_int_equal(body_restart(body), 0);
    receive(body, "anew");
    body_release(body);
    assert_written(&fixture, "anew");
    tear_down(&fixture);
}

static void test_what_has_passed_cannot_come_anew(void **state)
{
    struct fixture fixture;
    (void)state;
    set_up(&fixture);
    struct body *body = created(&fixture);
    body_take_turn(body);
    receive(body, "begin");
    assert_int_equal(body_restart(body), 0);
    receive(body, "again");
    pass_time(&fixture, HAUL_SECOND);
    assert_int_equal(body_restart(body), -EPIPE);
    body_release(body);
    assert_written(&fixture, "again");
    tear_down(&fixture);
}

static void test_moving_gives_way(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *body = created(&fixture);
    receive_many(body, 'x', 5000000);
    body_release(body);
    int calls = 0;
    assert_int_equal(haul_loop_call_soon(fixture.stage.loop, count_call, &calls, NULL), 0);
    assert_int_equal(haul_loop_call_soon(fixture.stage.loop, stop, fixture.stage.loop, NULL), 0);
    assert_int_equal(haul_loop_run_forever(fixture.stage.loop), 0);
    assert_int_equal(calls, 1);
    assert_false(haul_event_is_set(bodies_idle(fixture.bodies)));
    assert_written_many(&fixture, 'x', 5000000);
    tear_down(&fixture);
}

static void test_refusing_answer_has_none(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *body = created(&fixture);
    body_take_turn(body);
    assert_int_equal(body_receive(body, &missing, "sorry", 5), 0);
    pass_time(&fixture, HAUL_SECOND);
    body_release(body);
    assert_written(&fixture, "");
    tear_down(&fixture);
}

static void test_binary_is_fine_for_a_file(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct body *body = created(&fixture);
    assert_int_equal(body_receive(body, &fine, "a\0b", 3), 0);
    assert_null(body_problem(body));
    body_release(body);
    pass_time(&fixture, 2 * HAUL_MILLISECOND);
    char bytes[4];
    assert_int_equal(read(fixture.stage.reading, bytes, 4), 3);
    assert_memory_equal(bytes, "a\0b", 3);
    tear_down(&fixture);
}

static void test_binary_is_refused_for_a_terminal(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_on(&fixture, writer_stage_open_terminal);
    struct body *body = created(&fixture);
    receive(body, "text");
    assert_null(body_problem(body));
    assert_true(body_receive(body, &fine, "a\0b", 3) < 0);
    assert_non_null(strstr(body_problem(body), "binary"));
    body_destroy(body);
    tear_down(&fixture);
}

static void test_no_place_to_keep_it(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    assert_int_equal(rmdir(fixture.directory), 0);
    struct body *body = created(&fixture);
    static char bytes[KEEP_SHARE + 1];
    assert_int_equal(body_receive(body, &fine, bytes, sizeof(bytes)), -ENOENT);
    assert_non_null(strstr(body_problem(body), "No such file"));
    body_destroy(body);
    assert_int_equal(mkdir(fixture.directory, 0700), 0);
    tear_down(&fixture);
}

static void test_reader_goes_away(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    struct body *body = created(&fixture);
    receive_many(body, 'x', 3000000);
    body_release(body);
    writer_stage_close_reading(&fixture.stage);
    pass_time(&fixture, 0);
    assert_int_equal(writer_state(fixture.stage.writer), WRITER_READER_GONE);
    assert_true(haul_event_is_set(bodies_idle(fixture.bodies)));
    tear_down(&fixture);
}

/* Destroyed with bodies that wait. */
static void test_end_while_some_wait(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up_pipe(&fixture);
    for (int i = 0; i < 3; i++) {
        struct body *body = created(&fixture);
        receive_many(body, 'x', 2000000);
        body_release(body);
    }
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_and_in_order_of_release),
        cmocka_unit_test(test_destroyed_leaves_nothing),
        cmocka_unit_test(test_turn_begins_after_youth),
        cmocka_unit_test(test_turn_begins_with_size),
        cmocka_unit_test(test_turn_of_a_kept_body),
        cmocka_unit_test(test_turn_behind_released),
        cmocka_unit_test(test_large_piece_behind_released),
        cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_a_body_that_comes_anew),
        cmocka_unit_test(test_what_has_passed_cannot_come_anew),
        cmocka_unit_test(test_moving_gives_way),
        cmocka_unit_test(test_refusing_answer_has_none),
        cmocka_unit_test(test_binary_is_fine_for_a_file),
        cmocka_unit_test(test_binary_is_refused_for_a_terminal),
        cmocka_unit_test(test_no_place_to_keep_it),
        cmocka_unit_test(test_reader_goes_away),
        cmocka_unit_test(test_end_while_some_wait),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
