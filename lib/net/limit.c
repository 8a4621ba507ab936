#include "net/limit.h"

#include "net/url.h"

#include <assert.h>
#include <string.h>

/* So many of the unused are looked at for each that is made: more than one, so that they become fewer. */
enum { looked_at = 2 };

/* So many of those are kept whose only worth is what they have learnt of their host. */
enum { most_learnt = 1000 };

static size_t count_places(const struct haul_client_options *options)
{
    size_t all = options->concurrency > 0 ? options->concurrency : SIZE_MAX;
    bool is_own = options->per_host > 0 && options->per_host < all;
    return is_own || !options->adapt ? options->per_host : all;
}

void haul__limits_init(struct haul__limits *limits, const struct haul_client_options *options)
{
    *limits = (struct haul__limits){
        .places = count_places(options),
        .adapts = options->adapt,
        .interval = options->host_interval,
        .has_pauses = options->retries > 0,
    };
    haul__list_init(&limits->unused);
}

static void destroy(struct haul__limit *limit)
{
    haul_semaphore_finish(&limit->places);
    haul_semaphore_finish(&limit->turn);
    haul__list_remove(&limit->link);
    HASH_DEL(limit->limits->table, limit);
    haul__free(limit);
}

static struct haul__limit *first_unused(const struct haul__limits *limits)
{
    return haul__container(limits->unused.next, struct haul__limit, link);
}

void haul__limits_finish(struct haul__limits *limits)
{
    while (!haul__list_is_empty(&limits->unused))
        destroy(first_unused(limits));
    assert(!limits->table && "a limit is in use");
}

static void keep(struct haul__limit *limit)
{
    haul__list_append(&limit->limits->unused, &limit->link);
    limit->limits->unused_count++;
}

static void take_out(struct haul__limit *limit)
{
    limit->limits->unused_count -= haul__list_is_empty(&limit->link) ? 0 : 1;
    haul__list_remove(&limit->link);
}

static bool is_worth_keeping(const struct haul__limit *limit, int64_t now)
{
    const struct haul__limits *limits = limit->limits;
    return haul__limit_due(limit) > now || (limits->adapts && limits->unused_count < most_learnt);
}

/* Drops unused ones whose moment has come. The others go to the end, so that one that was paused for long hides none.
 */
static void tidy(struct haul__limits *limits, int64_t now)
{
    for (int i = 0; i < looked_at && !haul__list_is_empty(&limits->unused); i++) {
        struct haul__limit *limit = first_unused(limits);
        take_out(limit);
        if (is_worth_keeping(limit, now))
            keep(limit);
        else
            destroy(limit);
    }
}

static size_t count_first_places(const struct haul__limits *limits, const struct haul__limit *limit)
{
    if (limits->adapts)
        return limit->gradient.limit;
    return limits->places > 0 ? limits->places : SIZE_MAX;
}

static struct haul__limit *add(struct haul__limits *limits, const struct haul_url *url)
{
    struct haul__limit *limit = haul__allocate(sizeof(*limit) + url->origin_size);
    if (!limit)
        return NULL;
    *limit = (struct haul__limit){.limits = limits, .paused_until = INT64_MIN, .origin_size = url->origin_size};
    memcpy(limit->origin, url->texts + url->origin, url->origin_size);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, limits->table, limit->origin, limit->origin_size, url->origin_hash, limit);
    if (limit->is_missing) {
        haul__free(limit);
        return NULL;
    }
    if (limits->adapts)
        haul__gradient_init(&limit->gradient, limits->places);
    haul_semaphore_init(&limit->places, count_first_places(limits, limit));
    haul_semaphore_init(&limit->turn, 1);
    haul__rate_init(&limit->rate, limits->interval);
    haul__list_init(&limit->link);
    return limit;
}

struct haul__limit *haul__limits_get(struct haul__limits *limits, const struct haul_url *url, int64_t now)
{
    struct haul__limit *limit;
    HASH_FIND_BYHASHVALUE(hh, limits->table, url->texts + url->origin, url->origin_size, url->origin_hash, limit);
    if (!limit) {
        tidy(limits, now);
        limit = add(limits, url);
    }
    if (limit) {
        limit->users++;
        take_out(limit);
    }
    return limit;
}

void haul__limit_release(struct haul__limit *limit)
{
    if (limit->excess > 0)
        limit->excess--;
    else
        haul_semaphore_release(&limit->places);
}

static void change_places(struct haul__limit *limit, size_t before, size_t now)
{
    for (; before < now; before++)
        haul__limit_release(limit);
    for (; before > now; before--)
        if (!haul_semaphore_try_acquire(&limit->places))
            limit->excess++;
}

void haul__limit_end(struct haul__limit *limit, const struct haul__gradient_request *request, enum haul__sign sign,
                     int64_t latency)
{
    size_t before = limit->gradient.limit;
    if (!limit->limits->adapts)
        return;
    haul__gradient_end(&limit->gradient, request, sign, latency);
    change_places(limit, before, limit->gradient.limit);
}

void haul__limit_unref(struct haul__limit *limit, int64_t now)
{
    if (!limit || --limit->users > 0)
        return;
    if (is_worth_keeping(limit, now))
        keep(limit);
    else
        destroy(limit);
}

int64_t haul__limit_due(const struct haul__limit *limit)
{
    return limit->rate.due > limit->paused_until ? limit->rate.due : limit->paused_until;
}
