#include "net/limit.h"

#include "net/url.h"

#include <assert.h>
#include <string.h>

/* So many of the unused are looked at for each that is made: more than one, so that they become fewer. */
enum { looked_at = 2 };

void haul__limits_init(struct haul__limits *limits, const struct haul_client_options *options)
{
    *limits = (struct haul__limits){
        .places = options->per_host,
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

/* Drops unused ones whose moment has come. The others go to the end, so that one that was paused for long hides none.
 */
static void tidy(struct haul__limits *limits, int64_t now)
{
    for (int i = 0; i < looked_at && !haul__list_is_empty(&limits->unused); i++) {
        struct haul__limit *limit = first_unused(limits);
        haul__list_remove(&limit->link);
        if (haul__limit_due(limit) <= now)
            destroy(limit);
        else
            haul__list_append(&limits->unused, &limit->link);
    }
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
    haul_semaphore_init(&limit->places, limits->places > 0 ? limits->places : SIZE_MAX);
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
        haul__list_remove(&limit->link);
    }
    return limit;
}

void haul__limit_unref(struct haul__limit *limit, int64_t now)
{
    if (!limit || --limit->users > 0)
        return;
    if (haul__limit_due(limit) > now)
        haul__list_append(&limit->limits->unused, &limit->link);
    else
        destroy(limit);
}

int64_t haul__limit_due(const struct haul__limit *limit)
{
    return limit->rate.due > limit->paused_until ? limit->rate.due : limit->paused_until;
}
