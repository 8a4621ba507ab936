#include "stage.h"

#include <string.h>

#include "net/host.h"

#include <haul/error.h>

/* How the connection that a hop opens comes out. */
enum outcome { SHARED, UNSHARED, FAILED, SHORT };

struct fixture {
    struct stage *stage;
    struct haul__hosts hosts;
    struct haul__host *host;
};

static void begin(struct fixture *fixture, struct stage *stage, const char *text, bool may_share)
{
    struct haul_url *url = NULL;
    const char *problem;
    fixture->stage = stage;
    haul__hosts_init(&fixture->hosts, may_share);
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    fixture->host = haul__hosts_get(&fixture->hosts, url);
    assert_non_null(fixture->host);
    haul_url_destroy(url);
}

/* Runs all to their end. */
static void end(struct fixture *fixture)
{
    assert_int_equal(haul_loop_run_forever(fixture->stage->loop), HAUL_E_STALLED);
    assert_int_equal(fixture->host->streams.users, 0);
    assert_null(fixture->host->streams.opener);
    assert_true(haul__list_is_empty(&fixture->hosts.opening.turns));
    fixture->host->connections = 0;
    haul__host_unref(fixture->host);
    haul__hosts_finish(&fixture->hosts);
}

/* A hop: it says its name and the time at which it was let go, with '!' if it is to open a connection. */
struct hop {
    struct haul_coroutine coroutine;
    struct fixture *fixture;
    const char *name;
    enum outcome outcome;
    int64_t opening;  /* how long it takes to open a connection */
    int64_t duration; /* and what is done with one */
    bool opens;
    int code;
};

static void get_connection(struct haul_task *task, struct hop *self)
{
    struct haul__host *host = self->fixture->host;
    if (self->opens && self->outcome >= FAILED) {
        self->duration = 0;
        return;
    }
    if (self->opens) {
        host->connections++;
        haul__streams_learn(host, self->outcome == SHARED);
    }
    haul__streams_connected(host, task);
}

static struct haul_step hop(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(hop);
    HAUL_AWAIT(haul__streams_enter(task, self->fixture->host));
    self->opens = self->fixture->host->streams.opener == task || self->fixture->host->connections == 0 ||
                  self->fixture->host->streams.sharing == HAUL__UNSHARED;
    stage_say(self->fixture->stage, "%s%d%s", self->name, (int)stage_time(self->fixture->stage),
              self->opens ? "!" : "");
    if (self->opens)
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->opening));
    if (self->code == 0) {
        get_connection(task, self);
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->duration));
    }
    haul__streams_leave(self->fixture->host, task, self->code == 0 && self->outcome != SHORT);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static void start(struct fixture *fixture, const char *name, enum outcome outcome)
{
    struct haul_awaitable awaitable = HAUL_CALL(hop, .fixture = fixture, .name = name, .outcome = outcome,
                                                .opening = 5 * HAUL_MILLISECOND, .duration = 100 * HAUL_MILLISECOND);
    assert_int_equal(haul_task_create(fixture->stage->loop, awaitable, NULL), 0);
}

static void start_all(struct fixture *fixture, const char *names, enum outcome outcome)
{
    static const char *const letters[] = {"a", "b", "c", "d", "e", "f"};
    for (; *names != '\0'; names++)
        start(fixture, letters[*names - 'a'], outcome);
}

/* Lets TIME pass and ends the patience that is over by then, as a fetcher does. */
struct patience {
    struct haul_coroutine coroutine;
    struct fixture *fixture;
    int64_t time;
};

static struct haul_step patience(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(patience);
    HAUL_AWAIT(haul_sleep(task, self->time));
    for (struct haul__turn *turn;
         (turn = haul__line_overdue(&self->fixture->hosts.opening, haul_loop_now(self->fixture->stage->loop)));)
        haul__streams_expire(haul__container(turn, struct haul__host, streams.opening));
    HAUL_FINALLY;
    HAUL_END;
}

static void pass(struct fixture *fixture, int64_t time)
{
    assert_int_equal(stage_run(fixture->stage, HAUL_CALL(patience, .fixture = fixture, .time = time)), 0);
}

/* Plain HTTP, and where nobody could tell what a connection speaks. */
static void test_nobody_waits(void **state)
{
    static const struct {
        const char *text;
        bool may_share;
    } cases[] = {{"http://a/", true}, {"https://a/", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        begin(&fixture, *state, cases[i].text, cases[i].may_share);
        start_all(&fixture, "abc", UNSHARED);
        stage_turn(fixture.stage, 1);
        assert_int_equal(fixture.host->streams.users, 3);
        end(&fixture);
        stage_forget(fixture.stage);
    }
}

static void test_first_connection_is_shared(void **state)
{
    struct fixture fixture;
    begin(&fixture, *state, "https://a/", true);
    start_all(&fixture, "abc", SHARED);
    pass(&fixture, 50 * HAUL_MILLISECOND);
    assert_script(fixture.stage, "a0!, b5, c5");
    start_all(&fixture, "def", SHARED);
    stage_turn(fixture.stage, 2);
    assert_script(fixture.stage, "d50, e50, f50");
    /* It is closed, but what it spoke is known: another is opened, and shared. */
    pass(&fixture, HAUL_SECOND);
    fixture.host->connections = 0;
    start_all(&fixture, "abc", SHARED);
    end(&fixture);
    assert_script(fixture.stage, "a1105!, b1110, c1110");
}

static void test_first_connection_is_not_shared(void **state)
{
    struct fixture fixture;
    begin(&fixture, *state, "https://a/", true);
    start_all(&fixture, "abc", UNSHARED);
    pass(&fixture, 50 * HAUL_MILLISECOND);
    assert_script(fixture.stage, "a0!, b5!, c5!");
    start_all(&fixture, "def", UNSHARED);
    end(&fixture);
    assert_script(fixture.stage, "d50!, e50!, f50!");
}

static void test_first_connection_fails(void **state)
{
    struct fixture fixture;
    begin(&fixture, *state, "https://a/", true);
    start_all(&fixture, "a", FAILED);
    start_all(&fixture, "bcd", SHARED);
    pass(&fixture, 50 * HAUL_MILLISECOND);
    assert_script(fixture.stage, "a0!, b5!, c5!, d5!");
    /* It has become known all the same. */
    start_all(&fixture, "ef", SHARED);
    end(&fixture);
    assert_script(fixture.stage, "e50, f50");
}

/* Whose fault it was not that it has no connection is followed by another. */
static void test_opener_is_short_of_descriptors(void **state)
{
    struct fixture fixture;
    begin(&fixture, *state, "https://a/", true);
    start_all(&fixture, "a", SHORT);
    start_all(&fixture, "bc", SHARED);
    end(&fixture);
    assert_script(fixture.stage, "a0!, b5!, c10");
}

static void test_opener_is_cancelled(void **state)
{
    struct fixture fixture;
    struct haul_task *opener, *waiting;
    begin(&fixture, *state, "https://a/", true);
    opener = stage_task(*state, HAUL_CALL(hop, .fixture = &fixture, .name = "a", .opening = HAUL_SECOND));
    waiting = stage_task(*state, HAUL_CALL(hop, .fixture = &fixture, .name = "b", .opening = HAUL_SECOND));
    start_all(&fixture, "cd", SHARED);
    pass(&fixture, HAUL_MILLISECOND);
    haul_task_cancel(waiting);
    assert_int_equal(stage_end(*state, waiting), HAUL_E_CANCELLED);
    haul_task_cancel(opener);
    assert_int_equal(stage_end(*state, opener), HAUL_E_CANCELLED);
    end(&fixture);
    assert_script(fixture.stage, "a0!, c1!, d6");
}

static void test_patience_ends(void **state)
{
    struct fixture fixture;
    begin(&fixture, *state, "https://a/", true);
    struct haul_task *slow =
        stage_task(*state, HAUL_CALL(hop, .fixture = &fixture, .name = "a", .opening = 10 * HAUL_SECOND));
    start_all(&fixture, "bc", SHARED);
    pass(&fixture, HAUL__OPENING_PATIENCE - 1);
    assert_script(fixture.stage, "a0!");
    pass(&fixture, 1);
    stage_turn(*state, 1);
    assert_script(fixture.stage, "b1000!, c1000!");
    assert_int_equal(stage_end(*state, slow), 0);
    end(&fixture);
}

enum { many = 250 };

/* Each connection is for so many; one more is opened at a time. */
static void test_many_streams(void **state)
{
    struct fixture fixture;
    struct haul__streams *streams;
    begin(&fixture, *state, "https://a/", true);
    streams = &fixture.host->streams;
    for (size_t i = 0; i < many; i++)
        start(&fixture, "", SHARED);
    stage_turn(*state, 1);
    assert_int_equal(streams->users, 1);
    pass(&fixture, 6 * HAUL_MILLISECOND);
    assert_int_equal(streams->users, HAUL__STREAMS_OF_CONNECTION + 1);
    pass(&fixture, 5 * HAUL_MILLISECOND);
    assert_int_equal(streams->users, 2 * HAUL__STREAMS_OF_CONNECTION + 1);
    pass(&fixture, 5 * HAUL_MILLISECOND);
    assert_int_equal(streams->users, many);
    assert_int_equal(fixture.host->connections, 3);
    stage_forget(*state);
    end(&fixture);
    stage_forget(*state);
}

/* Where the second takes its time the others wait for the places of the first, or for a third. */
static void test_another_is_slow(void **state)
{
    struct fixture fixture;
    begin(&fixture, *state, "https://a/", true);
    fixture.host->connections = 1;
    fixture.host->streams.sharing = HAUL__SHARED;
    fixture.host->streams.users = HAUL__STREAMS_OF_CONNECTION;
    struct haul_task *slow =
        stage_task(*state, HAUL_CALL(hop, .fixture = &fixture, .name = "a", .opening = 10 * HAUL_SECOND));
    start_all(&fixture, "bc", SHARED);
    pass(&fixture, HAUL__OPENING_PATIENCE);
    stage_turn(*state, 1);
    assert_script(fixture.stage, "a0!, b1000!");
    pass(&fixture, HAUL_SECOND);
    assert_script(fixture.stage, "c1005");
    assert_int_equal(stage_end(*state, slow), 0);
    fixture.host->streams.users -= HAUL__STREAMS_OF_CONNECTION;
    end(&fixture);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        on_stage(test_nobody_waits),
        on_stage(test_first_connection_is_shared),
        on_stage(test_first_connection_is_not_shared),
        on_stage(test_first_connection_fails),
        on_stage(test_opener_is_short_of_descriptors),
        on_stage(test_opener_is_cancelled),
        on_stage(test_patience_ends),
        on_stage(test_many_streams),
        on_stage(test_another_is_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
