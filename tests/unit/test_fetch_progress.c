#include "fetch_stand.h"

/* A fetch whose frame is the test's. */
struct watched {
    struct haul_coroutine coroutine;
    struct haul_client *client;
    const char *text;
    struct haul_fetch *fetch;
};

static struct haul_step watched(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(watched);
    *self->fetch = HAUL_FRAME(haul_fetch, .client = self->client, .text = self->text, .body = haul_body_discard);
    HAUL_AWAIT_CODE(coroutine->code, haul_call(task, &self->fetch->coroutine));
    haul_result_destroy(haul_awaited(task).pointer);
    HAUL_FINALLY;
    HAUL_END;
}

struct watch {
    struct haul_fetch fetch;
    struct haul_task *task;
    char text[512];
    int64_t received; /* what is waited for */
};

static struct haul_fetch_progress look(const struct watch *watch)
{
    struct haul_fetch_progress progress;
    haul_fetch_progress(&watch->fetch, &progress);
    return progress;
}

static void begin(struct stand *stand, struct watch *watch, const char *path)
{
    snprintf(watch->text, sizeof(watch->text), "%s", stand_url(stand, path));
    struct haul_client *client = stand_client(stand);
    watch->fetch = HAUL_FRAME(haul_fetch, .client = client);
    assert_int_equal(haul_task_create(stand->loop,
                                      HAUL_CALL(watched, .client = client, .text = watch->text, .fetch = &watch->fetch),
                                      &watch->task),
                     0);
}

static void end(struct stand *stand, struct watch *watch)
{
    haul_task_cancel(watch->task);
    assert_int_equal(haul_run_until_complete(stand->loop, haul_task_future(watch->task)), 0);
    haul_task_unref(watch->task);
}

static bool is_in_flight(void *data)
{
    return look(data).is_in_flight;
}

static bool has_received(void *data)
{
    const struct watch *watch = data;
    return look(watch).received >= watch->received;
}

static bool is_done(void *data)
{
    const struct watch *watch = data;
    return haul_future_done(haul_task_future(watch->task));
}

static void assert_nothing(const struct watch *watch)
{
    struct haul_fetch_progress progress = look(watch);
    assert_false(progress.is_in_flight);
    assert_int_equal(progress.started, 0);
    assert_int_equal(progress.received, 0);
    assert_int_equal(progress.expected, -1);
}

static void test_a_body_whose_size_is_told(void **state)
{
    struct stand *stand = *state;
    struct watch watch = {.received = 30};
    begin(stand, &watch, "/hang-body?promise=120&send=30");
    assert_nothing(&watch);
    stand_until(stand, is_in_flight, &watch);
    assert_true(look(&watch).started > 0);
    stand_until(stand, has_received, &watch);
    struct haul_fetch_progress progress = look(&watch);
    assert_true(progress.is_in_flight);
    assert_int_equal(progress.received, 30);
    assert_int_equal(progress.expected, 120);
    end(stand, &watch);
    assert_nothing(&watch);
}

/* The body of a redirect is no part of it. */
static void test_a_body_whose_size_is_not_told(void **state)
{
    struct stand *stand = *state;
    struct watch watch = {.received = 1};
    begin(stand, &watch, "/redirect?to=/endless-body");
    stand_until(stand, has_received, &watch);
    assert_int_equal(look(&watch).expected, -1);
    end(stand, &watch);
}

static void test_waiting_for_a_place(void **state)
{
    struct stand *stand = *state;
    struct watch first = {0}, second = {0};
    stand->options.concurrency = 1;
    begin(stand, &first, "sleep:60");
    begin(stand, &second, "sleep:60");
    stand_until(stand, is_in_flight, &first);
    stand_turn(stand, 3);
    assert_nothing(&second);
    assert_int_equal(look(&first).expected, -1);
    end(stand, &first);
    stand_until(stand, is_in_flight, &second);
    end(stand, &second);
}

/* Between two attempts it has no place, but has begun. */
static void test_waiting_for_another_attempt(void **state)
{
    struct stand *stand = *state;
    struct watch watch = {0};
    stand->options.retries = 1;
    stand->options.retry_delay = 60 * HAUL_SECOND;
    begin(stand, &watch, "/status/503");
    stand_until(stand, is_in_flight, &watch);
    while (look(&watch).is_in_flight)
        stand_turn(stand, 1);
    assert_true(look(&watch).started > 0);
    assert_false(is_done(&watch));
    end(stand, &watch);
}

static void test_a_hop_on_another_loop(void **state)
{
    struct stand *stand = *state;
    struct watch watch = {.received = 30};
    stand_use_loops(stand);
    begin(stand, &watch, "/hang-body?promise=120&send=30");
    stand_until(stand, has_received, &watch);
    assert_int_equal(look(&watch).expected, 120);
    end(stand, &watch);
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown((test), stand_open, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOOP(test_a_body_whose_size_is_told), WITH_LOOP(test_a_body_whose_size_is_not_told),
        WITH_LOOP(test_waiting_for_a_place),       WITH_LOOP(test_waiting_for_another_attempt),
        WITH_LOOP(test_a_hop_on_another_loop),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
