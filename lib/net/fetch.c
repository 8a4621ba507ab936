/* A fetch: hop after hop until an answer is no redirect. Each hop waits for a place of its host, then for one of the
 * client, then, if it will open a connection, for its moment; all of that is `queue`, and no timeout runs in it. */
#include "net/client.h"
#include "net/lookup.h"
#include "net/outgoing.h"
#include "net/redirect.h"
#include "net/request.h"
#include "net/settings.h"
#include "net/url.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/event.h>
#include <haul/sleep.h>
#include <haul/timeout.h>
#include <stdio.h>
#include <string.h>

struct haul__fetch_state {
    const struct haul_url *url;     /* of the hop */
    struct haul_url *own_url;       /* the same, where it is the fetch's; or NULL */
    struct haul__outgoing outgoing; /* what the hop sends */
    struct haul__result *result;
    struct haul__host *host;
    struct haul__transfer *transfer;
    struct haul__question *question; /* about the hop's name, while it is looked up */
    struct haul_timeout timeout;
    struct haul_times times_before; /* the hop */
    int64_t queued;                 /* when it began to wait for its places */
    int64_t started;                /* when the hop did, or 0 */
    int64_t left;                   /* of the time that it may take */
    int64_t not_before;             /* when it may be tried again, descriptors being short */
    unsigned shortages;             /* in a row */
    bool is_lost;                   /* the connection that the hop found turned out to be gone */
    bool was_run;                   /* libcurl got it */
    bool is_paced;                  /* it took a moment for opening a connection */
    bool has_host_place;
    bool has_place;
    bool has_timeout;
};

/* A hop has ended, and another is to be made; its name did not resolve, and the result says why. */
enum { again = 0x100, unresolved };

/* After so many vain tries without any connection of haul's own that could be closed it gives up. */
enum { max_shortages = 7 };

static void release_places(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    if (state->has_host_place)
        haul_semaphore_release(&state->host->places);
    if (state->has_place) {
        haul_semaphore_release(&self->client->places);
        self->client->statistics.in_flight--;
    }
    haul__host_unref(state->host);
    state->host = NULL;
    state->has_host_place = false;
    state->has_place = false;
}

static void finish(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    self->client->fetches--;
    if (!state)
        return;
    release_places(self);
    haul__question_release(state->question);
    haul__transfer_release(state->transfer);
    haul__outgoing_finish(&state->outgoing);
    haul_url_destroy(state->own_url);
    if (state->result)
        haul_result_destroy(&state->result->public);
    haul__free(state);
    self->state = NULL;
}

/* What the fetch that begins is known by. */
static int make_result(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    state->result = haul__result_create(haul_url_masked(state->url));
    if (!state->result)
        return -ENOMEM;
    struct haul_result *result = &state->result->public;
    const char *method = state->outgoing.method;
    result->final_url = result->url;
    result->method = NULL;
    if (haul_url_scheme(state->url) == HAUL_URL_SLEEP)
        return 0;
    result->method = haul__result_add_text(state->result, method, strlen(method));
    return result->method ? 0 : -ENOMEM;
}

/* HAUL_E_URL, HAUL_E_INVALID: there is a result, and nothing to fetch. Negative errno. */
static int begin(struct haul_fetch *self)
{
    struct haul__fetch_state *state = haul__allocate_zeroed(sizeof(*state));
    const char *problem = NULL;
    self->client->fetches++;
    self->state = state;
    if (!state)
        return -ENOMEM;
    int code = self->url ? 0 : haul_url_create(self->text, strlen(self->text), &state->own_url, &problem);
    if (code == 0 && self->request)
        code = haul_request_check(self->request, &problem);
    if (code < 0)
        return code;
    state->url = self->url ? self->url : state->own_url;
    if (code == 0)
        problem = haul__settings_refusal(&self->client->options, state->url);
    if (problem && code == 0)
        code = HAUL_E_URL;
    state->left = self->client->options.max_time;
    haul__outgoing_begin(&state->outgoing, self->request, state->url);
    if (code == 0)
        return make_result(self);
    struct haul_result *failed =
        haul_result_create_failed(state->url ? haul_url_masked(state->url) : NULL,
                                  code == HAUL_E_URL ? HAUL_CLASS_URL : HAUL_CLASS_LOCAL, problem);
    state->result = failed ? haul__result_of(failed) : NULL;
    return failed ? code : -ENOMEM;
}

/* The hop stands in line from now on. */
static int queue(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    state->queued = haul_loop_now(self->client->loop);
    if (!state->host)
        state->host = haul__hosts_get(&self->client->hosts, state->url);
    return state->host ? 0 : -ENOMEM;
}

static struct haul_await no_wait(struct haul_task *task)
{
    return haul__task_answer(task, 0, (union haul_value){0});
}

static struct haul_await take_host_place(struct haul_task *task, struct haul_fetch *self)
{
    struct haul_client *client = self->client;
    struct haul_semaphore *places = &self->state->host->places;
    client->statistics.waiting_for_host++;
    if (self->state->has_host_place || haul_semaphore_try_acquire(places))
        return no_wait(task);
    if (client->options.waiting)
        client->options.waiting(client->options.waiting_data);
    return haul_semaphore_acquire(task, places);
}

/* What a fetch has to wait for that has not begun; NULL: nothing. Who follows a redirect has begun. */
static struct haul_event *closed_gate(const struct haul_fetch *self)
{
    const struct haul_client_options *options = &self->client->options;
    bool is_begun = self->state->result->public.attempts > 0;
    return options->gate && !is_begun ? options->gate(options->gate_data) : NULL;
}

static struct haul_await take_place(struct haul_task *task, struct haul_fetch *self)
{
    return self->state->has_place ? no_wait(task) : haul_semaphore_acquire(task, &self->client->places);
}

static void note_host_place(struct haul_fetch *self, int code)
{
    self->client->statistics.waiting_for_host--;
    if (code == 0)
        self->state->has_host_place = true;
}

static void note_place(struct haul_fetch *self, int code)
{
    struct haul_client_statistics *statistics = &self->client->statistics;
    if (code != 0 || self->state->has_place)
        return;
    self->state->has_place = true;
    if (++statistics->in_flight > statistics->peak_in_flight)
        statistics->peak_in_flight = statistics->in_flight;
}

/* Waits until a connection may be opened, if the hop needs one. */
static struct haul_await wait_for_moment(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    int64_t now = haul_loop_now(self->client->loop);
    int64_t moment = state->not_before;
    state->is_paced = haul_url_scheme(state->url) != HAUL_URL_SLEEP && haul__host_opens(state->host);
    if (state->is_paced) {
        int64_t paced = haul__pacing_take(&state->host->pacing, now);
        moment = paced > moment ? paced : moment;
    }
    return moment > now ? haul_sleep_until(task, moment) : no_wait(task);
}

/* What is known of the hop before is not known of this one. */
static void forget_answer(struct haul_result *result)
{
    result->status = 0;
    result->error_class = HAUL_CLASS_NONE;
    result->code = 0;
    result->message = NULL;
    result->http_version = NULL;
    result->content_type = NULL;
    result->bytes = 0;
    result->remote_ip = NULL;
    result->remote_port = 0;
    result->reused = false;
}

static int start(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    struct haul_result *result = &state->result->public;
    int64_t now = haul_loop_now(self->client->loop);
    forget_answer(result);
    result->time.queue += now - state->queued;
    if (result->attempts == 0) {
        result->attempts = 1;
        result->started = now;
    }
    state->started = now;
    state->times_before = result->time;
    if (haul_url_scheme(state->url) != HAUL_URL_SLEEP) {
        if (!state->transfer)
            state->transfer = haul__transfer_take(&self->client->transfers);
        int code = state->transfer ? haul__transfer_prepare(state->transfer, state->url, state->host, state->result,
                                                            self->body, self->body_data)
                                   : -ENOMEM;
        if (code == 0)
            code = haul__request_set(state->transfer, &state->outgoing, state->url);
        if (code < 0)
            return code;
        state->transfer->is_paced = state->is_paced;
        haul__transfer_want_new(state->transfer, state->is_lost);
    }
    if (state->left == HAUL_NEVER)
        return 0;
    state->has_timeout = true;
    return haul_timeout_enter(task, &state->timeout, haul_deadline(now, state->left));
}

static struct haul_await run(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    state->was_run = true;
    if (haul_url_scheme(state->url) == HAUL_URL_SLEEP)
        return haul_sleep(task, haul_url_sleep(state->url));
    struct haul__shard *shard = haul__client_shard(self->client, state->url);
    if (!shard)
        return haul__task_answer(task, -ENOMEM, (union haul_value){0});
    return haul__shard_run(task, shard, state->transfer);
}

static void end_sleep(struct haul_fetch *self)
{
    struct haul_times *time = &self->state->result->public.time;
    int64_t elapsed = haul_loop_now(self->client->loop) - self->state->started;
    elapsed -= elapsed % HAUL_MICROSECOND;
    time->wait += elapsed;
    time->total += elapsed;
}

static int fail(struct haul__fetch_state *state, enum haul_class error_class, int code, const char *message)
{
    struct haul_result *result = &state->result->public;
    result->message = haul__result_add_text(state->result, message, strlen(message));
    result->error_class = error_class;
    result->code = code;
    return result->message ? 0 : -ENOMEM;
}

static struct haul_await look_up(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    if (haul_url_scheme(state->url) == HAUL_URL_SLEEP)
        return no_wait(task);
    return haul__lookup_begin(task, self->client, state->transfer, &state->question);
}

/* The lookup has ended with CODE. 0: the transfer has what it needs; unresolved; and the code, if it is another. */
static int end_look_up(struct haul_fetch *self, int code)
{
    struct haul__fetch_state *state = self->state;
    struct haul__question *question = state->question;
    struct haul__failure failure;
    state->question = NULL;
    if (!question)
        return code;
    code = haul__lookup_end(self->client, state->transfer, question, code, state->started, &failure);
    if (code != 0 || failure.error_class == HAUL_CLASS_NONE)
        return code;
    code = fail(state, failure.error_class, failure.code, failure.message);
    return code < 0 ? code : unresolved;
}

/* Descriptors were short. The places are kept meanwhile, so that fewer are in flight until it is over. */
static int retry_later(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    struct haul_client *client = self->client;
    if (++state->shortages > max_shortages && !haul__client_has_connections(client))
        return fail(state, HAUL_CLASS_LOCAL, state->result->public.code, "no descriptor is free for a connection");
    int64_t delay = 10 * HAUL_MILLISECOND << (state->shortages < 7 ? state->shortages : 7);
    haul__client_spare(client);
    state->not_before = haul_deadline(haul_loop_now(client->loop), delay);
    /* Trying took no time worth the name, and it is waiting. */
    state->result->public.time = state->times_before;
    return again;
}

static int follow(struct haul_fetch *self, const char *location)
{
    struct haul__fetch_state *state = self->state;
    const struct haul_client_options *options = &self->client->options;
    struct haul_result *result = &state->result->public;
    struct haul_url *target = NULL;
    const char *problem = NULL;
    char message[256];
    if (result->redirects >= options->max_redirects) {
        snprintf(message, sizeof(message), "more than %u redirects", options->max_redirects);
        return fail(state, HAUL_CLASS_REDIRECT, CURLE_TOO_MANY_REDIRECTS, message);
    }
    int code = haul__redirect_target(state->url, location, &target, &problem);
    if (code == 0)
        problem = haul__settings_refusal(options, target);
    if (problem && code == 0) {
        haul_url_destroy(target);
        code = HAUL_E_URL;
    }
    if (code == HAUL_E_URL) {
        snprintf(message, sizeof(message), "the redirect cannot be followed: %s", problem);
        return fail(state, HAUL_CLASS_REDIRECT, CURLE_UNSUPPORTED_PROTOCOL, message);
    }
    if (code < 0)
        return code;
    const char *masked = haul_url_masked(target);
    result->final_url = haul__result_add_text(state->result, masked, strlen(masked));
    code = result->final_url ? haul__outgoing_follow(&state->outgoing, result->status, state->url, &target) : -ENOMEM;
    if (code == 0 && state->own_url == state->outgoing.first)
        state->outgoing.own_first = state->own_url;
    else if (code == 0)
        haul_url_destroy(state->own_url);
    else
        haul_url_destroy(target);
    if (code < 0)
        return code;
    state->own_url = target;
    state->url = target;
    result->redirects++;
    return again;
}

/* The answer is the one to give, whole or not. */
static int settle(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    struct haul_result *result = &state->result->public;
    char message[64];
    if (!self->body && state->transfer)
        haul__result_keep_body(state->result, &state->transfer->kept);
    if (result->error_class != HAUL_CLASS_NONE)
        return 0;
    if (result->status < 400)
        return 0;
    const char *phrase = haul__status_phrase(result->status);
    snprintf(message, sizeof(message), phrase ? "%d %s" : "status %d", result->status, phrase);
    return fail(state, HAUL_CLASS_HTTP, 0, message);
}

/* Whether the server had ended the connection that was there when the request went out, and so has not answered it.
 * libcurl makes another connection then, but not always with HTTP/2: one that was told to go away it calls a framing
 * error, and one that was closed without a word an answer that broke off. */
static bool is_lost(const struct haul__fetch_state *state)
{
    const struct haul__transfer *transfer = state->transfer;
    if (transfer->opened > 0 || transfer->phase != HAUL__WAITING_PHASE ||
        !haul__outgoing_is_idempotent(&state->outgoing))
        return false;
    return state->result->public.error_class == HAUL_CLASS_CONNECT || transfer->curl_code == CURLE_HTTP2 ||
           transfer->curl_code == CURLE_PARTIAL_FILE;
}

/* What follows from how the transfer came out. */
static int judge(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    struct haul_client *client = self->client;
    struct haul__transfer *transfer = state->transfer;
    struct haul_result *result = &state->result->public;
    if (!transfer)
        return 0;
    if (transfer->error < 0)
        return transfer->error;
    bool is_without = result->error_class == HAUL_CLASS_CONNECT || result->error_class == HAUL_CLASS_TLS;
    bool is_short = (is_without && transfer->shortage != 0) ||
                    (result->error_class == HAUL_CLASS_DNS && !haul__can_open_descriptor());
    if (is_short)
        return retry_later(self);
    state->shortages = 0;
    state->not_before = 0;
    state->is_lost = is_lost(state);
    if (state->is_lost)
        return again;
    if (result->error_class == HAUL_CLASS_NONE && client->options.follow_redirects &&
        haul__is_redirect(result->status)) {
        const char *location = haul__transfer_location(transfer);
        if (location)
            return follow(self, location);
    }
    return settle(self);
}

/* Whatever ended a hop, its connection counts if the request was sent over it. */
static void count_connection(struct haul_fetch *self)
{
    const struct haul__transfer *transfer = self->state->transfer;
    struct haul_client_statistics *statistics = &self->client->statistics;
    if (!transfer || transfer->phase < HAUL__WAITING_PHASE)
        return;
    statistics->connections += transfer->opened > 0 ? 1 : 0;
    statistics->reused += transfer->opened > 0 ? 0 : 1;
}

/* The hop has ended with CODE: what to do. 0: there is a result; HAUL_E_CANCELLED, with a result; again; negative
 * errno. */
static int end(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    int code = self->code;
    bool was_started = state->started > 0;
    bool is_sleep = haul_url_scheme(state->url) == HAUL_URL_SLEEP;
    /* One that libcurl still looks up a name for is not ours any more. */
    if (state->was_run && !is_sleep && code >= 0 && !haul_awaited(task).pointer)
        state->transfer = NULL;
    state->was_run = false;
    if (was_started)
        count_connection(self);
    if (code == unresolved)
        code = 0;
    if (state->has_timeout)
        code = haul_timeout_leave(task, &state->timeout, code);
    state->has_timeout = false;
    if (was_started && state->left != HAUL_NEVER)
        state->left -= haul_loop_now(self->client->loop) - state->started;
    if (was_started && is_sleep && code >= 0)
        end_sleep(self);
    if (!was_started && code >= 0)
        state->result->public.time.queue += haul_loop_now(self->client->loop) - state->queued;
    state->started = 0;
    if (code == HAUL_E_TIMEOUT) {
        char message[64];
        haul__write_duration(message, sizeof(message), "not done within", self->client->options.max_time);
        code = fail(state, HAUL_CLASS_TIMEOUT, CURLE_OPERATION_TIMEDOUT, message);
    } else if (code == HAUL_E_CANCELLED) {
        int failed = fail(state, HAUL_CLASS_CANCELLED, 0, "it was cancelled");
        code = failed < 0 ? failed : code;
    } else if (code == 0) {
        code = judge(self);
    }
    if (code != again || state->shortages == 0)
        release_places(self);
    return code;
}

/* The result as it is given away. */
static struct haul_result *give(struct haul_fetch *self)
{
    struct haul_result *result = &self->state->result->public;
    self->state->result = NULL;
    result->ended = haul_loop_now(self->client->loop);
    result->time.queue -= result->time.queue % HAUL_MICROSECOND;
    result->ok = result->error_class == HAUL_CLASS_NONE;
    return result;
}

static void destroy_result(void *result)
{
    haul_result_destroy(result);
}

struct haul_step haul_fetch(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(haul_fetch);
    self->code = begin(self);
    while (self->code == 0 || self->code == again) {
        self->code = queue(self);
        if (self->code < 0)
            break;
        HAUL_AWAIT_CODE(self->code, take_host_place(task, self));
        note_host_place(self, self->code);
        while (self->code == 0 && closed_gate(self))
            HAUL_AWAIT_CODE(self->code, haul_event_wait(task, closed_gate(self)));
        if (self->code == 0) {
            HAUL_AWAIT_CODE(self->code, take_place(task, self));
            note_place(self, self->code);
        }
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, wait_for_moment(task, self));
        if (self->code == 0)
            self->code = start(task, self);
        if (self->code == 0) {
            HAUL_AWAIT_CODE(self->code, look_up(task, self));
            self->code = end_look_up(self, self->code);
        }
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, run(task, self));
        self->code = end(task, self);
        if (self->code != again)
            break;
    }
    if (self->code < 0)
        HAUL_FAIL(self->code);
    haul_task_own_value(task, destroy_result);
    if (self->code != HAUL_E_CANCELLED)
        HAUL_RETURN(.pointer = give(self));
    coroutine->value.pointer = give(self);
    HAUL_FAIL(HAUL_E_CANCELLED);
    HAUL_FINALLY;
    finish(self);
    HAUL_END;
}
