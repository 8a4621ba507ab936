#include "failing_memory.h"
#include "fetch_stand.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/client.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The resolver, which libcurl calls in threads of its own: "slow.test" is held until the test lets go. */
static sem_t lookups_may_end;
static sem_t lookup_begun;

int getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict result)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (!node || strcmp(node, "slow.test") != 0)
        return real(node, service, hints, result);
    sem_post(&lookup_begun);
    sem_wait(&lookups_may_end);
    return real("127.0.0.1", service, hints, result);
}

static struct haul_client_statistics statistics_of(const struct stand *stand)
{
    struct haul_client_statistics statistics;
    haul_client_statistics(stand->client, &statistics);
    return statistics;
}

static void assert_idle(struct stand *stand)
{
    struct haul_client_statistics statistics = statistics_of(stand);
    assert_int_equal(statistics.in_flight, 0);
    assert_int_equal(statistics.waiting_for_host, 0);
}

static void begin_all(struct stand *stand, struct stand_task *tasks, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        stand_begin(stand, &tasks[i], path);
}

/* All end, and all are ok. */
static void end_all(struct stand *stand, struct stand_task *tasks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct haul_result *result = NULL;
        assert_int_equal(stand_end(stand, &tasks[i], &result), 0);
        if (!result->ok)
            fail_msg("%s: %s %s", result->url, haul_class_name(result->error_class), result->message);
        assert_times_fit(result);
        haul_result_destroy(result);
    }
    assert_idle(stand);
}

/* It ends as cancelled. */
static void end_cancelled(struct stand *stand, struct stand_task *task)
{
    struct haul_result *result = NULL;
    haul_task_cancel(task->task);
    assert_int_equal(stand_end(stand, task, &result), HAUL_E_CANCELLED);
    assert_null(result);
}

static bool has_requests(void *data)
{
    struct stand *stand = data;
    return origin_process_count(&stand->origin, "requests") > 0;
}

static void test_concurrency(void **state)
{
    struct stand *stand = *state;
    struct stand_task tasks[12];
    stand->options.concurrency = 3;
    begin_all(stand, tasks, LENGTH(tasks), "/delay/10");
    end_all(stand, tasks, LENGTH(tasks));
    assert_int_equal(origin_process_count(&stand->origin, "peak_in_flight"), 3);
    assert_int_equal(origin_process_count(&stand->origin, "connections"), 3);
    assert_int_equal(statistics_of(stand).peak_in_flight, 3);
    assert_int_equal(statistics_of(stand).connections, 3);
    assert_int_equal(statistics_of(stand).reused, 9);
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
    begin_all(stand, tasks, LENGTH(tasks), "http://a.test/delay/30");
    stand_begin(stand, &other, "http://b.test/delay/10");
    stand_turn(stand, 1);
    assert_int_equal(waiting, 6);
    assert_int_equal(statistics_of(stand).waiting_for_host, 6);
    assert_int_equal(statistics_of(stand).in_flight, 3);
    /* Another host's is not held up. */
    assert_int_equal(stand_end(stand, &other, &result), 0);
    assert_true(result->ok);
    assert_int_equal(result->time.queue, 0);
    haul_result_destroy(result);
    assert_int_equal(statistics_of(stand).waiting_for_host, 6);
    end_all(stand, tasks, LENGTH(tasks));
    assert_int_equal(waiting, 6);
    assert_in_range(origin_process_count(&stand->origin, "peak_in_flight"), 2, 3);
    assert_int_equal(statistics_of(stand).peak_in_flight, 3);
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
    assert_true(result->time.total < result->time.queue + 150 * HAUL_MILLISECOND);
    assert_times_fit(result);
    haul_result_destroy(result);
    assert_int_equal(stand_end(stand, &first, &result), 0);
    assert_int_equal(result->time.queue, 0);
    haul_result_destroy(result);
}

/* A redirect gives its place back: with a single one for each host there would be no way on. */
static void test_hops_take_their_own_places(void **state)
{
    struct stand *stand = *state;
    struct stand_task tasks[6];
    stand->options.per_host = 1;
    stand->options.concurrency = 2;
    begin_all(stand, tasks, LENGTH(tasks), "/redirect-chain/3");
    end_all(stand, tasks, LENGTH(tasks));
    assert_int_equal(origin_process_count(&stand->origin, "peak_in_flight"), 1);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 24);
}

static void test_several_shards(void **state)
{
    enum { count = 400 };
    struct stand *stand = *state;
    struct stand_task *tasks = calloc(count, sizeof(*tasks));
    stand->options.concurrency = count;
    begin_all(stand, tasks, count, "/delay/100");
    end_all(stand, tasks, count);
    assert_int_equal(stand->client->shard_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_non_null(stand->client->shards[i]);
    assert_int_equal(statistics_of(stand).peak_in_flight, count);
    free(tasks);
}

static void check_timeout(struct stand *stand, const char *path, const char *message)
{
    struct haul_result *result = stand_fetch(stand, path);
    assert_int_equal(result->error_class, HAUL_CLASS_TIMEOUT);
    assert_int_equal(result->code, 28);
    assert_string_equal(result->message, message);
    assert_times_fit(result);
    assert_true(result->time.total >= 50 * HAUL_MILLISECOND);
    haul_result_destroy(result);
    assert_idle(stand);
}

static void test_idle_timeout(void **state)
{
    struct stand *stand = *state;
    stand->options.idle_timeout = 60 * HAUL_MILLISECOND;
    check_timeout(stand, "/silent", "nothing received for 60 ms");
    check_timeout(stand, "/hang-body", "nothing received for 60 ms");
    check_timeout(stand, "/delay/10000", "nothing received for 60 ms");
}

static void test_what_trickles_is_not_idle(void **state)
{
    struct stand *stand = *state;
    stand->options.idle_timeout = 150 * HAUL_MILLISECOND;
    struct haul_result *result = stand_fetch(stand, "/drip?bytes=10&pause=30");
    assert_true(result->ok);
    assert_int_equal(result->bytes, 10);
    haul_result_destroy(result);
    /* A header comes in lines, but it is what is received that counts. */
    result = stand_fetch(stand, "/drip-head?pause=5");
    assert_true(result->ok);
    assert_true(result->time.total > 150 * HAUL_MILLISECOND);
    haul_result_destroy(result);
}

static void test_connect_timeout(void **state)
{
    struct stand *stand = *state;
    struct full_listener full;
    full_listener_open(&full);
    stand->options.connect_timeout = 60 * HAUL_MILLISECOND;
    struct haul_result *result = stand_fetch(stand, full.url);
    assert_int_equal(result->error_class, HAUL_CLASS_TIMEOUT);
    assert_int_equal(result->code, 28);
    assert_string_equal(result->message, "no connection within 60 ms");
    assert_true(result->time.connect >= 50 * HAUL_MILLISECOND);
    assert_int_equal(result->time.wait, 0);
    assert_times_fit(result);
    haul_result_destroy(result);
    full_listener_close(&full);
}

static void test_connect_timeout_while_a_name_is_looked_up(void **state)
{
    struct stand *stand = *state;
    stand->options.connect_timeout = 60 * HAUL_MILLISECOND;
    struct haul_result *result = stand_fetch(stand, "http://slow.test/");
    assert_int_equal(result->error_class, HAUL_CLASS_TIMEOUT);
    assert_int_equal(result->time.dns, result->time.total);
    assert_times_fit(result);
    haul_result_destroy(result);
    assert_int_equal(stand->client->transfers.lingering, 1);
    sem_wait(&lookup_begun);
    sem_post(&lookups_may_end);
}

static void test_max_time(void **state)
{
    struct stand *stand = *state;
    stand->options.max_time = 60 * HAUL_MILLISECOND;
    check_timeout(stand, "/silent", "not done within 60 ms");
    check_timeout(stand, "/endless-body?pause=1", "not done within 60 ms");
    check_timeout(stand, "sleep:10", "not done within 60 ms");
    struct haul_result *result = stand_fetch(stand, "/ok");
    assert_true(result->ok);
    haul_result_destroy(result);
}

/* It is for all hops together. */
static void test_max_time_over_hops(void **state)
{
    struct stand *stand = *state;
    stand->options.max_time = 120 * HAUL_MILLISECOND;
    check_timeout(stand, "/redirect?to=/delay/10000", "not done within 120 ms");
}

static void test_cancel_in_line(void **state)
{
    struct stand *stand = *state;
    struct stand_task running, of_host, of_client, last;
    struct haul_result *result;
    stand->options.per_host = 1;
    stand->options.concurrency = 2;
    stand_begin(stand, &running, "/delay/100");
    stand_begin(stand, &of_host, "/ok");
    stand_begin(stand, &last, "sleep:0.1");
    stand_begin(stand, &of_client, "http://127.0.0.2/");
    stand_turn(stand, 3);
    assert_int_equal(statistics_of(stand).waiting_for_host, 1);
    end_cancelled(stand, &of_host);
    end_cancelled(stand, &of_client);
    assert_int_equal(stand_end(stand, &running, &result), 0);
    assert_true(result->ok);
    haul_result_destroy(result);
    assert_int_equal(stand_end(stand, &last, &result), 0);
    haul_result_destroy(result);
    assert_idle(stand);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 1);
}

static bool is_looked_up(void *data)
{
    (void)data;
    return sem_trywait(&lookup_begun) == 0;
}

static bool is_alone(void *data)
{
    const struct stand *stand = data;
    return stand->client->transfers.lingering == 0;
}

/* It ends at once though the lookup goes on, and when that is over nothing is opened. */
static void test_cancel_in_a_lookup(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    char url[64];
    snprintf(url, sizeof(url), "http://slow.test:%u/ok", stand->origin.port);
    stand_begin(stand, &task, url);
    stand_until(stand, is_looked_up, NULL);
    end_cancelled(stand, &task);
    assert_idle(stand);
    assert_int_equal(stand->client->transfers.lingering, 1);
    sem_post(&lookups_may_end);
    stand_until(stand, is_alone, stand);
    assert_int_equal(origin_process_count(&stand->origin, "connections"), 0);
    /* The handle is as good as new. */
    struct haul_result *result = stand_fetch(stand, "/ok");
    assert_true(result->ok);
    haul_result_destroy(result);
}

static void test_end_in_a_lookup(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    stand_begin(stand, &task, "http://slow.test/");
    stand_until(stand, is_looked_up, NULL);
    assert_int_equal(haul_client_destroy(stand->client), HAUL_E_BUSY);
    end_cancelled(stand, &task);
    sem_post(&lookups_may_end);
    stand_renew(stand);
}

static void test_cancel_before_anything(void **state)
{
    struct stand *stand = *state;
    struct stand_task task, started;
    stand_begin(stand, &task, "/ok");
    end_cancelled(stand, &task);
    /* Started, and libcurl was not called yet. */
    stand_begin(stand, &started, "http://slow.test/");
    haul_loop_stop(stand->loop);
    assert_int_equal(haul_loop_run_forever(stand->loop), 0);
    end_cancelled(stand, &started);
    assert_int_equal(stand->client->transfers.lingering, 0);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 0);
    assert_idle(stand);
}

static size_t count_descriptors(void)
{
    size_t count = 0;
    for (int descriptor = 0; descriptor < 1024; descriptor++)
        count += fcntl(descriptor, F_GETFD) >= 0;
    return count;
}

static void test_cancel_while_connecting(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    struct full_listener full;
    full_listener_open(&full);
    char refusing[64];
    refusing_url(refusing, sizeof(refusing));
    haul_result_destroy(stand_fetch(stand, refusing));
    size_t before = count_descriptors();
    stand_begin(stand, &task, full.url);
    stand_turn(stand, 5);
    assert_int_equal(count_descriptors(), before + 1);
    end_cancelled(stand, &task);
    assert_idle(stand);
    assert_int_equal(count_descriptors(), before);
    full_listener_close(&full);
}

static void test_cancel_while_waiting(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    stand_begin(stand, &task, "/silent");
    stand_until(stand, has_requests, stand);
    end_cancelled(stand, &task);
    assert_idle(stand);
    assert_int_equal(stand->client->transfers.sockets.open, 0);
}

static int count_bytes(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    (void)so_far;
    (void)bytes;
    *(size_t *)data += size;
    return 0;
}

static bool has_bytes(void *data)
{
    return *(size_t *)data > 0;
}

static void test_cancel_in_the_body(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    size_t size = 0;
    assert_int_equal(
        haul_task_create(stand->loop,
                         HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = stand_url(stand, "/hang-body"),
                                   .body = count_bytes, .body_data = &size),
                         &task.task),
        0);
    stand_until(stand, has_bytes, &size);
    end_cancelled(stand, &task);
    assert_idle(stand);
}

/* Cancels another from inside libcurl, which must not be called then. */
struct canceller {
    struct haul_task *other;
};

static int cancel_other(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    struct canceller *canceller = data;
    (void)so_far;
    (void)bytes;
    (void)size;
    haul_task_cancel(canceller->other);
    return 0;
}

static void test_cancel_from_a_body(void **state)
{
    struct stand *stand = *state;
    struct stand_task silent;
    struct canceller canceller;
    struct haul_outcome outcome;
    struct haul_result *result = NULL;
    stand_begin(stand, &silent, "/silent");
    canceller.other = silent.task;
    assert_int_equal(haul_run_task(stand->loop,
                                   HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = stand_url(stand, "/ok"),
                                             .body = cancel_other, .body_data = &canceller),
                                   &outcome),
                     0);
    haul_outcome_finish(&outcome);
    assert_int_equal(stand_end(stand, &silent, &result), HAUL_E_CANCELLED);
    assert_idle(stand);
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
    begin_all(stand, tasks, count, "/delay/5");
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

static void test_proxies(void **state)
{
    struct stand *stand = *state;
    char nobody[64];
    refusing_url(nobody, sizeof(nobody));
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

/* Many at once, each of them cancelled at another moment or not at all, with memory missing somewhere: whatever comes
 * of it, all end. */
static void test_cancels_and_missing_memory(void **state)
{
    enum { count = 6 };
    static const char *const paths[count] = {"/redirect", "/size/1000", "sleep:0", "/drop", "/delay/3", "/chunked"};
    struct stand *stand = *state;
    char texts[count][64];
    for (size_t i = 0; i < count; i++)
        snprintf(texts[i], sizeof(texts[i]), "%s", stand_url(stand, paths[i]));
    for (int turns = 0; turns < 8; turns++) {
        FAILING_MEMORY_SWEEP(n)
        {
            struct haul_task *tasks[count] = {0};
            struct haul_client *client = NULL;
            if (haul_client_create(stand->loop, NULL, &client) == 0)
                for (size_t i = 0; i < count; i++)
                    haul_task_create(stand->loop, HAUL_CALL(haul_fetch, .client = client, .text = texts[i]), &tasks[i]);
            stand_turn(stand, turns);
            for (size_t i = 0; i < count; i += 2)
                if (tasks[i])
                    haul_task_cancel(tasks[i]);
            for (size_t i = 0; i < count; i++) {
                if (!tasks[i])
                    continue;
                assert_int_equal(haul_run_until_complete(stand->loop, haul_task_future(tasks[i])), 0);
                haul_task_unref(tasks[i]);
            }
            assert_int_equal(haul_client_destroy(client), 0);
        }
    }
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown((test), stand_open, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOOP(test_concurrency),
        WITH_LOOP(test_places_of_a_host),
        WITH_LOOP(test_waiting_for_a_place_is_queue),
        WITH_LOOP(test_hops_take_their_own_places),
        WITH_LOOP(test_several_shards),
        WITH_LOOP(test_idle_timeout),
        WITH_LOOP(test_what_trickles_is_not_idle),
        WITH_LOOP(test_connect_timeout),
        WITH_LOOP(test_connect_timeout_while_a_name_is_looked_up),
        WITH_LOOP(test_max_time),
        WITH_LOOP(test_max_time_over_hops),
        WITH_LOOP(test_cancel_in_line),
        WITH_LOOP(test_cancel_in_a_lookup),
        WITH_LOOP(test_end_in_a_lookup),
        WITH_LOOP(test_cancel_before_anything),
        WITH_LOOP(test_cancel_while_connecting),
        WITH_LOOP(test_cancel_while_waiting),
        WITH_LOOP(test_cancel_in_the_body),
        WITH_LOOP(test_cancel_from_a_body),
        WITH_LOOP(test_descriptors_are_short),
        WITH_LOOP(test_no_descriptor_at_all),
        WITH_LOOP(test_proxies),
        WITH_LOOP(test_resolve),
        WITH_LOOP(test_no_client_on_a_virtual_clock),
        WITH_LOOP(test_cancels_and_missing_memory),
    };
    sem_init(&lookups_may_end, 0, 0);
    sem_init(&lookup_begun, 0, 0);
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
