/* The hops of a fetch, where they are kept. */
#include "failing_memory.h"
#include "fetch_stand.h"

#include <errno.h>
#include <string.h>

static struct stand *keeping(void **state)
{
    struct stand *stand = *state;
    stand->options.keep_hops = true;
    return stand;
}

static const char *value_of(const struct haul_header *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].value;
    return NULL;
}

static void test_none_is_kept_unasked(void **state)
{
    struct stand *stand = *state;
    struct haul_result *result = stand_fetch(stand, "/redirect-chain/2");
    assert_true(result->ok);
    assert_null(result->hops);
    assert_int_equal(result->hop_count, 0);
    assert_null(result->tries);
    haul_result_destroy(result);
}

/* The parts of the hops are those of the whole. */
static void assert_sums(const struct haul_result *result)
{
    struct haul_times sum = {0};
    for (size_t i = 0; i < result->hop_count; i++) {
        const struct haul_hop *hop = &result->hops[i];
        const struct haul_times *time = &hop->time;
        assert_int_equal(time->total, time->dns + time->connect + time->tls + time->wait + time->transfer);
        assert_true(hop->ended >= hop->started);
        assert_true(i == 0 || hop->started >= result->hops[i - 1].ended);
        sum.connect += time->connect;
        sum.wait += time->wait;
        sum.transfer += time->transfer;
        sum.total += time->total;
    }
    assert_int_equal(sum.connect, result->time.connect);
    assert_int_equal(sum.wait, result->time.wait);
    assert_int_equal(sum.transfer, result->time.transfer);
    assert_int_equal(sum.total, result->time.total);
}

static void test_redirects(void **state)
{
    struct stand *stand = keeping(state);
    struct haul_result *result = stand_fetch(stand, "/redirect-chain/2");
    assert_true(result->ok);
    assert_int_equal(result->hop_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct haul_hop *hop = &result->hops[i];
        assert_int_equal(hop->attempt, 1);
        assert_int_equal(hop->lane, 0);
        assert_int_equal(hop->status, i < 2 ? 302 : 200);
        assert_string_equal(hop->method, "GET");
        assert_string_equal(hop->http_version, "1.1");
        assert_string_equal(hop->remote_ip, "127.0.0.1");
        assert_int_equal(hop->remote_port, stand->origin.port);
        assert_int_equal(hop->reused, i > 0);
        assert_true(hop->connection > 0 && hop->connection == result->hops[0].connection);
        assert_string_equal(value_of(hop->request_headers, hop->request_header_count, "Accept"), "*/*");
        const char *location = value_of(hop->headers, hop->header_count, "Location");
        assert_int_equal(location != NULL, i < 2);
    }
    assert_string_equal(result->hops[0].url, stand_url(stand, "/redirect-chain/2"));
    assert_string_equal(result->hops[1].url, stand_url(stand, "/redirect-chain/1"));
    assert_string_equal(result->hops[2].url, result->final_url);
    assert_int_equal(result->hops[0].started, result->started);
    assert_sums(result);
    haul_result_destroy(result);
}

static void test_attempts(void **state)
{
    struct stand *stand = keeping(state);
    stand->options.retries = 3;
    stand->options.retry_delay = HAUL_MILLISECOND;
    struct haul_result *result = stand_fetch(stand, "/redirect?to=/flaky/hops%3Ftimes=1");
    assert_true(result->ok);
    assert_int_equal(result->hop_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(result->hops[i].attempt, 1 + i / 2);
    assert_int_equal(result->hops[1].status, 503);
    assert_int_equal(result->hops[3].status, 200);
    assert_int_equal(result->try_count, 2);
    haul_result_destroy(result);
}

/* How the one attempt came out is kept, too, where none would follow. */
static void test_one_attempt(void **state)
{
    struct stand *stand = keeping(state);
    struct haul_result *result = stand_fetch(stand, "/status/503");
    assert_int_equal(result->attempts, 1);
    assert_int_equal(result->try_count, 1);
    assert_int_equal(result->tries[0].status, 503);
    haul_result_destroy(result);
}

static void test_what_has_no_answer(void **state)
{
    struct stand *stand = keeping(state);
    struct haul_result *result = stand_fetch(stand, stand->refusing_url);
    assert_int_equal(result->hop_count, 1);
    assert_int_equal(result->hops[0].status, 0);
    assert_int_equal(result->hops[0].connection, 0);
    assert_int_equal(result->hops[0].request_header_count, 0);
    haul_result_destroy(result);

    result = stand_fetch(stand, "sleep:0.001");
    assert_int_equal(result->hop_count, 1);
    assert_null(result->hops[0].method);
    assert_int_equal(result->hops[0].time.wait, result->time.wait);
    haul_result_destroy(result);

    result = stand_fetch(stand, "ftp://example.com/");
    assert_int_equal(result->hop_count, 0);
    haul_result_destroy(result);
}

/* What is in flight at a time has lanes and connections of its own. */
static void test_lanes_and_connections(void **state)
{
    enum { count = 4 };
    struct stand *stand = keeping(state);
    struct stand_task tasks[count];
    struct haul_result *results[count];
    uint64_t lanes = 0, connections = 0;
    unsigned distinct = 0;
    for (size_t i = 0; i < count; i++)
        stand_begin(stand, &tasks[i], "/delay/50");
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(stand_end(stand, &tasks[i], &results[i]), 0);
        assert_true(results[i]->hops[0].lane < count);
        lanes |= UINT64_C(1) << results[i]->hops[0].lane;
        uint64_t connection = UINT64_C(1) << results[i]->hops[0].connection;
        distinct += connections & connection ? 0 : 1;
        connections |= connection;
        haul_result_destroy(results[i]);
    }
    assert_int_equal(lanes, 0xf);
    assert_int_equal(distinct, count);
    struct haul_result *result = stand_fetch(stand, "/ok");
    assert_int_equal(result->hops[0].lane, 0);
    assert_true(result->hops[0].reused);
    assert_true(connections >> result->hops[0].connection & 1);
    haul_result_destroy(result);
}

static void test_a_cancel_leaves_its_hop(void **state)
{
    struct stand *stand = keeping(state);
    struct stand_task task;
    stand_begin(stand, &task, "/delay/10000");
    while (stand_statistics(stand).in_flight == 0)
        stand_turn(stand, 1);
    stand_end_cancelled(stand, &task);
    struct haul_result *result = stand_fetch(stand, "/ok");
    assert_int_equal(result->hops[0].lane, 0);
    haul_result_destroy(result);
}

static void test_without_memory(void **state)
{
    struct stand *stand = keeping(state);
    const char *url = stand_url(stand, "/redirect-chain/1");
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul_client *client;
        struct haul_outcome outcome = {0};
        int code = haul_client_create(stand->loop, &stand->options, &client);
        if (code == 0) {
            code = haul_run_task(stand->loop, HAUL_CALL(haul_fetch, .client = client, .text = url), &outcome);
            if (code == 0)
                code = outcome.code;
            if (code == 0)
                assert_int_equal(((struct haul_result *)outcome.value.pointer)->hop_count, 2);
            haul_result_destroy(code == 0 ? outcome.value.pointer : NULL);
            haul_client_destroy(client);
        }
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_none_is_kept_unasked, stand_open, stand_close),
        cmocka_unit_test_setup_teardown(test_redirects, stand_open, stand_close),
        cmocka_unit_test_setup_teardown(test_attempts, stand_open, stand_close),
        cmocka_unit_test_setup_teardown(test_one_attempt, stand_open, stand_close),
        cmocka_unit_test_setup_teardown(test_what_has_no_answer, stand_open, stand_close),
        cmocka_unit_test_setup_teardown(test_lanes_and_connections, stand_open, stand_close),
        cmocka_unit_test_setup_teardown(test_a_cancel_leaves_its_hop, stand_open, stand_close),
        cmocka_unit_test_setup_teardown(test_without_memory, stand_open, stand_close),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
