#include "net/hop.h"

#include "net/history.h"
#include "net/lookup.h"
#include "net/redirect.h"
#include "net/request.h"
#include "net/settings.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/sleep.h>
#include <string.h>

/* It has ended, and is to be made again; it leads to nowhere, and the result says why. */
enum { again = 0x100, nowhere };

/* After so many vain tries without any connection of haul's own that could be closed it gives up. */
enum { max_shortages = 7 };

static int64_t now(const struct haul__hop *self)
{
    return haul_loop_now(self->fetcher->loop);
}

static struct haul_await no_wait(struct haul_task *task)
{
    return haul__task_answer(task, 0, (union haul_value){0});
}

static int begin(struct haul__hop *self)
{
    self->queue_before = self->result->public.time.queue;
    if (haul_url_scheme(self->url) == HAUL_URL_SLEEP)
        return again;
    self->host = haul__hosts_get(&self->fetcher->hosts, self->url);
    return self->host ? again : -ENOMEM;
}

/* Waits until there may be descriptors again, if they were short. */
static struct haul_await wait_for_descriptors(struct haul_task *task, struct haul__hop *self)
{
    return self->not_before > now(self) ? haul_sleep_until(task, self->not_before) : no_wait(task);
}

/* Waits for a place among those that may have a descriptor. */
static struct haul_await take_place(struct haul_task *task, struct haul__hop *self)
{
    return self->host && !self->has_place ? haul_semaphore_acquire(task, &self->fetcher->places) : no_wait(task);
}

/* Waits until it is known whether the hop needs a connection of its own. */
static struct haul_await enter_streams(struct haul_task *task, struct haul__hop *self)
{
    return self->host ? haul__streams_enter(task, self->host) : no_wait(task);
}

/* Waits until a connection may be opened, if the hop needs one. */
static struct haul_await wait_for_moment(struct haul_task *task, struct haul__hop *self)
{
    int64_t moment = now(self);
    self->is_paced = self->host && haul__host_opens(self->host);
    if (self->is_paced)
        moment = haul__pacing_take(&self->host->pacing, moment);
    return moment > now(self) ? haul_sleep_until(task, moment) : no_wait(task);
}

/* What is known of the hop before is not known of this one, but for the handshakes: it may go on with a connection. */
static void forget_answer(struct haul_result *result)
{
    result->status = 0;
    result->error_class = HAUL_CLASS_NONE;
    result->code = 0;
    result->message = NULL;
    result->http_version = NULL;
    result->content_type = NULL;
    result->headers = NULL;
    result->header_count = 0;
    result->bytes = 0;
    result->remote_ip = NULL;
    result->remote_port = 0;
    result->local_ip = NULL;
    result->local_port = 0;
    result->redirect_url = NULL;
    result->uploaded = 0;
    result->downloaded = 0;
    result->reused = false;
    result->proxied = false;
    result->connection = 0;
}

/* The clock of who queued it may be a little further, where that was another loop. */
static void note_queue(struct haul__hop *self)
{
    int64_t waited = now(self) - self->queued;
    self->result->public.time.queue += waited > 0 ? waited : 0;
}

static int start(struct haul_task *task, struct haul__hop *self)
{
    struct haul_result *result = &self->result->public;
    forget_answer(result);
    note_queue(self);
    self->started = now(self);
    if (self->is_attempt) {
        self->is_attempt = false;
        self->attempt_started = self->started;
        if (result->attempts++ == 0)
            result->started = self->started;
    }
    self->times_before = result->time;
    if (self->host) {
        if (!self->transfer)
            self->transfer = haul__transfer_take(&self->fetcher->transfers);
        int code = self->transfer ? haul__transfer_prepare(self->transfer, self->url, self->host, self->result,
                                                           self->progress, self->body, self->body_data)
                                  : -ENOMEM;
        if (code == 0)
            code = haul__request_set(self->transfer, self->outgoing, self->url);
        if (code < 0)
            return code;
        self->transfer->is_paced = self->is_paced;
        haul__transfer_want_new(self->transfer, self->is_lost);
    }
    if (self->left == HAUL_NEVER)
        return 0;
    self->has_timeout = true;
    return haul_timeout_enter(task, &self->timeout, haul_deadline(self->started, self->left));
}

/* 0; nowhere: a proxy would connect, to where it likes; -ENOMEM. */
static int check_route(struct haul__hop *self)
{
    const struct haul_client_options *options = self->fetcher->options;
    if (!self->host || !options->no_private || haul__route_is_direct(options, self->host->origin))
        return 0;
    int code =
        haul__result_fail(self->result, HAUL_CLASS_ADDRESS, CURLE_COULDNT_CONNECT,
                          "a proxy would connect to it, and --no-private cannot see where; --noproxy can except it");
    return code < 0 ? code : nowhere;
}

static struct haul_await look_up(struct haul_task *task, struct haul__hop *self)
{
    if (!self->host)
        return no_wait(task);
    return haul__lookup_begin(task, self->fetcher, self->transfer, self->needs_both, &self->question);
}

/* The lookup has ended with CODE. 0: the transfer has what it needs; nowhere; and the code, if it is another. */
static int end_look_up(struct haul__hop *self, int code)
{
    struct haul__question *question = self->question;
    struct haul__failure failure;
    self->question = NULL;
    if (!question)
        return code;
    code = haul__lookup_end(self->fetcher, self->transfer, question, code, self->started, &failure);
    if (code != 0 || failure.error_class == HAUL_CLASS_NONE)
        return code;
    if (failure.error_class == HAUL_CLASS_ADDRESS)
        code = haul__refusal_tell(&self->transfer->refusal, self->host->origin, self->result);
    else
        code = haul__result_fail(self->result, failure.error_class, failure.code, failure.message);
    return code < 0 ? code : nowhere;
}

static struct haul_await run(struct haul_task *task, struct haul__hop *self)
{
    self->was_run = true;
    if (!self->host)
        return haul_sleep(task, haul_url_sleep(self->url));
    struct haul__shard *shard = haul__fetcher_shard(self->fetcher, self->host);
    if (!shard)
        return haul__task_answer(task, -ENOMEM, (union haul_value){0});
    return haul__shard_run(task, shard, self->transfer);
}

static void end_sleep(struct haul__hop *self)
{
    struct haul_times *time = &self->result->public.time;
    int64_t elapsed = now(self) - self->started;
    elapsed -= elapsed % HAUL_MICROSECOND;
    time->wait += elapsed;
    time->total += elapsed;
}

/* Whatever ended it, its connection counts if the request was sent over it. */
static void count_connection(struct haul__hop *self)
{
    const struct haul__transfer *transfer = self->transfer;
    if (!transfer || transfer->phase < HAUL__WAITING_PHASE)
        return;
    self->opened += transfer->opened > 0 ? 1 : 0;
    self->reused += transfer->opened > 0 ? 0 : 1;
}

/* Descriptors were short. */
static int retry_later(struct haul__hop *self)
{
    struct haul__fetcher *fetcher = self->fetcher;
    if (++self->shortages > max_shortages && !haul__fetcher_has_connections(fetcher))
        return haul__result_fail(self->result, HAUL_CLASS_LOCAL, self->result->public.code,
                                 "no descriptor is free for a connection");
    int64_t delay = 10 * HAUL_MILLISECOND << (self->shortages < 7 ? self->shortages : 7);
    haul__fetcher_spare(fetcher);
    self->not_before = haul_deadline(now(self), delay);
    /* Trying took no time worth the name, and it is waiting. */
    self->result->public.time = self->times_before;
    return again;
}

/* Whether the server had ended the connection that was there when the request went out, and so has not answered it.
 * libcurl makes another connection then, but not always with HTTP/2: one that was told to go away it calls a framing
 * error, and one that was closed without a word an answer that broke off. */
static bool is_lost(const struct haul__hop *self)
{
    const struct haul__transfer *transfer = self->transfer;
    if (transfer->opened > 0 || transfer->phase != HAUL__WAITING_PHASE || !haul__outgoing_is_idempotent(self->outgoing))
        return false;
    return self->result->public.error_class == HAUL_CLASS_CONNECT || transfer->curl_code == CURLE_HTTP2 ||
           transfer->curl_code == CURLE_PARTIAL_FILE;
}

/* Where the answer redirects to, if it does and is followed; NULL: nowhere. */
static const char *location(const struct haul__hop *self)
{
    const struct haul_result *result = &self->result->public;
    bool may_follow = result->error_class == HAUL_CLASS_NONE && self->fetcher->options->follow_redirects;
    return may_follow && haul__is_redirect(result->status) ? haul__transfer_location(self->transfer) : NULL;
}

static int find_target(struct haul__hop *self, const char *to)
{
    struct haul_url *target = NULL;
    int code = haul__redirect_target(self->url, to, &target, &self->problem);
    if (code == 0)
        code = haul__settings_check(self->fetcher->options, target, &self->problem);
    if (code == 0)
        self->target = target;
    else
        haul_url_destroy(target);
    return code < 0 ? code : 0;
}

/* What follows from how the transfer came out. */
static int judge(struct haul__hop *self)
{
    struct haul__transfer *transfer = self->transfer;
    const struct haul_result *result = &self->result->public;
    if (!transfer)
        return 0;
    if (transfer->error < 0)
        return transfer->error;
    bool is_without = result->error_class == HAUL_CLASS_CONNECT || result->error_class == HAUL_CLASS_TLS;
    bool is_short = (is_without && transfer->shortage != 0) ||
                    (result->error_class == HAUL_CLASS_DNS && !haul__can_open_descriptor());
    if (is_short)
        return retry_later(self);
    self->shortages = 0;
    self->not_before = 0;
    self->is_lost = is_lost(self);
    if (self->is_lost)
        return again;
    if (result->error_class == HAUL_CLASS_CONNECT && transfer->has_half && !self->needs_both) {
        self->needs_both = true;
        return again;
    }
    const char *to = location(self);
    if (to)
        return find_target(self, to);
    if (result->status >= 400)
        self->retry_after = transfer->head.retry_after;
    if (!self->body)
        haul__result_keep_body(self->result, &transfer->kept);
    return 0;
}

/* It has not come out in the time that was left. */
static int give_up(struct haul__hop *self)
{
    char message[64];
    haul__write_duration(message, sizeof(message), "not done within", self->max_time);
    return haul__result_fail(self->result, HAUL_CLASS_TIMEOUT, CURLE_OPERATION_TIMEDOUT, message);
}

/* It needs no connection any more. CODE: how it has ended. */
static void leave_streams(struct haul_task *task, struct haul__hop *self, int code)
{
    if (self->has_stream)
        haul__streams_leave(self->host, task, code == 0);
    self->has_stream = false;
}

/* What the hop that was STARTED then took of the times of all. */
static struct haul_times own_times(const struct haul__hop *self)
{
    const struct haul_times *all = &self->result->public.time, *before = &self->times_before;
    return (struct haul_times){
        .queue = all->queue - self->queue_before,
        .dns = all->dns - before->dns,
        .connect = all->connect - before->connect,
        .tls = all->tls - before->tls,
        .wait = all->wait - before->wait,
        .transfer = all->transfer - before->transfer,
        .total = all->total - before->total,
        .sent = all->sent - before->sent,
    };
}

/* The request's is the caller's. */
static const char *method_of(const struct haul__hop *self)
{
    const char *first = self->result->public.method, *method = self->outgoing->method;
    return strcmp(method, first) == 0 ? first : haul__result_add_text(self->result, method, strlen(method));
}

/* Notes the hop that was STARTED then in the result's history, where there is one. */
static int note_hop(struct haul__hop *self, int64_t started)
{
    const struct haul_result *result = &self->result->public;
    const struct haul__transfer *transfer = self->transfer;
    const struct haul__buffer *sent = transfer ? &transfer->sent : NULL;
    if (!self->fetcher->options->keep_hops)
        return 0;
    const char *method = self->host ? method_of(self) : NULL;
    const struct haul_hop hop = {
        .attempt = result->attempts,
        .lane = self->lane,
        .url = result->final_url,
        .method = method,
        .status = result->status,
        .http_version = result->http_version,
        .bytes = result->bytes,
        .remote_ip = result->remote_ip,
        .remote_port = result->remote_port,
        .connection = transfer ? transfer->connection : 0,
        .reused = result->reused,
        .started = started,
        .ended = self->ended,
        .time = own_times(self),
    };
    if (self->host && !method)
        return -ENOMEM;
    return haul__history_add(self->result, &hop, sent ? (const char *)sent->bytes : NULL, sent ? sent->size : 0);
}

/* It has ended with CODE: what the whole ends with, or again. */
static int end(struct haul_task *task, struct haul__hop *self)
{
    int code = self->code;
    int64_t started = self->started;
    bool was_started = started > 0;
    /* One that libcurl still looks up a name for is not ours any more. */
    if (self->was_run && self->host && code >= 0 && !haul_awaited(task).pointer)
        self->transfer = NULL;
    self->was_run = false;
    if (was_started)
        count_connection(self);
    if (code == nowhere)
        code = 0;
    if (self->has_timeout)
        code = haul_timeout_leave(task, &self->timeout, code);
    self->has_timeout = false;
    if (was_started && self->left != HAUL_NEVER)
        self->left -= now(self) - self->started;
    if (was_started && !self->host && code >= 0)
        end_sleep(self);
    if (!was_started)
        note_queue(self);
    self->started = 0;
    self->queued = self->ended = now(self);
    if (code == HAUL_E_TIMEOUT)
        code = give_up(self);
    else if (code == 0)
        code = judge(self);
    if (was_started && (code == 0 || code == HAUL_E_CANCELLED) && note_hop(self, started) < 0)
        code = -ENOMEM;
    leave_streams(task, self, code);
    return code;
}

static void finish(struct haul__hop *self)
{
    if (self->has_place)
        haul_semaphore_release(&self->fetcher->places);
    haul__question_release(self->question);
    haul__transfer_release(self->transfer);
    haul__host_unref(self->host);
}

struct haul_step haul__hop(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(haul__hop);
    self->code = begin(self);
    while (self->code == again) {
        HAUL_AWAIT_CODE(self->code, wait_for_descriptors(task, self));
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, take_place(task, self));
        self->has_place |= self->code == 0 && self->host;
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, enter_streams(task, self));
        self->has_stream = self->code == 0 && self->host;
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, wait_for_moment(task, self));
        if (self->code == 0)
            self->code = start(task, self);
        if (self->code == 0)
            self->code = check_route(self);
        if (self->code == 0) {
            HAUL_AWAIT_CODE(self->code, look_up(task, self));
            self->code = end_look_up(self, self->code);
        }
        if (self->code == 0)
            HAUL_AWAIT_CODE(self->code, run(task, self));
        self->code = end(task, self);
    }
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    finish(self);
    HAUL_END;
}
