/* A host that has as many requests as it can work on lets each further one wait: with twice as many in flight each
 * takes twice as long, and not one more a second is done. Below that knee a request takes its time, the *base*, however
 * many are in flight. So what is looked for is where latency begins to grow with what is in flight, and the limit is
 * set a little beyond, so that the host never runs out of work (TCP Vegas; Little's law tells how many wait).
 *
 * The limit changes in steps. A step is judged by its cohort, the first requests that begin under its limit, once most
 * of them have ended; the others count as the longest of these. So quick ones do not weigh more for ending first, and
 * slow ones do not hold it up. The mean is that of logarithms, in which a few that take ten times as long are not most
 * of the sum. How much they differ tells what the mean is worth: where it is worth little the cohort is larger.
 *
 *   growing  the limit doubles from step to step, until latency grows with it
 *   sinking  the limit is lowered, until latency does not fall with it: what is left is the base. Where it did not fall
 *            at all there was no queue, whatever it looked like (other URLs, a slower network), and the limit grows
 *   keeping  latency is a little more than the base, and the limit stays. With less it grows, and after a few steps it
 *            doubles again; with more it sinks, and so it does now and then in any case, for the base may change
 *
 * A host that says that it is too much, or fails, has its limit lowered at once, but once for all that were in flight
 * then; and a ceiling below what was too much, which is tried the more seldom the more often it proved right. */
#include "net/gradient.h"

#include <assert.h>
#include <math.h>

enum {
    first_limit = 16,
    least_cohort = 8,
    usual_cohort = 64,
    largest_cohort = 192,
    /* With so few in flight one more is a good part more, and is not tried at once. */
    few = 8,
    kept_before_more = 4,
    calm_before_doubling = 4,
    hot_before_sinking = 2,
    kept_before_sinking = 24,
    least_patience = 16,
    most_patience = 1024,
    /* What does not answer at all may take long to say so: not one after another. */
    least_when_broken = 4,
};

/* Latency divided by the base: what the limit is set for, and between what it is left alone. */
static const double aim = 1.5;
static const double calm_below = 1.25;
static const double hot_above = 1.75;

/* A measure with less noise is believed. */
static const double little_noise = 0.1;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t highest_limit(const struct haul__gradient *gradient)
{
    return smaller(gradient->most, gradient->ceiling);
}

static void begin_step(struct haul__gradient *gradient, double limit)
{
    size_t before = gradient->limit;
    size_t highest = highest_limit(gradient);
    gradient->limit = limit < (double)highest ? larger((size_t)limit, 1) : highest;
    size_t size = smaller(larger(gradient->limit, least_cohort), usual_cohort);
    /* All that begin at once now that there is room for them. */
    if (gradient->phase == HAUL__GROWING && gradient->limit > before)
        size = larger(gradient->limit - before, least_cohort);
    gradient->cohort = (struct haul__cohort){.size = size};
    gradient->step++;
    gradient->ended = 0;
    gradient->broken = 0;
}

void haul__gradient_init(struct haul__gradient *gradient, size_t most)
{
    assert(most > 0);
    *gradient = (struct haul__gradient){.most = most, .ceiling = most, .patience = least_patience};
    begin_step(gradient, first_limit);
}

static void keep(struct haul__gradient *gradient, double limit)
{
    gradient->phase = HAUL__KEEPING;
    gradient->kept = 0;
    gradient->calm = 0;
    gradient->hot = 0;
    begin_step(gradient, limit);
}

/* How many the host works on at once; where none wait, how many are in flight. */
static double estimate(const struct haul__gradient *gradient, const struct haul__measure *measure)
{
    return measure->position * gradient->base / measure->latency;
}

static void grow(struct haul__gradient *gradient, double limit)
{
    if (gradient->limit >= highest_limit(gradient)) {
        keep(gradient, limit);
        return;
    }
    gradient->phase = HAUL__GROWING;
    begin_step(gradient, 2 * limit);
}

/* Sinks from a limit whose latency is to be measured first. */
static void begin_sinking(struct haul__gradient *gradient)
{
    gradient->phase = HAUL__SINKING;
    gradient->last = (struct haul__measure){0};
    gradient->is_base_sure = false;
    begin_step(gradient, (double)gradient->limit);
}

static void sink(struct haul__gradient *gradient, const struct haul__measure *measure)
{
    double limit = (double)gradient->limit;
    double next = limit / 2;
    if (gradient->phase != HAUL__SINKING || gradient->last.latency == 0) {
        gradient->top = *measure;
        gradient->top_limit = gradient->limit;
    }
    gradient->phase = HAUL__SINKING;
    gradient->last = *measure;
    /* Far enough below the knee to see that nobody waits, and no farther, for it costs time. */
    if (gradient->is_base_sure)
        next = fmax(next, 0.7 * fmin(limit, estimate(gradient, measure)));
    begin_step(gradient, next);
}

static void sink_from(struct haul__gradient *gradient, const struct haul__measure *measure)
{
    gradient->phase = HAUL__KEEPING;
    sink(gradient, measure);
}

/* Notes that more in flight did not take longer. */
static void trust_base(struct haul__gradient *gradient, const struct haul__measure *measure)
{
    gradient->is_base_sure = measure->noise < little_noise;
    if (!gradient->is_base_sure)
        gradient->base = 0;
    else if (gradient->base > 0)
        gradient->base = (gradient->base + measure->latency) / 2;
    else
        gradient->base = measure->latency;
}

static void judge_growing(struct haul__gradient *gradient, const struct haul__measure *measure)
{
    double more = measure->position / gradient->last.position;
    double longer = measure->latency / gradient->last.latency;
    if (gradient->last.latency == 0) {
        gradient->base = measure->latency;
        gradient->is_base_sure = false;
    } else if (longer > sqrt(more) * (1 + fmin(measure->noise, 0.4))) {
        if (gradient->is_base_sure && measure->noise < little_noise)
            keep(gradient, aim * estimate(gradient, measure));
        else
            begin_sinking(gradient);
        return;
    } else if (more < 1.2) {
        /* There is not enough to do. */
        begin_step(gradient, (double)gradient->limit);
        return;
    } else {
        trust_base(gradient, measure);
    }
    gradient->last = *measure;
    grow(gradient, (double)gradient->limit);
}

/* Sinking has come to an end with MEASURE, and the base is known. */
static void rise(struct haul__gradient *gradient, const struct haul__measure *measure, bool was_queue)
{
    gradient->is_base_sure = true;
    if (was_queue) {
        /* What it began with may have been a moment's trouble, and says too little then. */
        keep(gradient, aim * fmax(estimate(gradient, &gradient->top), estimate(gradient, measure)));
        return;
    }
    gradient->limit = gradient->top_limit;
    gradient->last = (struct haul__measure){0};
    grow(gradient, (double)gradient->limit);
}

static void judge_sinking(struct haul__gradient *gradient, const struct haul__measure *measure)
{
    bool is_first = gradient->last.latency == 0;
    bool is_second = gradient->last.latency == gradient->top.latency;
    double shorter = is_first ? 0 : measure->latency / gradient->last.latency;
    double based = gradient->is_base_sure ? measure->latency / gradient->base : 0;
    bool is_flat = shorter > (gradient->is_base_sure ? 0.85 : 0.75);
    bool is_base = based > 0.85 && based < 1.2;
    if (gradient->limit == 1 && is_first)
        gradient->top = *measure;
    if (gradient->limit > 1 && !is_flat && !is_base) {
        if (based < 1)
            gradient->base = measure->latency;
        sink(gradient, measure);
        return;
    }
    if (is_base)
        gradient->base = (gradient->base + measure->latency) / 2;
    else if (shorter > 0.9)
        gradient->base = (gradient->last.latency + measure->latency) / 2;
    else
        gradient->base = measure->latency;
    rise(gradient, measure, !is_flat || !is_second || gradient->limit == 1);
}

/* The ceiling has been kept for a step without a sign of a queue. */
static void try_ceiling(struct haul__gradient *gradient)
{
    if (gradient->limit < gradient->ceiling || ++gradient->waited < gradient->patience)
        return;
    gradient->waited = 0;
    gradient->patience = (unsigned)larger(gradient->patience / 2, least_patience);
    gradient->ceiling = smaller(gradient->ceiling + larger(gradient->ceiling / 8, 1), gradient->most);
}

/* No queue in this step, or hardly any. */
static void stay_calm(struct haul__gradient *gradient, const struct haul__measure *measure)
{
    bool is_used = measure->position > 0.7 * (double)gradient->limit;
    bool may_grow = gradient->limit >= few || gradient->kept >= kept_before_more;
    if (2 * gradient->limit < gradient->most)
        gradient->base = 0.9 * gradient->base + 0.1 * measure->latency;
    if (!is_used || !may_grow) {
        begin_step(gradient, (double)gradient->limit);
        return;
    }
    try_ceiling(gradient);
    if (++gradient->calm >= calm_before_doubling) {
        gradient->last = (struct haul__measure){0};
        grow(gradient, (double)gradient->limit);
    } else {
        begin_step(gradient, (double)(gradient->limit + larger(gradient->limit / 8, 1)));
    }
}

static void judge_keeping(struct haul__gradient *gradient, const struct haul__measure *measure)
{
    if (gradient->base == 0)
        gradient->base = measure->latency;
    /* One alone waits for nobody: there is no lower limit that would show what the base has become. */
    if (gradient->limit == 1)
        gradient->base = (gradient->base + measure->latency) / 2;
    double ratio = measure->latency / gradient->base;
    bool is_calm = ratio < calm_below;
    bool is_base_old = gradient->kept++ >= kept_before_sinking && (!is_calm || !gradient->is_base_sure);
    gradient->hot = ratio > hot_above ? gradient->hot + 1 : 0;
    bool is_hot = gradient->hot >= hot_before_sinking || ratio > hot_above * (1 + 3 * measure->noise);
    if (gradient->limit > 1 && (is_hot || is_base_old)) {
        sink_from(gradient, measure);
    } else if (is_calm) {
        stay_calm(gradient, measure);
    } else {
        gradient->calm = 0;
        begin_step(gradient, (double)gradient->limit);
    }
}

static void judge(struct haul__gradient *gradient)
{
    struct haul__cohort *cohort = &gradient->cohort;
    gradient->has_judged = true;
    size_t largest = gradient->phase == HAUL__SINKING ? usual_cohort : largest_cohort;
    double ended = (double)cohort->ended;
    double size = (double)cohort->size;
    double mean = cohort->logarithms / ended;
    double variance = fmax(cohort->squares / ended - mean * mean, 0);
    struct haul__measure measure = {
        .latency = exp((cohort->logarithms + (size - ended) * cohort->longest) / size),
        .noise = sqrt(variance / ended),
        .position = cohort->positions / ended,
    };
    if (gradient->phase == HAUL__GROWING)
        judge_growing(gradient, &measure);
    else if (measure.noise > little_noise && cohort->size < largest)
        cohort->size = smaller(2 * cohort->size, largest);
    else if (gradient->phase == HAUL__SINKING)
        judge_sinking(gradient, &measure);
    else
        judge_keeping(gradient, &measure);
}

/* Whether so many have ended that the others can hardly change the verdict. While growing a guess does. */
static bool has_ended(const struct haul__gradient *gradient)
{
    const struct haul__cohort *cohort = &gradient->cohort;
    if (gradient->phase == HAUL__GROWING)
        return 4 * cohort->ended >= 3 * cohort->size;
    return 16 * cohort->ended >= 15 * cohort->size;
}

/* POSITION in flight were too many. */
static void back_off(struct haul__gradient *gradient, size_t position, size_t least)
{
    size_t limit = smaller(position, gradient->limit);
    least = smaller(least, gradient->limit);
    gradient->ceiling = larger(smaller(position - 1, gradient->ceiling), least);
    /* One alone was refused for another reason than how many there were, and those before it may have been, too. */
    if (position == 1)
        gradient->ceiling = gradient->most;
    /* It proved right once more, if the host had answered below it; where it refuses all there is nothing to learn. */
    if (gradient->has_judged)
        gradient->patience = (unsigned)smaller(2 * (size_t)gradient->patience, most_patience);
    gradient->has_judged = false;
    gradient->waited = 0;
    keep(gradient, (double)larger(limit * 7 / 10, least));
    gradient->forgiven = gradient->step;
}

struct haul__gradient_request haul__gradient_begin(struct haul__gradient *gradient)
{
    struct haul__cohort *cohort = &gradient->cohort;
    struct haul__gradient_request request = {
        .step = gradient->step,
        .position = (uint32_t)++gradient->in_flight,
        .is_member = cohort->joined < cohort->size,
    };
    cohort->joined += request.is_member;
    return request;
}

/* Whether a request came out as it did because too many were in flight, as far as can be told. */
static bool was_too_much(struct haul__gradient *gradient, const struct haul__gradient_request *request,
                         enum haul__sign sign)
{
    if (request->step < gradient->forgiven)
        return false;
    if (sign == HAUL__REFUSED)
        return true;
    if (sign != HAUL__BROKEN)
        return false;
    /* A host that never answered is not overloaded; and some URLs fail whatever is in flight. */
    gradient->broken++;
    return gradient->has_answered && gradient->broken > 1 && 8 * gradient->broken > gradient->ended;
}

static void count(struct haul__gradient *gradient, const struct haul__gradient_request *request, int64_t latency)
{
    struct haul__cohort *cohort = &gradient->cohort;
    double logarithm = log(latency > 0 ? (double)latency : 1);
    cohort->ended++;
    cohort->logarithms += logarithm;
    cohort->squares += logarithm * logarithm;
    cohort->longest = fmax(cohort->longest, logarithm);
    cohort->positions += request->position;
    if (has_ended(gradient))
        judge(gradient);
}

void haul__gradient_end(struct haul__gradient *gradient, const struct haul__gradient_request *request,
                        enum haul__sign sign, int64_t latency)
{
    bool is_member = request->is_member && request->step == gradient->step;
    assert(gradient->in_flight > 0);
    gradient->in_flight--;
    gradient->ended += request->step >= gradient->forgiven;
    gradient->has_answered = gradient->has_answered || sign == HAUL__ANSWERED;
    if (was_too_much(gradient, request, sign))
        back_off(gradient, request->position, sign == HAUL__REFUSED ? 1 : least_when_broken);
    else if (is_member && sign == HAUL__ANSWERED)
        count(gradient, request, latency);
    else if (is_member)
        gradient->cohort.joined--; /* another takes its part */
}
