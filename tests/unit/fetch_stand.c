#include "fetch_stand.h"

#include "watchdog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/client.h"

/* A socket that is bound to a free port. */
static int bind_socket(uint16_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return descriptor;
}

int stand_start(void **state)
{
    struct stand *stand = calloc(1, sizeof(*stand));
    uint16_t port;
    watchdog_start();
    origin_process_start(&stand->origin);
    stand->refusing = bind_socket(&port);
    snprintf(stand->refusing_url, sizeof(stand->refusing_url), "http://127.0.0.1:%u/", port);
    *state = stand;
    return 0;
}

int stand_stop(void **state)
{
    struct stand *stand = *state;
    origin_process_stop(&stand->origin);
    close(stand->refusing);
    free(stand);
    watchdog_stop();
    return 0;
}

int stand_open(void **state)
{
    struct stand *stand = *state;
    origin_process_reset(&stand->origin);
    stand->client = NULL;
    haul_client_options_init(&stand->options);
    int code = haul_loop_create(NULL, &stand->loop);
    if (code == 0 && getenv("STAND_LOOPS"))
        stand_use_loops(stand);
    return code;
}

int stand_close(void **state)
{
    struct stand *stand = *state;
    stand_renew(stand);
    return haul_loop_finish(stand->loop);
}

struct haul_client *stand_client(struct stand *stand)
{
    if (!stand->client)
        assert_int_equal(haul_client_create(stand->loop, &stand->options, &stand->client), 0);
    return stand->client;
}

bool stand_is_away(struct stand *stand)
{
    const char *problem, *text = stand_url(stand, "/");
    struct haul_client *client = stand_client(stand);
    struct haul_url *url;
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    bool is_away = haul__client_fetcher(client, url) != &client->fetcher;
    haul_url_destroy(url);
    return is_away;
}

void stand_renew_origin(struct stand *stand)
{
    stand_renew(stand);
    origin_process_stop(&stand->origin);
    origin_process_start(&stand->origin);
}

/* Rather another port than more loops, of which it may take thousands. */
void stand_use_loops(struct stand *stand)
{
    stand->options.loops = 2;
    assert_int_equal(stand_client(stand)->worker_count, 1);
    while (!stand_is_away(stand))
        stand_renew_origin(stand);
    stand_renew(stand);
}

void stand_renew(struct stand *stand)
{
    assert_int_equal(haul_client_destroy(stand->client), 0);
    stand->client = NULL;
}

const char *stand_url(struct stand *stand, const char *path)
{
    if (path[0] == '/')
        snprintf(stand->url, sizeof(stand->url), "http://127.0.0.1:%u%s", stand->origin.port, path);
    else
        snprintf(stand->url, sizeof(stand->url), "%s", path);
    return stand->url;
}

struct haul_result *stand_fetch(struct stand *stand, const char *path)
{
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stand->loop,
                                   HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = stand_url(stand, path)),
                                   &outcome),
                     0);
    assert_int_equal(outcome.code, 0);
    assert_non_null(outcome.value.pointer);
    return outcome.value.pointer;
}

void stand_begin(struct stand *stand, struct stand_task *ret_task, const char *path)
{
    snprintf(ret_task->text, sizeof(ret_task->text), "%s", stand_url(stand, path));
    assert_int_equal(haul_task_create(stand->loop,
                                      HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = ret_task->text),
                                      &ret_task->task),
                     0);
}

int stand_end(struct stand *stand, struct stand_task *task, struct haul_result **ret_result)
{
    struct haul_future *future = haul_task_future(task->task);
    haul_destroy_fn *destroy;
    assert_int_equal(haul_run_until_complete(stand->loop, future), 0);
    int code = haul_future_code(future);
    if (code == 0)
        *ret_result = haul_future_take(future, &destroy).pointer;
    haul_task_unref(task->task);
    return code;
}

/* Counts the iterations down. */
struct turner {
    struct haul_coroutine coroutine;
    bool (*condition)(void *data);
    void *data;
    int iterations;
};

static struct haul_step turner(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(turner);
    while (self->condition ? !self->condition(self->data) : self->iterations-- > 0)
        HAUL_AWAIT(haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

void stand_turn(struct stand *stand, int iterations)
{
    struct haul_outcome outcome;
    int code = haul_run_task(stand->loop, HAUL_CALL(turner, .iterations = iterations), &outcome);
    assert_true(code == 0 || code == -ENOMEM);
}

void stand_cancel_every_second(struct stand *stand, char (*texts)[256], size_t count, int iterations)
{
    struct haul_task *tasks[8] = {0};
    struct haul_client *client = NULL;
    assert_in_range(count, 1, sizeof(tasks) / sizeof(tasks[0]));
    if (haul_client_create(stand->loop, &stand->options, &client) == 0)
        for (size_t i = 0; i < count; i++)
            haul_task_create(stand->loop, HAUL_CALL(haul_fetch, .client = client, .text = texts[i]), &tasks[i]);
    stand_turn(stand, iterations);
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

void stand_until(struct stand *stand, bool (*condition)(void *data), void *data)
{
    struct haul_outcome outcome;
    assert_int_equal(haul_run_task(stand->loop, HAUL_CALL(turner, .condition = condition, .data = data), &outcome), 0);
}

void full_listener_open(struct full_listener *full)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    uint16_t port;
    full->listener = bind_socket(&port);
    assert_int_equal(listen(full->listener, 0), 0);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (size_t i = 0; i < sizeof(full->fillers) / sizeof(full->fillers[0]); i++) {
        full->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(full->fillers[i], (struct sockaddr *)&address, sizeof(address));
    }
    snprintf(full->url, sizeof(full->url), "http://127.0.0.1:%u/", port);
}

void full_listener_close(struct full_listener *full)
{
    for (size_t i = 0; i < sizeof(full->fillers) / sizeof(full->fillers[0]); i++)
        close(full->fillers[i]);
    close(full->listener);
}

void assert_times_fit(const struct haul_result *result)
{
    const struct haul_times *time = &result->time;
    const int64_t parts[] = {time->queue, time->dns, time->connect, time->tls, time->wait, time->transfer};
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        assert_true(parts[i] >= 0);
        assert_int_equal(parts[i] % HAUL_MICROSECOND, 0);
        sum += i > 0 ? parts[i] : 0;
    }
    assert_int_equal(sum, time->total);
    assert_true(result->ended >= result->started);
}

struct haul_client_statistics stand_statistics(const struct stand *stand)
{
    struct haul_client_statistics statistics;
    haul_client_statistics(stand->client, &statistics);
    return statistics;
}

void assert_idle(struct stand *stand)
{
    struct haul_client_statistics statistics = stand_statistics(stand);
    assert_int_equal(statistics.in_flight, 0);
    assert_int_equal(statistics.waiting_for_host, 0);
}

void stand_begin_all(struct stand *stand, struct stand_task *tasks, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        stand_begin(stand, &tasks[i], path);
}

/* All end, and all are ok. */
void stand_end_all(struct stand *stand, struct stand_task *tasks, size_t count)
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
void stand_end_cancelled(struct stand *stand, struct stand_task *task)
{
    struct haul_result *result = NULL;
    haul_task_cancel(task->task);
    assert_int_equal(stand_end(stand, task, &result), HAUL_E_CANCELLED);
    assert_null(result);
}
