#include "net/admission.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/event.h>
#include <haul/sleep.h>

static int64_t now(const struct haul__admission *self)
{
    return haul_loop_now(self->client->loop);
}

/* It will wait for its host, and others may be tried. */
static void stand_aside(struct haul__admission *self)
{
    if (!self->is_aside)
        haul__client_stand_aside(self->client);
    self->is_aside = true;
}

static void come_forward(struct haul__admission *self)
{
    if (self->is_aside)
        haul__client_come_forward(self->client);
    self->is_aside = false;
}

static int find_limit(struct haul__admission *self)
{
    struct haul__limits *limits = &self->client->limits;
    if (!haul__limits_has(limits, self->url))
        return 0;
    self->limit = haul__limits_get(limits, self->url, now(self));
    return self->limit ? 0 : -ENOMEM;
}

static struct haul_await take(struct haul_task *task, struct haul__admission *self, struct haul_semaphore *places)
{
    if (haul_semaphore_try_acquire(places))
        return haul__task_answer(task, 0, (union haul_value){0});
    stand_aside(self);
    return haul_semaphore_acquire(task, places);
}

/* Whether its host is to be left alone for now. */
static bool is_early(const struct haul__admission *self)
{
    return self->has_turn && haul__limit_due(self->limit) > now(self);
}

/* Whether it will not be let go in time. */
static bool is_hopeless(const struct haul__admission *self)
{
    return now(self) > self->latest || (self->has_turn && haul__limit_due(self->limit) > self->latest);
}

void haul__admission_tell_pause(struct haul__admission *self)
{
    const struct haul_client_options *options = &self->client->options;
    struct haul__limit *limit = self->limit;
    if (!limit || limit->pause == 0 || limit->paused_until <= now(self))
        return;
    int64_t duration = limit->pause;
    limit->pause = 0;
    if (options->pause)
        options->pause(options->pause_data, self->url, limit->pause_status, duration);
}

static struct haul_await wait_until_due(struct haul_task *task, struct haul__admission *self)
{
    stand_aside(self);
    haul__admission_tell_pause(self);
    return haul_sleep_until(task, haul__limit_due(self->limit));
}

/* What a fetch has to wait for that has not begun; NULL: nothing. */
static struct haul_event *closed_gate(const struct haul__admission *self)
{
    const struct haul_client_options *options = &self->client->options;
    return options->gate && !self->is_begun ? options->gate(options->gate_data) : NULL;
}

/* A place alone is not in flight: that begins when it is let go. */
static int note_flight(struct haul__admission *self)
{
    struct haul_client_statistics *statistics = &self->client->statistics;
    int code = self->client->options.keep_hops ? haul__lanes_take(&self->client->lanes, &self->lane) : 0;
    if (code < 0)
        return code;
    self->is_in_flight = true;
    if (++statistics->in_flight > statistics->peak_in_flight)
        statistics->peak_in_flight = statistics->in_flight;
    return 0;
}

static void release_place(struct haul__admission *self)
{
    if (!self->has_place)
        return;
    haul_semaphore_release(&self->client->places);
    self->client->statistics.in_flight -= self->is_in_flight ? 1 : 0;
    if (self->is_in_flight && self->client->options.keep_hops)
        haul__lanes_give(&self->client->lanes, self->lane);
    self->is_in_flight = false;
    self->has_place = false;
}

/* The moment of all hosts together is taken first, and waited for; that of its host only when it goes, which its turn
 * keeps for it. */
static struct haul_await wait_for_moment(struct haul_task *task, struct haul__admission *self)
{
    int64_t moment = haul__rate_take(&self->client->rate, now(self));
    if (moment <= now(self))
        return haul__task_answer(task, 0, (union haul_value){0});
    return haul_sleep_until(task, moment);
}

static void release_turn(struct haul__admission *self)
{
    if (self->has_turn)
        haul_semaphore_release(&self->limit->turn);
    self->has_turn = false;
}

static int let_go(struct haul__admission *self)
{
    if (self->limit)
        haul__rate_take(&self->limit->rate, now(self));
    release_turn(self);
    return note_flight(self);
}

struct haul_step haul__admission(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(haul__admission);
    coroutine->code = (int16_t)find_limit(self);
    if (coroutine->code != 0)
        HAUL_FAIL(coroutine->code);
    if (self->limit) {
        HAUL_AWAIT(take(task, self, &self->limit->places));
        self->has_host_place = true;
    }
    if (self->limit && haul__limits_have_moments(&self->client->limits)) {
        HAUL_AWAIT(take(task, self, &self->limit->turn));
        self->has_turn = true;
    }
    while (!self->has_place) {
        while (is_early(self) && !is_hopeless(self))
            HAUL_AWAIT(wait_until_due(task, self));
        if (is_hopeless(self))
            HAUL_FAIL(HAUL_E_TIMEOUT);
        come_forward(self);
        while (closed_gate(self))
            HAUL_AWAIT(haul_event_wait(task, closed_gate(self)));
        HAUL_AWAIT(haul_semaphore_acquire(task, &self->client->places));
        self->has_place = true;
        HAUL_AWAIT(wait_for_moment(task, self));
        /* Meanwhile it may have asked for a pause. */
        if (is_early(self))
            release_place(self);
        else if (now(self) > self->latest)
            HAUL_FAIL(HAUL_E_TIMEOUT);
    }
    coroutine->code = (int16_t)let_go(self);
    if (coroutine->code != 0)
        HAUL_FAIL(coroutine->code);
    HAUL_FINALLY;
    come_forward(self);
    HAUL_END;
}

void haul__admission_end(struct haul__admission *self)
{
    if (!self->client)
        return;
    release_turn(self);
    if (self->has_host_place)
        haul__limit_release(self->limit);
    release_place(self);
    haul__limit_unref(self->limit, now(self));
    *self = (struct haul__admission){0};
}

void haul__admission_pause(struct haul__admission *self, int status, int64_t duration)
{
    struct haul__limit *limit = self->limit;
    if (!limit || duration <= 0)
        return;
    int64_t until = haul_deadline(now(self), duration);
    if (limit->paused_until <= now(self)) {
        limit->pause = duration;
        limit->pause_status = status;
    }
    if (limit->paused_until < until)
        limit->paused_until = until;
}
