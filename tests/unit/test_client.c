#include "fetch_stand.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/client.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static long origin_peak(void *stand)
{
    return origin_process_count(&((struct stand *)stand)->origin, "peak_in_flight");
}

static bool has_origin_seen_two(void *data)
{
    return origin_peak(data) >= 2;
}

static bool has_origin_seen_three(void *data)
{
    return origin_peak(data) >= 3;
}

static void test_concurrency(void **state)
{
    struct stand *stand = *state;
    struct stand_task held[3], tasks[9];
    stand->options.concurrency = LENGTH(held);
    stand_begin_all(stand, held, LENGTH(held), "/silent");
    stand_begin_all(stand, tasks, LENGTH(tasks), "/ok");
    stand_until(stand, has_origin_seen_three, stand);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), LENGTH(held));
    for (size_t i = 0; i < LENGTH(held); i++)
        stand_end_cancelled(stand, &held[i]);
    stand_end_all(stand, tasks, LENGTH(tasks));
    struct haul_client_statistics statistics = stand_statistics(stand);
    assert_int_equal(statistics.peak_in_flight, LENGTH(held));
    assert_int_equal(statistics.connections + statistics.reused, LENGTH(held) + LENGTH(tasks));
    /* At most one connection for each of those held, and for each place behind them. */
    assert_in_range(statistics.connections, LENGTH(held) + 1, 2 * LENGTH(held));
}

static void test_statistics_begin_anew(void **state)
{
    struct stand *stand = *state;
    struct stand_task tasks[3];
    stand_begin_all(stand, tasks, LENGTH(tasks), "/delay/10");
    stand_end_all(stand, tasks, LENGTH(tasks));
    assert_int_equal(stand_statistics(stand).peak_in_flight, 3);
    haul_client_reset_statistics(stand->client);
    assert_int_equal(stand_statistics(stand).peak_in_flight, 0);
    assert_int_equal(stand_statistics(stand).connections, 0);
    haul_result_destroy(stand_fetch(stand, "/ok"));
    assert_int_equal(stand_statistics(stand).peak_in_flight, 1);
    assert_int_equal(stand_statistics(stand).connections, 0);
    assert_int_equal(stand_statistics(stand).reused, 1);
}

static void count_call(void *data)
{
    ++*(int *)data;
}

static void test_places_of_a_host(void **state)
{
    struct stand *stand = *state;
    struct stand_task tasks[8], other;
    int waiting = 0;
    struct haul_result *result;
    char to[64];
    const char *const connect_to[] = {to, NULL};
    snprintf(to, sizeof(to), "::127.0.0.1:%u", stand->origin.port);
    stand->options.per_host = 2;
    stand->options.waiting = count_call;
    stand->options.waiting_data = &waiting;
    stand->options.connect_to = connect_to;
    stand_begin_all(stand, tasks, 2, "http://a.test/silent");
    stand_begin_all(stand, tasks + 2, LENGTH(tasks) - 2, "http://a.test/ok");
    stand_begin(stand, &other, "http://b.test/ok");
    stand_turn(stand, 1);
    assert_int_equal(waiting, 6);
    assert_int_equal(stand_statistics(stand).waiting_for_host, 6);
    assert_int_equal(stand_statistics(stand).peak_in_flight, 3);
    /* Another host's is not held up. */
    assert_int_equal(stand_end(stand, &other, &result), 0);
    assert_true(result->ok);
    assert_int_equal(result->time.queue, 0);
    haul_result_destroy(result);
    assert_int_equal(stand_statistics(stand).waiting_for_host, 6);
    stand_until(stand, has_origin_seen_two, stand);
    stand_end_cancelled(stand, &tasks[0]);
    stand_end_cancelled(stand, &tasks[1]);
    stand_end_all(stand, tasks + 2, LENGTH(tasks) - 2);
    assert_int_equal(waiting, 6);
    assert_in_range(origin_process_count(&stand->origin, "peak_in_flight"), 2, 3);
    assert_int_equal(stand_statistics(stand).peak_in_flight, 3);
}

static struct haul_event *ask_gate(void *data)
{
    return haul_event_is_set(data) ? NULL : data;
}

static void test_a_gate_holds_what_has_not_begun(void **state)
{
    struct stand *stand = *state;
    struct stand_task tasks[4], held;
    struct haul_event open;
    haul_event_init(&open);
    haul_event_set(&open);
    stand->options.per_host = LENGTH(tasks);
    stand->options.gate = ask_gate;
    stand->options.gate_data = &open;
    stand_begin(stand, &tasks[0], "/redirect-chain/3");
    stand_turn(stand, 1);
    haul_event_clear(&open);
    for (size_t i = 1; i < LENGTH(tasks); i++)
        stand_begin(stand, &tasks[i], "/ok");
    struct haul_result *result;
    assert_int_equal(stand_end(stand, &tasks[0], &result), 0);
    assert_int_equal(result->redirects, 3);
    haul_result_destroy(result);
    assert_int_equal(stand_statistics(stand).in_flight, 0);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 4);
    /* What waits there is cancelled as everywhere. */
    stand_begin(stand, &held, "/ok");
    stand_turn(stand, 1);
    stand_end_cancelled(stand, &held);
    haul_event_set(&open);
    stand_end_all(stand, tasks + 1, LENGTH(tasks) - 1);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 7);
    haul_event_finish(&open);
}

static void test_waiting_for_a_place_is_queue(void **state)
{
    struct stand *stand = *state;
    struct stand_task first, second;
    struct haul_result *result;
    stand->options.concurrency = 1;
    /* Neither limit runs while it waits. */
    stand->options.max_time = 200 * HAUL_MILLISECOND;
    stand->options.idle_timeout = 200 * HAUL_MILLISECOND;
    stand_begin(stand, &first, "sleep:0.15");
    stand_begin(stand, &second, "sleep:0.15");
    assert_int_equal(stand_end(stand, &second, &result), 0);
    assert_true(result->ok);
    assert_true(result->time.queue >= 150 * HAUL_MILLISECOND);
    assert_times_fit(result);
    haul_result_destroy(result);
    assert_int_equal(stand_end(stand, &first, &result), 0);
    assert_int_equal(result->time.queue, 0);
    haul_result_destroy(result);
}

/* Its own, or the client's. */
static void test_a_fetch_may_have_a_time_of_its_own(void **state)
{
    struct stand *stand = *state;
    struct haul_outcome outcome;
    stand->options.max_time = 50 * HAUL_MILLISECOND;
    const struct {
        int64_t max_time;
        const char *message; /* NULL: it is ok */
    } cases[] = {{0, "not done within 50 ms"}, {20 * HAUL_MILLISECOND, "not done within 20 ms"}, {HAUL_NEVER, NULL}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int code = haul_run_task(
            stand->loop,
            HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = "sleep:0.1", .max_time = cases[i].max_time),
            &outcome);
        assert_int_equal(code, 0);
        const struct haul_result *result = outcome.value.pointer;
        assert_int_equal(result->ok, cases[i].message == NULL);
        if (cases[i].message)
            assert_string_equal(result->message, cases[i].message);
        haul_outcome_finish(&outcome);
    }
}

/* A redirect gives its place back: with a single one for each host there would be no way on. */
static void test_hops_take_their_own_places(void **state)
{
    struct stand *stand = *state;
    struct stand_task tasks[6];
    stand->options.per_host = 1;
    stand->options.concurrency = 2;
    stand_begin_all(stand, tasks, LENGTH(tasks), "/redirect-chain/3");
    stand_end_all(stand, tasks, LENGTH(tasks));
    assert_int_equal(origin_process_count(&stand->origin, "peak_in_flight"), 1);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 24);
}

/* Whether a connection will be opened is a guess beforehand. */
static void test_a_moment_that_was_not_needed_is_given_back(void **state)
{
    struct stand *stand = *state;
    haul_result_destroy(stand_fetch(stand, "/ok"));
    struct haul__host *host = stand->client->fetcher.hosts.table;
    int64_t due = host->pacing.due;
    haul_result_destroy(stand_fetch(stand, "/ok"));
    assert_int_equal(host->pacing.due, due);
    /* As if another were under way on the connection that is there. */
    host->pacing.due = due = haul_loop_now(stand->loop) + HAUL_SECOND;
    host->pacing.interval = HAUL_SECOND;
    host->running++;
    struct haul_result *result = stand_fetch(stand, "/ok");
    host->running--;
    assert_true(result->reused);
    assert_int_equal(host->pacing.due, due);
    haul_result_destroy(result);
}

enum { sharded_count = 400 };

static bool has_all_shards(void *data)
{
    const struct stand *stand = data;
    size_t shards = 0;
    while (shards < 4 && stand->client->fetcher.shards[shards])
        shards++;
    return shards == 4;
}

/* None ends before there are as many as it takes. */
static void test_several_shards(void **state)
{
    struct stand *stand = *state;
    struct stand_task *tasks = calloc(sharded_count, sizeof(*tasks));
    stand->options.concurrency = sharded_count;
    stand_begin_all(stand, tasks, sharded_count, "/silent");
    stand_until(stand, has_all_shards, stand);
    assert_int_equal(stand->client->fetcher.budget.shards, 4);
    for (size_t i = 0; i < sharded_count; i++)
        stand_end_cancelled(stand, &tasks[i]);
    assert_int_equal(stand_statistics(stand).in_flight, 0);
    free(tasks);
}

/* With a full table of descriptors all wait for their turn, and all succeed. */
static void test_descriptors_are_short(void **state)
{
    enum { count = 40 };
    struct stand *stand = *state;
    struct stand_task tasks[count];
    struct rlimit before, limit;
    stand->options.concurrency = count;
    haul_result_destroy(stand_fetch(stand, "sleep:0"));
    int next = dup(STDERR_FILENO);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){(rlim_t)next + 12, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    stand_begin_all(stand, tasks, count, "/delay/5");
    struct haul_result *results[count] = {0};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(stand_end(stand, &tasks[i], &results[i]), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    int64_t waited = 0;
    for (size_t i = 0; i < count; i++) {
        if (!results[i]->ok)
            fail_msg("%s: %s", results[i]->url, results[i]->message);
        waited = results[i]->time.queue > waited ? results[i]->time.queue : waited;
        assert_int_equal(results[i]->attempts, 1);
        haul_result_destroy(results[i]);
    }
    assert_true(waited > 0);
    assert_true(origin_process_count(&stand->origin, "peak_in_flight") <= 12);
}

/* The limit of descriptors for the rest of the process: so many more than are open. */
static void limit_descriptors(int more, struct rlimit *ret_before)
{
    int next = dup(STDERR_FILENO);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, ret_before), 0);
    struct rlimit limit = {(rlim_t)(next + more), ret_before->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* A client that is made with few never wants more, though each of many hosts leaves a connection behind. */
static void test_few_descriptors_from_the_start(void **state)
{
    enum { count = 100 };
    struct stand *stand = *state;
    struct stand_task tasks[count];
    struct rlimit before;
    char to[64], url[64];
    const char *const connect_to[] = {to, NULL};
    snprintf(to, sizeof(to), "::127.0.0.1:%u", stand->origin.port);
    stand->options.connect_to = connect_to;
    stand->options.concurrency = count;
    limit_descriptors(24, &before);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < count; i++) {
            snprintf(url, sizeof(url), "http://%d.test/delay/5", i);
            stand_begin(stand, &tasks[i], url);
        }
        stand_end_all(stand, tasks, count);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    const struct haul__fetcher *fetcher = &stand->client->fetcher;
    assert_false(fetcher->is_sparing);
    assert_in_range(fetcher->transfers.sockets.open, 2, 24);
    assert_in_range(origin_process_count(&stand->origin, "peak_in_flight"), 2, fetcher->budget.connections);
}

/* They hold no descriptor. */
static void test_sleeps_need_no_descriptors(void **state)
{
    struct stand *stand = *state;
    struct stand_task held[20], sleep;
    struct haul_result *result;
    struct rlimit before;
    limit_descriptors(12, &before);
    stand_client(stand);
    stand_begin_all(stand, held, LENGTH(held), "/delay/50");
    stand_turn(stand, 2);
    assert_int_equal(haul_semaphore_free(&stand->client->fetcher.places), 0);
    stand_begin(stand, &sleep, "sleep:0.001");
    assert_int_equal(stand_end(stand, &sleep, &result), 0);
    assert_true(result->ok);
    haul_result_destroy(result);
    assert_int_equal(haul_semaphore_free(&stand->client->fetcher.places), 0);
    stand_end_all(stand, held, LENGTH(held));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void test_no_descriptor_at_all(void **state)
{
    struct stand *stand = *state;
    struct rlimit before, limit;
    haul_result_destroy(stand_fetch(stand, "sleep:0"));
    int next = dup(STDERR_FILENO);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){(rlim_t)next, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct haul_result *result = stand_fetch(stand, "/ok");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(result->error_class, HAUL_CLASS_LOCAL);
    assert_string_equal(result->message, "no descriptor is free for a connection");
    haul_result_destroy(result);
}

/* What an idle connection holds is given to another host. */
static void test_idle_connections_make_room(void **state)
{
    struct stand *stand = *state;
    struct rlimit before, limit;
    char to[64];
    const char *const connect_to[] = {to, NULL};
    snprintf(to, sizeof(to), "::127.0.0.1:%u", stand->origin.port);
    stand->options.connect_to = connect_to;
    haul_result_destroy(stand_fetch(stand, "http://a.test/ok"));
    int next = dup(STDERR_FILENO);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){(rlim_t)next, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct haul_result *result = stand_fetch(stand, "http://b.test/ok");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(result->ok);
    assert_true(result->time.queue > 0);
    haul_result_destroy(result);
}

static void test_proxies(void **state)
{
    struct stand *stand = *state;
    const char *nobody = stand->refusing_url;
    /* Those of the environment are none of the library's business. */
    setenv("http_proxy", nobody, 1);
    struct haul_result *result = stand_fetch(stand, "/ok");
    unsetenv("http_proxy");
    assert_true(result->ok);
    haul_result_destroy(result);

    stand_renew(stand);
    stand->options.https_proxy = nobody;
    result = stand_fetch(stand, "/ok");
    assert_true(result->ok);
    haul_result_destroy(result);

    stand_renew(stand);
    stand->options.http_proxy = nobody;
    result = stand_fetch(stand, "/ok");
    assert_int_equal(result->error_class, HAUL_CLASS_CONNECT);
    assert_int_equal(result->code, 7);
    haul_result_destroy(result);

    stand_renew(stand);
    stand->options.no_proxy = "127.0.0.1";
    result = stand_fetch(stand, "/ok");
    assert_true(result->ok);
    haul_result_destroy(result);

    /* The origin takes what a proxy is asked for. */
    stand_renew(stand);
    char proxy[64];
    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", stand->origin.port);
    stand->options.http_proxy = proxy;
    result = stand_fetch(stand, "http://elsewhere.test/echo");
    assert_non_null(result->body);
    assert_int_equal(origin_process_count(&stand->origin, "requests") > 0, true);
    haul_result_destroy(result);
}

static void test_resolve(void **state)
{
    struct stand *stand = *state;
    char entry[64], url[64];
    const char *const resolve[] = {entry, NULL};
    snprintf(entry, sizeof(entry), "some.test:%u:127.0.0.1", stand->origin.port);
    snprintf(url, sizeof(url), "http://some.test:%u/ok", stand->origin.port);
    stand->options.resolve = resolve;
    struct haul_result *result = stand_fetch(stand, url);
    assert_true(result->ok);
    haul_result_destroy(result);
}

static void test_no_client_on_a_virtual_clock(void **state)
{
    struct haul_virtual_clock clock = {.now = HAUL_SECOND};
    struct haul_loop_options options = {.clock = haul_virtual_clock(&clock)};
    struct haul_loop *loop;
    struct haul_client *client;
    (void)state;
    assert_int_equal(haul_loop_create(&options, &loop), 0);
    assert_int_equal(haul_client_create(loop, NULL, &client), HAUL_E_INVALID);
    assert_int_equal(haul_loop_finish(loop), 0);
    assert_int_equal(haul_client_destroy(NULL), 0);
}

/* What looks into the client's own fetcher, or at what a hop waits for, has all hops on the client's loop. */
static int open_at_home(void **state)
{
    int code = stand_open(state);
    ((struct stand *)*state)->options.loops = 1;
    return code;
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown((test), stand_open, stand_close)
#define AT_HOME(test)   cmocka_unit_test_setup_teardown((test), open_at_home, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOOP(test_concurrency),
        WITH_LOOP(test_statistics_begin_anew),
        AT_HOME(test_places_of_a_host),
        WITH_LOOP(test_a_gate_holds_what_has_not_begun),
        WITH_LOOP(test_waiting_for_a_place_is_queue),
        WITH_LOOP(test_a_fetch_may_have_a_time_of_its_own),
        WITH_LOOP(test_hops_take_their_own_places),
        AT_HOME(test_a_moment_that_was_not_needed_is_given_back),
        AT_HOME(test_several_shards),
        WITH_LOOP(test_descriptors_are_short),
        AT_HOME(test_few_descriptors_from_the_start),
        AT_HOME(test_sleeps_need_no_descriptors),
        WITH_LOOP(test_no_descriptor_at_all),
        WITH_LOOP(test_idle_connections_make_room),
        WITH_LOOP(test_proxies),
        WITH_LOOP(test_resolve),
        WITH_LOOP(test_no_client_on_a_virtual_clock),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
