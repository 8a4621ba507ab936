/* A fetch: hop after hop until an answer is no redirect. Each hop waits for a place of its host, then for one of the
 * client, then, if it will open a connection, for its moment; all of that is `queue`, and no timeout runs in it. */
#include "net/client.h"
#include "net/hop.h"
#include "net/settings.h"
#include "net/url.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/event.h>
#include <stdio.h>
#include <string.h>

struct haul__fetch_state {
    const struct haul_url *url;     /* of the hop */
    struct haul_url *own_url;       /* of the first, where it is the fetch's; or NULL */
    struct haul_url *target;        /* of the hop, where it is not the first; or NULL */
    struct haul__outgoing outgoing; /* what the hop sends */
    struct haul__result *result;
    struct haul__limit *limit; /* its host's; NULL: there is none */
    struct haul__hop hop;
    int64_t queued; /* when it began to wait for its places */
    int64_t left;   /* of the time that it may take */
    bool is_hopping;
    bool has_host_place;
    bool has_place;
};

/* A hop has ended, and another is to be made. */
enum { again = 0x100 };

static void release_places(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    if (state->has_host_place)
        haul_semaphore_release(&state->limit->places);
    if (state->has_place) {
        haul_semaphore_release(&self->client->places);
        self->client->statistics.in_flight--;
    }
    haul__limit_unref(state->limit);
    state->limit = NULL;
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
    haul_url_destroy(state->hop.target);
    haul__outgoing_finish(&state->outgoing);
    haul_url_destroy(state->own_url);
    haul_url_destroy(state->target);
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
    if (haul_url_scheme(state->url) == HAUL_URL_SLEEP)
        result->method = NULL;
    else if (self->request)
        result->method = haul__result_add_text(state->result, method, strlen(method));
    return haul_url_scheme(state->url) == HAUL_URL_SLEEP || result->method ? 0 : -ENOMEM;
}

/* What cannot be fetched, for the reason that CODE stands for. */
static int refuse(struct haul__fetch_state *state, int code, const char *problem)
{
    enum haul_class error_class = code == HAUL_E_URL ? HAUL_CLASS_URL : HAUL_CLASS_LOCAL;
    struct haul_result *result =
        haul_result_create_failed(state->url ? haul_url_masked(state->url) : NULL, error_class, problem);
    state->result = result ? haul__result_of(result) : NULL;
    return result ? code : -ENOMEM;
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
    if (code < 0)
        return code;
    state->url = self->url ? self->url : state->own_url;
    if (code == 0)
        code = haul__settings_check(&self->client->options, state->url, &problem);
    if (code == 0 && self->request)
        code = haul_request_check(self->request, &problem);
    if (code != 0)
        return refuse(state, code, problem);
    state->left = self->client->options.max_time;
    haul__outgoing_begin(&state->outgoing, self->request, state->url);
    return make_result(self);
}

/* The hop stands in line from now on. */
static int queue(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    state->queued = haul_loop_now(self->client->loop);
    if (!haul__limits_has(&self->client->limits, state->url))
        return 0;
    state->limit = haul__limits_get(&self->client->limits, state->url);
    return state->limit ? 0 : -ENOMEM;
}

static struct haul_await take_host_place(struct haul_task *task, struct haul_fetch *self)
{
    struct haul_client *client = self->client;
    struct haul_semaphore *places = &self->state->limit->places;
    client->statistics.waiting_for_host++;
    if (haul_semaphore_try_acquire(places))
        return haul__task_answer(task, 0, (union haul_value){0});
    if (client->options.waiting)
        client->options.waiting(client->options.waiting_data);
    return haul_semaphore_acquire(task, places);
}

static void note_host_place(struct haul_fetch *self, int code)
{
    self->client->statistics.waiting_for_host--;
    self->state->has_host_place = code == 0;
}

/* What a fetch has to wait for that has not begun; NULL: nothing. Who follows a redirect has begun. */
static struct haul_event *closed_gate(const struct haul_fetch *self)
{
    const struct haul_client_options *options = &self->client->options;
    bool is_begun = self->state->result->public.attempts > 0;
    return options->gate && !is_begun ? options->gate(options->gate_data) : NULL;
}

static void note_place(struct haul_fetch *self, int code)
{
    struct haul_client_statistics *statistics = &self->client->statistics;
    if (code != 0)
        return;
    self->state->has_place = true;
    if (++statistics->in_flight > statistics->peak_in_flight)
        statistics->peak_in_flight = statistics->in_flight;
}

static struct haul_await make_hop(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    state->is_hopping = true;
    state->hop = HAUL_FRAME(haul__hop, .fetcher = &self->client->fetcher, .url = state->url,
                            .outgoing = &state->outgoing, .result = state->result, .body = self->body,
                            .body_data = self->body_data, .queued = state->queued, .left = state->left);
    return haul_call(task, &state->hop.coroutine);
}

/* Whatever came of the hop. */
static void note_hop(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    state->left = state->hop.left;
    self->client->statistics.connections += state->hop.opened;
    self->client->statistics.reused += state->hop.reused;
}

/* The answer redirects. */
static int follow(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    const struct haul_client_options *options = &self->client->options;
    struct haul_result *result = &state->result->public;
    struct haul_url *target = state->hop.target;
    char message[256];
    if (result->redirects >= options->max_redirects) {
        snprintf(message, sizeof(message), "more than %u redirects", options->max_redirects);
        return haul__result_fail(state->result, HAUL_CLASS_REDIRECT, CURLE_TOO_MANY_REDIRECTS, message);
    }
    if (!target) {
        snprintf(message, sizeof(message), "the redirect cannot be followed: %s", state->hop.problem);
        return haul__result_fail(state->result, HAUL_CLASS_REDIRECT, CURLE_UNSUPPORTED_PROTOCOL, message);
    }
    const char *masked = haul_url_masked(target);
    result->final_url = haul__result_add_text(state->result, masked, strlen(masked));
    int code = result->final_url
                   ? haul__outgoing_follow(&state->outgoing, result->status, state->url, &state->hop.target)
                   : -ENOMEM;
    if (code < 0)
        return code;
    haul_url_destroy(state->target);
    state->target = state->hop.target;
    state->url = state->target;
    state->hop.target = NULL;
    result->redirects++;
    return again;
}

/* The answer is the one to give, whole or not. */
static int settle(struct haul__fetch_state *state)
{
    const struct haul_result *result = &state->result->public;
    char message[64];
    if (result->error_class != HAUL_CLASS_NONE || result->status < 400)
        return 0;
    const char *phrase = haul__status_phrase(result->status);
    snprintf(message, sizeof(message), phrase ? "%d %s" : "status %d", result->status, phrase);
    return haul__result_fail(state->result, HAUL_CLASS_HTTP, 0, message);
}

/* The hop has ended, or did not begin: what to do. 0: there is a result; HAUL_E_CANCELLED, with a result; again;
 * negative errno. */
static int end(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    int code = self->code;
    if (state->is_hopping)
        note_hop(self);
    else
        state->result->public.time.queue += haul_loop_now(self->client->loop) - state->queued;
    release_places(self);
    if (code == HAUL_E_CANCELLED) {
        int failed = haul__result_fail(state->result, HAUL_CLASS_CANCELLED, 0, "it was cancelled");
        code = failed < 0 ? failed : code;
    } else if (code == 0) {
        code = state->hop.target || state->hop.problem ? follow(self) : settle(state);
    }
    state->is_hopping = false;
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
        if (self->state->limit) {
            HAUL_AWAIT_CODE(self->code, take_host_place(task, self));
            note_host_place(self, self->code);
        }
        while (self->code == 0 && closed_gate(self))
            HAUL_AWAIT_CODE(self->code, haul_event_wait(task, closed_gate(self)));
        if (self->code == 0) {
            HAUL_AWAIT_CODE(self->code, haul_semaphore_acquire(task, &self->client->places));
            note_place(self, self->code);
        }
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, make_hop(task, self));
        self->code = end(self);
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
