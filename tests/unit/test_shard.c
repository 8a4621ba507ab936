#include "failing_memory.h"
#include "fetch_stand.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <semaphore.h>

#include "net/client.h"

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

static bool has_requests(void *data)
{
    struct stand *stand = data;
    return origin_process_count(&stand->origin, "requests") > 0;
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
    stand->options.idle_timeout = 500 * HAUL_MILLISECOND;
    struct haul_result *result = stand_fetch(stand, "/drip?bytes=20&pause=40");
    assert_true(result->ok);
    assert_int_equal(result->bytes, 20);
    haul_result_destroy(result);
    /* A header comes in lines, but it is what is received that counts. */
    result = stand_fetch(stand, "/drip-head?pause=10");
    assert_true(result->ok);
    assert_true(result->time.total > 500 * HAUL_MILLISECOND);
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
    stand->options.system_resolver = true;
    stand->options.connect_timeout = 60 * HAUL_MILLISECOND;
    struct haul_result *result = stand_fetch(stand, "http://slow.test/");
    assert_int_equal(result->error_class, HAUL_CLASS_TIMEOUT);
    assert_int_equal(result->time.dns, result->time.total);
    assert_times_fit(result);
    haul_result_destroy(result);
    assert_int_equal(stand->client->fetcher.transfers.lingering, 1);
    sem_wait(&lookup_begun);
    sem_post(&lookups_may_end);
}

static void test_max_time(void **state)
{
    struct stand *stand = *state;
    stand->options.max_time = 60 * HAUL_MILLISECOND;
    check_timeout(stand, "/silent", "not done within 60 ms");
    assert_int_equal(stand_statistics(stand).connections, 1);
    check_timeout(stand, "/endless-body?pause=1", "not done within 60 ms");
    assert_int_equal(stand_statistics(stand).connections, 2);
    check_timeout(stand, "sleep:10", "not done within 60 ms");
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
    assert_int_equal(stand_statistics(stand).waiting_for_host, 1);
    stand_end_cancelled(stand, &of_host);
    stand_end_cancelled(stand, &of_client);
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
    return stand->client->fetcher.transfers.lingering == 0;
}

/* It ends at once though the lookup goes on, and when that is over nothing is opened. */
static void test_cancel_in_a_lookup(void **state)
{
    struct stand *stand = *state;
    stand->options.system_resolver = true;
    struct stand_task task;
    char url[64];
    snprintf(url, sizeof(url), "http://slow.test:%u/ok", stand->origin.port);
    stand_begin(stand, &task, url);
    stand_until(stand, is_looked_up, NULL);
    stand_end_cancelled(stand, &task);
    assert_idle(stand);
    assert_int_equal(stand->client->fetcher.transfers.lingering, 1);
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
    stand->options.system_resolver = true;
    struct stand_task task;
    stand_begin(stand, &task, "http://slow.test/");
    stand_until(stand, is_looked_up, NULL);
    assert_int_equal(haul_client_destroy(stand->client), HAUL_E_BUSY);
    stand_end_cancelled(stand, &task);
    sem_post(&lookups_may_end);
    stand_renew(stand);
}

static void test_cancel_before_anything(void **state)
{
    struct stand *stand = *state;
    stand->options.system_resolver = true;
    struct stand_task task, started;
    stand_begin(stand, &task, "/ok");
    stand_end_cancelled(stand, &task);
    /* Started, and libcurl was not called yet. */
    stand_begin(stand, &started, "http://slow.test/");
    haul_loop_stop(stand->loop);
    assert_int_equal(haul_loop_run_forever(stand->loop), 0);
    stand_end_cancelled(stand, &started);
    assert_int_equal(stand->client->fetcher.transfers.lingering, 0);
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
    haul_result_destroy(stand_fetch(stand, stand->refusing_url));
    size_t before = count_descriptors();
    stand_begin(stand, &task, full.url);
    stand_turn(stand, 5);
    assert_int_equal(count_descriptors(), before + 1);
    stand_end_cancelled(stand, &task);
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
    stand_end_cancelled(stand, &task);
    assert_idle(stand);
    assert_int_equal(stand->client->fetcher.transfers.sockets.open, 0);
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
    stand_end_cancelled(stand, &task);
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

/* Many at once, each of them cancelled at another moment or not at all, with memory missing somewhere: whatever comes
 * of it, all end. */
static void test_cancels_and_missing_memory(void **state)
{
    enum { count = 6 };
    static const char *const paths[count] = {"/redirect", "/size/1000", "sleep:0", "/drop", "/delay/3", "/chunked"};
    struct stand *stand = *state;
    char texts[count][256];
    for (size_t i = 0; i < count; i++)
        snprintf(texts[i], sizeof(texts[i]), "%s", stand_url(stand, paths[i]));
    for (int turns = 0; turns < 8; turns++) {
        FAILING_MEMORY_SWEEP(n)
        {
            stand_cancel_every_second(stand, texts, count, turns);
        }
    }
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown((test), stand_open, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        WITH_LOOP(test_cancels_and_missing_memory),
    };
    sem_init(&lookups_may_end, 0, 0);
    sem_init(&lookup_begun, 0, 0);
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
