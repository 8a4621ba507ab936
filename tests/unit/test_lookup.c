/* Fetches by names, with the resolver under them. */
#include "failing_memory.h"
#include "fetch_stand.h"
#include "name_server.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/client.h"

/* The C library's resolver, which nobody is to call: libcurl would do it in a thread. */
static int system_lookups;

int getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict result)
{
    (void)node;
    (void)service;
    (void)hints;
    (void)result;
    __atomic_add_fetch(&system_lookups, 1, __ATOMIC_SEQ_CST);
    return EAI_FAIL;
}

static struct name_server server;

static int open_stand(void **state)
{
    int code = stand_open(state);
    struct stand *stand = *state;
    name_server_open(&server, stand->loop);
    stand->options.dns_servers = server.address;
    system_lookups = 0;
    return code;
}

static int close_stand(void **state)
{
    struct stand *stand = *state;
    assert_int_equal(system_lookups, 0);
    stand_renew(stand);
    name_server_close(&server);
    return stand_close(state);
}

/* The URL of PATH at the origin, by NAME. */
static const char *by_name(const struct stand *stand, const char *name, const char *path)
{
    static char url[256];
    snprintf(url, sizeof(url), "http://%s:%u%s", name, stand->origin.port, path);
    return url;
}

static struct haul_result *fetch(struct stand *stand, const char *name, const char *path)
{
    struct haul_result *result = stand_fetch(stand, by_name(stand, name, path));
    assert_times_fit(result);
    return result;
}

static void test_a_name(void **state)
{
    struct stand *stand = *state;
    for (int i = 0; i < 3; i++) {
        struct haul_result *result = fetch(stand, "good.test", "/ok");
        assert_true(result->ok);
        assert_string_equal(result->remote_ip, "127.0.0.1");
        assert_int_equal(result->reused, i > 0);
        assert_int_equal(result->time.dns > 0, i == 0);
        haul_result_destroy(result);
    }
    assert_int_equal(server.questions, 1);
}

/* A connection that is there is used though the answer that led to it holds good no more; a new one is not made by
 * it. */
static void test_an_answer_that_has_expired(void **state)
{
    struct stand *stand = *state;
    haul_result_destroy(fetch(stand, "good.test", "/ok"));
    struct haul__question *question = haul__resolver_get(&stand->client->fetcher.resolver, "good.test", 9);
    question->expires = 0;
    haul__question_release(question);
    struct haul_result *result = fetch(stand, "good.test", "/ok?close=1");
    assert_true(result->reused);
    haul_result_destroy(result);
    assert_int_equal(server.questions, 1);
    result = fetch(stand, "good.test", "/drop");
    haul_result_destroy(result);
    result = fetch(stand, "good.test", "/ok");
    assert_false(result->reused);
    haul_result_destroy(result);
    assert_int_equal(server.questions, 2);
}

static void check_failure(struct stand *stand, const char *name, enum haul_class error_class, int code,
                          const char *message)
{
    struct haul_result *result = fetch(stand, name, "/ok");
    assert_int_equal(result->error_class, error_class);
    assert_int_equal(result->code, code);
    assert_string_equal(result->message, message);
    assert_int_equal(result->time.dns, result->time.total);
    haul_result_destroy(result);
    assert_idle(stand);
}

static void test_names_without_an_address(void **state)
{
    struct stand *stand = *state;
    check_failure(stand, "none.test", HAUL_CLASS_DNS, 6, "the host's name does not exist");
    check_failure(stand, "empty.test", HAUL_CLASS_DNS, 6, "the host's name has no address");
    stand_renew(stand);
    stand->options.http_proxy = "none.test:3128";
    check_failure(stand, "good.test", HAUL_CLASS_DNS, 5, "the proxy's name does not exist");
    assert_int_equal(origin_process_count(&stand->origin, "connections"), 0);
}

static void test_connect_timeout(void **state)
{
    struct stand *stand = *state;
    stand->options.connect_timeout = 60 * HAUL_MILLISECOND;
    check_failure(stand, "silent.test", HAUL_CLASS_TIMEOUT, 28, "the name was not resolved within 60 ms");
    assert_true(haul__list_is_empty(&stand->client->fetcher.transfers.connecting.turns));
}

static void test_max_time(void **state)
{
    struct stand *stand = *state;
    stand->options.max_time = 60 * HAUL_MILLISECOND;
    check_failure(stand, "silent.test", HAUL_CLASS_TIMEOUT, 28, "not done within 60 ms");
    assert_true(haul__list_is_empty(&stand->client->fetcher.transfers.connecting.turns));
}

static bool is_asked(void *data)
{
    (void)data;
    return server.questions > 0;
}

/* Nothing lingers, and nothing is waited for. */
static void test_cancel_in_a_lookup(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    stand_begin(stand, &task, "http://silent.test/");
    stand_until(stand, is_asked, NULL);
    assert_int_equal(haul_client_destroy(stand->client), HAUL_E_BUSY);
    stand_end_cancelled(stand, &task);
    assert_idle(stand);
    assert_int_equal(stand->client->fetcher.transfers.lingering, 0);
    stand_turn(stand, 2);
    assert_int_equal(stand->client->fetcher.resolver.asked, 0);
    assert_null(stand->client->fetcher.resolver.table);
}

/* It has told libcurl the addresses, but libcurl has not heard it. */
static void test_cancel_before_libcurl_has_heard(void **state)
{
    struct stand *stand = *state;
    haul_result_destroy(fetch(stand, "good.test", "/drop"));
    for (int turns = 0; turns < 4; turns++) {
        struct stand_task task;
        stand_begin(stand, &task, by_name(stand, "good.test", "/ok"));
        stand_turn(stand, turns);
        haul_task_cancel(task.task);
        struct haul_result *result = NULL;
        if (stand_end(stand, &task, &result) == 0)
            haul_result_destroy(result);
        result = fetch(stand, "good.test", "/drop");
        assert_int_equal(result->error_class, HAUL_CLASS_CONNECT);
        haul_result_destroy(result);
    }
}

static void test_many_of_a_host(void **state)
{
    enum { count = 40 };
    struct stand *stand = *state;
    struct stand_task tasks[count];
    stand_begin_all(stand, tasks, count, by_name(stand, "good.test", "/delay/5"));
    stand_end_all(stand, tasks, count);
    assert_int_equal(server.questions, 1);
}

static bool is_short(void *data)
{
    const struct stand *stand = data;
    return stand->client->fetcher.is_sparing;
}

/* What a lookup fails with for want of a descriptor is no answer, and it is made again. */
static void test_descriptors_are_short(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    struct haul_result *result = NULL;
    struct rlimit limit, none;
    stand_client(stand);
    int next = open("/", O_PATH | O_CLOEXEC);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){(rlim_t)next, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    stand_begin(stand, &task, by_name(stand, "good.test", "/ok"));
    stand_until(stand, is_short, stand);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(stand_end(stand, &task, &result), 0);
    assert_true(result->ok);
    assert_times_fit(result);
    haul_result_destroy(result);
}

/* Whatever comes of it, all end. */
static void test_cancels_and_missing_memory(void **state)
{
    enum { count = 5 };
    static const char *const names[count] = {"good.test", "none.test", "silent.test", "good.test", "other.test"};
    struct stand *stand = *state;
    char texts[count][256];
    for (size_t i = 0; i < count; i++)
        snprintf(texts[i], sizeof(texts[i]), "%s", by_name(stand, names[i], i == 3 ? "/drop" : "/ok"));
    for (int turns = 0; turns < 5; turns++) {
        FAILING_MEMORY_SWEEP(n)
        {
            stand_cancel_every_second(stand, texts, count, turns);
        }
    }
}

#define ON_STAND(test) cmocka_unit_test_setup_teardown((test), open_stand, close_stand)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAND(test_a_name),
        ON_STAND(test_an_answer_that_has_expired),
        ON_STAND(test_names_without_an_address),
        ON_STAND(test_connect_timeout),
        ON_STAND(test_max_time),
        ON_STAND(test_cancel_in_a_lookup),
        ON_STAND(test_cancel_before_libcurl_has_heard),
        ON_STAND(test_many_of_a_host),
        ON_STAND(test_descriptors_are_short),
        ON_STAND(test_cancels_and_missing_memory),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
