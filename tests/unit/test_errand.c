#include "failing_thread.h"
#include "fetch_stand.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/client.h"

/* An errand of which the other end is a sleep, with an await behind it. */
struct errands {
    struct haul_coroutine coroutine;
    struct haul_client *client;
    const struct haul_url *url;
    struct haul__hop hop;
    struct haul__errand errand;
    struct errands_outcome *ret_outcome;
};

struct errands_outcome {
    struct haul_result *result;
    int code;
    int next_code; /* of the await behind */
};

static struct haul_step errands(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(errands);
    self->ret_outcome->result = &haul__result_create("sleep")->public;
    self->hop = HAUL_FRAME(haul__hop, .fetcher = &self->client->workers[0].fetcher, .url = self->url,
                           .result = haul__result_of(self->ret_outcome->result), .is_attempt = true,
                           .queued = haul_loop_now(haul_task_loop(task)), .left = HAUL_NEVER);
    HAUL_AWAIT_CODE(self->ret_outcome->code, haul__errand_run(task, &self->errand, &self->hop, &self->client->transit));
    HAUL_AWAIT_CODE(self->ret_outcome->next_code, haul_sleep(task, 0));
    HAUL_FINALLY;
    HAUL_END;
}

/* Keeps the worker's thread in a message. */
struct barrier_message {
    struct haul__ready ready;
    sem_t begun;
    sem_t may_end;
};

static void hold_thread(struct haul__ready *ready)
{
    struct barrier_message *message = haul__container(ready, struct barrier_message, ready);
    sem_post(&message->begun);
    sem_wait(&message->may_end);
}

static const struct haul__ready_kind hold_kind = {.run = hold_thread};

static void hold_worker(struct haul_client *client, struct barrier_message *message)
{
    message->ready.kind = &hold_kind;
    sem_init(&message->begun, 0, 0);
    sem_init(&message->may_end, 0, 0);
    haul__mailbox_post(&client->workers[0].loop->mailbox, &message->ready.at.link);
    sem_wait(&message->begun);
}

static void let_worker_go(struct barrier_message *message)
{
    sem_post(&message->may_end);
}

static struct haul_url *url_of(const char *text)
{
    struct haul_url *url = NULL;
    const char *problem;
    assert_int_equal(haul_url_create(text, strlen(text), &url, &problem), 0);
    return url;
}

static struct haul_task *begin(struct stand *stand, const struct haul_url *url, struct errands_outcome *outcome)
{
    struct haul_task *task;
    *outcome = (struct errands_outcome){.code = -1, .next_code = -1};
    assert_int_equal(
        haul_task_create(stand->loop,
                         HAUL_CALL(errands, .client = stand_client(stand), .url = url, .ret_outcome = outcome), &task),
        0);
    /* Until it is under way. */
    stand_turn(stand, 1);
    return task;
}

static void end(struct stand *stand, struct haul_task *task)
{
    assert_int_equal(haul_run_until_complete(stand->loop, haul_task_future(task)), 0);
    haul_task_unref(task);
}

static void test_an_errand(void **state)
{
    struct stand *stand = *state;
    struct errands_outcome outcome;
    struct haul_url *url = url_of("sleep:0.001");
    struct haul_task *task = begin(stand, url, &outcome);
    assert_int_equal(outcome.code, -1);
    end(stand, task);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.next_code, 0);
    assert_int_equal(outcome.result->attempts, 1);
    assert_true(outcome.result->time.queue >= 0);
    assert_true(outcome.result->time.wait >= HAUL_MILLISECOND);
    haul_result_destroy(outcome.result);
    haul_url_destroy(url);
}

static void test_a_cancelled_errand(void **state)
{
    struct stand *stand = *state;
    struct errands_outcome outcome;
    struct haul_url *url = url_of("sleep:3600");
    struct haul_task *task = begin(stand, url, &outcome);
    haul_task_cancel(task);
    end(stand, task);
    assert_int_equal(outcome.code, HAUL_E_CANCELLED);
    assert_int_equal(outcome.next_code, 0);
    haul_result_destroy(outcome.result);
    haul_url_destroy(url);
}

/* Both messages are there before the worker looks at the first. */
static void test_a_cancel_before_the_first_step(void **state)
{
    struct stand *stand = *state;
    struct errands_outcome outcome;
    struct barrier_message message;
    struct haul_url *url = url_of("sleep:3600");
    hold_worker(stand_client(stand), &message);
    struct haul_task *task = begin(stand, url, &outcome);
    haul_task_cancel(task);
    haul_task_cancel(task);
    let_worker_go(&message);
    end(stand, task);
    assert_int_equal(outcome.code, HAUL_E_CANCELLED);
    assert_int_equal(outcome.next_code, 0);
    assert_int_equal(outcome.result->attempts, 0);
    haul_result_destroy(outcome.result);
    haul_url_destroy(url);
}

/* The outcome is on its way when the request to end sets out: it is given, and the request to the next await. */
static void test_an_outcome_that_crosses_a_cancel(void **state)
{
    struct stand *stand = *state;
    struct errands_outcome outcome;
    struct barrier_message message;
    struct haul_url *url = url_of("sleep:0");
    hold_worker(stand_client(stand), &message);
    struct haul_task *task = begin(stand, url, &outcome);
    let_worker_go(&message);
    while (!haul__mailbox_has_mail(&stand->loop->mailbox))
        sched_yield();
    haul_task_cancel(task);
    end(stand, task);
    assert_int_equal(outcome.code, 0);
    assert_int_equal(outcome.next_code, HAUL_E_CANCELLED);
    assert_int_equal(outcome.result->attempts, 1);
    haul_result_destroy(outcome.result);
    haul_url_destroy(url);
}

/* Takes a body on the client's thread. */
struct taker {
    pthread_t thread;
    int64_t size;
    size_t calls;
    size_t refused_call;         /* which is answered with -ENOSPC; 0: none */
    struct haul_task *cancelled; /* with it; NULL: nobody */
};

static int take(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    struct taker *taker = data;
    (void)bytes;
    assert_true(pthread_equal(taker->thread, pthread_self()));
    taker->size += (int64_t)size;
    assert_int_equal(so_far->bytes, taker->size);
    assert_int_equal(so_far->status, 200);
    assert_string_equal(so_far->remote_ip, "127.0.0.1");
    if (++taker->calls != taker->refused_call)
        return 0;
    if (taker->cancelled)
        haul_task_cancel(taker->cancelled);
    return -ENOSPC;
}

static void begin_body(struct stand *stand, struct stand_task *task, const char *path, struct taker *taker)
{
    taker->thread = pthread_self();
    snprintf(task->text, sizeof(task->text), "%s", stand_url(stand, path));
    assert_int_equal(haul_task_create(stand->loop,
                                      HAUL_CALL(haul_fetch, .client = stand_client(stand), .text = task->text,
                                                .body = take, .body_data = taker),
                                      &task->task),
                     0);
}

static size_t in_transit(struct haul_client *client)
{
    pthread_mutex_lock(&client->transit.mutex);
    size_t bytes = client->transit.bytes;
    pthread_mutex_unlock(&client->transit.mutex);
    return bytes;
}

static bool has_begun(void *data)
{
    return ((struct taker *)data)->calls > 0;
}

static void test_what_is_under_way_is_bounded(void **state)
{
    enum { size = 4 * HAUL__MOST_IN_TRANSIT, largest_piece = 64 * 1024 };
    struct stand *stand = *state;
    struct stand_task task;
    struct taker taker = {0};
    struct haul_result *result;
    char path[64];
    snprintf(path, sizeof(path), "/size/%d", size);
    begin_body(stand, &task, path, &taker);
    stand_until(stand, has_begun, &taker);
    /* The client's loop rests, and the worker comes to its bound. */
    while (in_transit(stand->client) < HAUL__MOST_IN_TRANSIT)
        sched_yield();
    assert_true(in_transit(stand->client) <= HAUL__MOST_IN_TRANSIT + largest_piece);
    assert_int_equal(stand_end(stand, &task, &result), 0);
    assert_true(result->ok);
    assert_int_equal(result->bytes, size);
    assert_int_equal(taker.size, size);
    assert_int_equal(in_transit(stand->client), 0);
    haul_result_destroy(result);
}

/* Pieces of one byte each, which take far more than their bytes. */
static void test_small_pieces_are_bounded_too(void **state)
{
    enum { size = 40 * 1000 };
    struct stand *stand = *state;
    struct stand_task task;
    struct taker taker = {0};
    struct haul_result *result;
    char path[64];
    snprintf(path, sizeof(path), "/chunked?piece=1&pieces=%d", size);
    begin_body(stand, &task, path, &taker);
    stand_until(stand, has_begun, &taker);
    while (in_transit(stand->client) < HAUL__MOST_IN_TRANSIT)
        sched_yield();
    assert_int_equal(stand_end(stand, &task, &result), 0);
    assert_true(result->ok);
    assert_int_equal(taker.size, size);
    assert_int_equal(in_transit(stand->client), 0);
    haul_result_destroy(result);
}

static void test_a_body_that_is_refused_in_its_midst(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    struct taker taker = {.refused_call = 3};
    struct haul_result *result;
    begin_body(stand, &task, "/endless-body", &taker);
    assert_int_equal(stand_end(stand, &task, &result), 0);
    assert_int_equal(result->error_class, HAUL_CLASS_LOCAL);
    assert_int_equal(result->code, 23);
    assert_string_equal(result->message, haul_error_message(-ENOSPC));
    assert_int_equal(result->status, 200);
    assert_int_equal(result->bytes, taker.size);
    assert_int_equal(taker.calls, 3);
    haul_result_destroy(result);
}

/* Nothing more comes behind what was refused, and it ends all the same. */
static void test_a_body_that_is_refused_and_hangs(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    struct taker taker = {.refused_call = 1};
    struct haul_result *result;
    begin_body(stand, &task, "/hang-body?send=10", &taker);
    assert_int_equal(stand_end(stand, &task, &result), 0);
    assert_int_equal(result->error_class, HAUL_CLASS_LOCAL);
    assert_int_equal(result->bytes, 10);
    haul_result_destroy(result);
}

static void test_a_body_that_is_refused_and_cancelled(void **state)
{
    struct stand *stand = *state;
    struct stand_task task;
    struct taker taker = {.refused_call = 2};
    struct haul_result *result = NULL;
    begin_body(stand, &task, "/endless-body", &taker);
    taker.cancelled = task.task;
    assert_int_equal(stand_end(stand, &task, &result), HAUL_E_CANCELLED);
    assert_null(result);
    assert_int_equal(taker.calls, 2);
}

static void test_a_thread_that_is_not_to_be_had(void **state)
{
    struct stand *stand = *state;
    struct haul_client *client = NULL;
    stand->options.loops = 4;
    for (size_t threads = 0; threads < 3; threads++) {
        failing_thread_set(threads);
        assert_int_equal(haul_client_create(stand->loop, &stand->options, &client), -EAGAIN);
        assert_null(client);
    }
    failing_thread_set(3);
    assert_int_equal(haul_client_create(stand->loop, &stand->options, &client), 0);
    failing_thread_set(SIZE_MAX);
    assert_int_equal(haul_client_destroy(client), 0);
}

/* Each loop has some, the client's own about half as many as each of the others, and a host is always in the same. */
static void test_hosts_are_dealt(void **state)
{
    enum { loops = 3, hosts = 1000 };
    struct stand *stand = *state;
    size_t counts[loops] = {0};
    stand->options.loops = loops;
    struct haul_client *client = stand_client(stand);
    const struct haul__fetcher *fetchers[loops] = {&client->fetcher, &client->workers[0].fetcher,
                                                   &client->workers[1].fetcher};
    for (size_t i = 0; i < hosts; i++) {
        char text[64];
        snprintf(text, sizeof(text), "https://%zu.example.com/a", i);
        struct haul_url *url = url_of(text);
        const struct haul__fetcher *fetcher = haul__client_fetcher(client, url);
        haul_url_destroy(url);
        snprintf(text, sizeof(text), "https://%zu.EXAMPLE.com:443/b?c", i);
        url = url_of(text);
        assert_ptr_equal(haul__client_fetcher(client, url), fetcher);
        haul_url_destroy(url);
        for (size_t loop = 0; loop < loops; loop++)
            counts[loop] += fetchers[loop] == fetcher;
    }
    assert_in_range(counts[0], hosts / 8, hosts * 2 / 7);
    assert_in_range(counts[1], hosts * 2 / 7, hosts / 2);
    assert_int_equal(counts[0] + counts[1] + counts[2], hosts);
    struct haul_url *url = url_of("sleep:1");
    assert_ptr_equal(haul__client_fetcher(client, url), &client->fetcher);
    haul_url_destroy(url);
}

/* The URL of a host that is dealt to FETCHER. */
static void name_host(const struct stand *stand, const struct haul__fetcher *fetcher, char *text, size_t size)
{
    bool is_there = false;
    for (int i = 0; !is_there; i++) {
        snprintf(text, size, "http://%d.test/ok", i);
        struct haul_url *url = url_of(text);
        is_there = haul__client_fetcher(stand->client, url) == fetcher;
        haul_url_destroy(url);
    }
}

/* What an idle connection on one loop holds is given to another loop. */
static void test_descriptors_go_from_loop_to_loop(void **state)
{
    struct stand *stand = *state;
    struct rlimit before, limit;
    char to[64], url[64];
    const char *const connect_to[] = {to, NULL};
    snprintf(to, sizeof(to), "::127.0.0.1:%u", stand->origin.port);
    stand->options.loops = 3;
    stand->options.connect_to = connect_to;
    struct haul_client *client = stand_client(stand);
    name_host(stand, &client->workers[0].fetcher, url, sizeof(url));
    haul_result_destroy(stand_fetch(stand, url));
    name_host(stand, &client->workers[1].fetcher, url, sizeof(url));
    int next = dup(STDERR_FILENO);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){(rlim_t)next, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct haul_result *result = stand_fetch(stand, url);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(result->ok);
    assert_true(result->time.queue > 0);
    haul_result_destroy(result);
}

/* From host to host, each on whatever loop, with one place for all and one for each. */
static void test_redirects_between_loops(void **state)
{
    enum { hosts = 8, fetches = 6 };
    struct stand *stand = *state;
    struct stand_task tasks[fetches];
    char to[64], path[512] = "/ok";
    const char *const connect_to[] = {to, NULL};
    snprintf(to, sizeof(to), "::127.0.0.1:%u", stand->origin.port);
    for (int i = 0; i < hosts; i++) {
        char inner[512] = "";
        /* What is in a query is decoded once on each hop. */
        for (const char *at = path; *at; at++)
            snprintf(inner + strlen(inner), sizeof(inner) - strlen(inner), *at == '%' ? "%%25" : "%c", *at);
        assert_true(snprintf(path, sizeof(path), "/redirect?to=http://h%d.test%.400s", i, inner) < 500);
    }
    stand->options.loops = 3;
    stand->options.concurrency = 1;
    stand->options.per_host = 1;
    stand->options.connect_to = connect_to;
    for (size_t i = 0; i < fetches; i++) {
        char url[512];
        snprintf(url, sizeof(url), "http://first.test%.480s", path);
        stand_begin(stand, &tasks[i], url);
    }
    for (size_t i = 0; i < fetches; i++) {
        struct haul_result *result;
        assert_int_equal(stand_end(stand, &tasks[i], &result), 0);
        assert_true(result->ok);
        assert_int_equal(result->redirects, hosts);
        assert_times_fit(result);
        haul_result_destroy(result);
    }
    assert_idle(stand);
    assert_int_equal(origin_process_count(&stand->origin, "peak_in_flight"), 1);
    assert_int_equal(origin_process_count(&stand->origin, "requests"), fetches * (hosts + 1));
}

/* Whatever the port of the origin: a third of them are the client's own loop's, and some with a thousand loops still.
 */
static void test_the_stand_has_two_loops(void **state)
{
    struct stand *stand = *state;
    do
        stand_renew_origin(stand);
    while (stand_is_away(stand));
    stand_use_loops(stand);
    assert_int_equal(stand->options.loops, 2);
    assert_true(stand_is_away(stand));
    haul_result_destroy(stand_fetch(stand, "/ok"));
    assert_int_equal(origin_process_count(&stand->origin, "requests"), 1);
}

static int open_stand(void **state)
{
    int code = stand_open(state);
    stand_use_loops(*state);
    return code;
}

#define WITH_LOOPS(test) cmocka_unit_test_setup_teardown((test), open_stand, stand_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOOPS(test_the_stand_has_two_loops),
        WITH_LOOPS(test_an_errand),
        WITH_LOOPS(test_a_cancelled_errand),
        WITH_LOOPS(test_a_cancel_before_the_first_step),
        WITH_LOOPS(test_an_outcome_that_crosses_a_cancel),
        WITH_LOOPS(test_what_is_under_way_is_bounded),
        WITH_LOOPS(test_small_pieces_are_bounded_too),
        WITH_LOOPS(test_a_body_that_is_refused_in_its_midst),
        WITH_LOOPS(test_a_body_that_is_refused_and_hangs),
        WITH_LOOPS(test_a_body_that_is_refused_and_cancelled),
        WITH_LOOPS(test_a_thread_that_is_not_to_be_had),
        WITH_LOOPS(test_hosts_are_dealt),
        WITH_LOOPS(test_descriptors_go_from_loop_to_loop),
        WITH_LOOPS(test_redirects_between_loops),
    };
    return cmocka_run_group_tests(tests, stand_start, stand_stop);
}
