/* A fetch: attempt after attempt until one is worth having, each hop after hop until an answer is no redirect. A hop
 * waits for its admission, then, if it will open a connection, for its moment; all of that is `queue`, and no timeout
 * runs in it. Between two attempts it has no place. */
#include "net/admission.h"
#include "net/hop.h"
#include "net/settings.h"
#include "net/url.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/sleep.h>
#include <stdio.h>
#include <string.h>

struct haul__fetch_state {
    const struct haul_url *url;     /* of the hop */
    struct haul_url *own_url;       /* of the first hop, where it was given as text; or NULL */
    struct haul_url *target;        /* of the hop, where it was redirected to; or NULL */
    struct haul__outgoing outgoing; /* what the hop sends */
    struct haul__result *result;
    struct haul__progress progress; /* of the hop */
    int64_t began;                  /* when the first one had its place; 0: none has had */
    struct haul__admission admission;
    struct haul__gradient_request request; /* what its host's limit knows the hop by */
    struct haul__hop hop;
    struct haul__errand *errand; /* of a hop on another loop; NULL: there was none yet */
    int64_t answering;           /* what hosts took to answer, over the hops before */
    int64_t queued;              /* when the hop began to wait */
    int64_t left;                /* of the time that the attempt may take */
    int64_t attempt_started;
    int64_t retry_at; /* when the next attempt may begin */
    int64_t latest;   /* ... and when no more; of the first one, HAUL_NEVER */
    bool is_attempt;  /* the hop is the first of an attempt */
    bool is_retry;    /* ... which is not the first */
    bool is_hopping;
};

/* A hop has ended, and another is to be made; or another attempt, later. Or that is not made after all, and what came
 * of the last one stands. */
enum { again = 0x100, later, over };

/* Clocks of several loops are read at different times, and what comes later is not to seem earlier. */
static int64_t now(const struct haul_fetch *self)
{
    int64_t now = haul_loop_now(self->client->loop);
    return now > self->state->hop.ended ? now : self->state->hop.ended;
}

static void finish(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    self->client->fetches--;
    if (!state)
        return;
    haul__admission_end(&state->admission);
    haul_url_destroy(state->hop.target);
    haul__outgoing_finish(&state->outgoing);
    haul_url_destroy(state->own_url);
    haul__free(state->errand);
    haul_url_destroy(state->target);
    if (state->result)
        haul_result_destroy(&state->result->public);
    haul__free(state);
    self->state = NULL;
}

/* How often it may be tried again. */
static unsigned most_retries(const struct haul_fetch *self)
{
    if (self->retries == 0)
        return self->client->options.retries;
    return self->retries > 0 ? (unsigned)self->retries : 0;
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

static int64_t max_time(const struct haul_fetch *self)
{
    return self->max_time > 0 ? self->max_time : self->client->options.max_time;
}

/* HAUL_E_URL, HAUL_E_INVALID: there is a result, and nothing to fetch. Negative errno. */
static int begin(struct haul_fetch *self)
{
    struct haul__fetch_state *state = haul__allocate_zeroed(sizeof(*state));
    const char *problem = NULL;
    self->client->fetches++;
    haul__retries_note_fetch(&self->client->retries);
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
    state->left = max_time(self);
    state->latest = HAUL_NEVER;
    state->is_attempt = true;
    haul__outgoing_begin(&state->outgoing, self->request, state->url);
    return make_result(self);
}

static struct haul_await queue(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    state->queued = now(self);
    state->admission = HAUL_FRAME(haul__admission, .client = self->client, .url = state->url, .latest = state->latest,
                                  .is_begun = state->result->public.attempts > 0);
    return haul_call(task, &state->admission.coroutine);
}

/* What hosts took: neither looking their names up nor connecting, which more in flight have less often. */
static int64_t answering(const struct haul__fetch_state *state)
{
    const struct haul_times *time = &state->result->public.time;
    return time->wait + time->transfer;
}

/* What a hop that ended with CODE tells of its host. */
static enum haul__sign sign_of(const struct haul_result *result, int code)
{
    if (code != 0)
        return HAUL__NO_SIGN;
    if (result->error_class == HAUL_CLASS_CONNECT || result->error_class == HAUL_CLASS_TIMEOUT)
        return HAUL__BROKEN;
    if (result->error_class != HAUL_CLASS_NONE)
        return HAUL__NO_SIGN;
    switch (result->status) {
    case 429:
    case 503:
        return HAUL__REFUSED;
    case 502:
    case 504:
        return HAUL__BROKEN;
    default:
        return HAUL__ANSWERED;
    }
}

static struct haul_await make_hop(struct haul_task *task, struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    struct haul__fetcher *fetcher = haul__client_fetcher(self->client, state->url);
    bool is_errand = fetcher != &self->client->fetcher;
    if (is_errand && !state->errand)
        state->errand = haul__allocate(sizeof(*state->errand));
    if (is_errand && !state->errand)
        return haul__task_answer(task, -ENOMEM, (union haul_value){0});
    state->is_hopping = true;
    if (state->began == 0)
        state->began = now(self);
    haul__progress_begin(&state->progress, -1);
    state->answering = answering(state);
    if (state->admission.limit)
        state->request = haul__limit_begin(state->admission.limit);
    state->hop = HAUL_FRAME(haul__hop, .fetcher = fetcher, .url = state->url, .outgoing = &state->outgoing,
                            .result = state->result, .progress = &state->progress, .body = self->body,
                            .body_data = self->body_data, .is_attempt = state->is_attempt, .queued = state->queued,
                            .left = state->left, .lane = state->admission.lane);
    state->hop.max_time = max_time(self);
    if (is_errand)
        return haul__errand_run(task, state->errand, &state->hop, &self->client->transit);
    return haul_call(task, &state->hop.coroutine);
}

/* Whatever came of the hop. */
static void note_hop(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    struct haul_result *result = &state->result->public;
    state->left = state->hop.left;
    struct haul__limit *limit = state->admission.limit;
    if (limit) {
        haul__limit_end(limit, &state->request, sign_of(result, self->code), answering(state) - state->answering);
        self->client->statistics.host_limit = limit->gradient.limit;
    }
    if (state->is_attempt)
        state->attempt_started = state->hop.attempt_started;
    state->is_attempt = state->hop.is_attempt;
    self->client->statistics.connections += state->hop.opened;
    self->client->statistics.reused += state->hop.reused;
}

/* Where it redirects to, though that is not followed. */
static int note_redirect(struct haul__fetch_state *state, const struct haul_url *target)
{
    struct haul_result *result = &state->result->public;
    const char *masked = haul_url_masked(target);
    result->redirect_url = haul__result_add_text(state->result, masked, strlen(masked));
    return result->redirect_url ? 0 : -ENOMEM;
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
        if (target && note_redirect(state, target) < 0)
            return -ENOMEM;
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
    result->time.redirect = result->time.total;
    return again;
}

/* The answer is the one to give, whole or not. */
static int settle(const struct haul_fetch *self)
{
    const struct haul_client_options *options = &self->client->options;
    struct haul__result *given = self->state->result;
    const struct haul_result *result = &given->public;
    char message[64] = "the status is not one that is ok";
    if (result->error_class != HAUL_CLASS_NONE || result->status == 0)
        return 0;
    if (options->is_ok ? options->is_ok(options->is_ok_data, result->status) : result->status < 400)
        return 0;
    const char *phrase = haul__status_phrase(result->status);
    if (result->status >= 400)
        snprintf(message, sizeof(message), phrase ? "%d %s" : "status %d", result->status, phrase);
    return haul__result_fail(given, HAUL_CLASS_HTTP, 0, message);
}

/* Leaves the host alone for as long as it asks to be. */
static void pause_host(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    const struct haul_client_options *options = &self->client->options;
    int status = state->result->public.status;
    int64_t asked = state->hop.retry_after;
    int64_t duration = asked < options->retry_after_limit ? asked : options->retry_after_limit;
    if (haul__asks_for_pause(status))
        haul__admission_pause(&state->admission, status, duration);
}

/* Whether something of the body has been given away that another attempt would give once more. */
static bool needs_restart(const struct haul_fetch *self)
{
    return self->body && self->body != haul_body_discard && self->state->result->public.bytes > 0;
}

/* How long the host wishes to be left alone, as far as is known: it has told this fetch, or another. */
static int64_t wish(const struct haul_fetch *self)
{
    const struct haul__fetch_state *state = self->state;
    const struct haul__limit *limit = state->admission.limit;
    bool is_own = limit && state->result->public.redirects == 0 && limit->paused_until > now(self);
    int64_t pause = is_own ? limit->paused_until - now(self) : 0;
    return pause > state->hop.retry_after ? pause : state->hop.retry_after;
}

/* An attempt has come out: later, if there is to be another. */
static int consider_retry(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    struct haul_client *client = self->client;
    struct haul_result *result = &state->result->public;
    int64_t delay;
    unsigned most = most_retries(self);
    bool has_retries = most > 0 || client->options.retries > 0;
    if ((!has_retries && !client->options.keep_hops) || result->attempts == 0)
        return 0;
    int code = haul__result_add_try(state->result, state->attempt_started);
    if (code < 0 || !has_retries)
        return code;
    pause_host(self);
    int64_t elapsed = now(self) - result->started;
    if (!haul__retries_take(&client->retries, result, most, wish(self), elapsed, &delay) ||
        (needs_restart(self) && !self->restart))
        return 0;
    haul__admission_tell_pause(&state->admission);
    state->retry_at = haul_deadline(now(self), delay);
    state->latest = haul_deadline(result->started, client->options.retry_max_time);
    return later;
}

/* The wait for another attempt is over, with CODE. */
static int come_back(struct haul_fetch *self, int code)
{
    struct haul__fetch_state *state = self->state;
    haul__client_come_forward(self->client);
    if (code != 0)
        return code;
    state->url = self->url ? self->url : state->own_url;
    state->is_retry = true;
    return again;
}

/* Another attempt is let go. Until here what came of the last one stood, since this one may not have been made. */
static int begin_anew(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    if (needs_restart(self) && self->restart(self->body_data) != 0)
        return over;
    haul_url_destroy(state->hop.target);
    state->hop.target = NULL;
    haul__result_begin_anew(state->result);
    haul__outgoing_finish(&state->outgoing);
    haul__outgoing_begin(&state->outgoing, self->request, state->url);
    state->left = max_time(self);
    state->is_attempt = true;
    state->is_retry = false;
    state->latest = HAUL_NEVER;
    return 0;
}

static struct haul_await wait_for_retry(struct haul_task *task, struct haul_fetch *self)
{
    haul__client_stand_aside(self->client);
    return haul_sleep_until(task, self->state->retry_at);
}

/* The hop has ended, or did not begin: what to do. 0: there is a result; HAUL_E_CANCELLED, with a result; again; later;
 * negative errno. */
static int end(struct haul_fetch *self)
{
    struct haul__fetch_state *state = self->state;
    int code = self->code;
    if (state->is_hopping)
        note_hop(self);
    else
        state->result->public.time.queue += now(self) - state->queued;
    if (code == HAUL_E_TIMEOUT && state->is_retry)
        code = over;
    if (code == 0 && (state->hop.target || state->hop.problem))
        code = follow(self);
    else if (code == 0)
        code = settle(self);
    if (code == 0)
        code = consider_retry(self);
    haul__admission_end(&state->admission);
    state->is_hopping = false;
    return code;
}

static int note_cancel(struct haul__fetch_state *state)
{
    int code = haul__result_fail(state->result, HAUL_CLASS_CANCELLED, 0, "it was cancelled");
    return code < 0 ? code : HAUL_E_CANCELLED;
}

/* The result as it is given away. */
static struct haul_result *give(struct haul_fetch *self)
{
    struct haul_result *result = &self->state->result->public;
    self->state->result = NULL;
    result->ended = now(self);
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
    if (self->code == 0)
        self->code = again;
    while (self->code == again) {
        HAUL_AWAIT_CODE(self->code, queue(task, self));
        if (self->code == 0 && self->state->is_retry)
            self->code = begin_anew(self);
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, make_hop(task, self));
        self->code = end(self);
        if (self->code == later) {
            HAUL_AWAIT_CODE(self->code, wait_for_retry(task, self));
            self->code = come_back(self, self->code);
        }
    }
    if (self->code == HAUL_E_CANCELLED)
        self->code = note_cancel(self->state);
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

void haul_fetch_progress(const struct haul_fetch *fetch, struct haul_fetch_progress *ret_progress)
{
    struct haul__fetch_state *state = fetch->state;
    *ret_progress = (struct haul_fetch_progress){.expected = -1};
    if (!state || state->began == 0)
        return;
    *ret_progress = (struct haul_fetch_progress){
        .is_in_flight = state->is_hopping,
        .started = state->began,
        .received = atomic_load_explicit(&state->progress.received, memory_order_relaxed),
        .expected = atomic_load_explicit(&state->progress.expected, memory_order_relaxed),
    };
}
