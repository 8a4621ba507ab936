#include "net/limit.h"

#include "net/url.h"

#include <assert.h>
#include <string.h>

void haul__limits_init(struct haul__limits *limits, size_t places, bool adapts)
{
    assert(!adapts || places > 0);
    *limits = (struct haul__limits){.places = places, .adapts = adapts};
}

void haul__limits_finish(struct haul__limits *limits)
{
    assert(!limits->table && "a limit is in use");
    (void)limits;
}

static struct haul__limit *add(struct haul__limits *limits, const struct haul_url *url)
{
    struct haul__limit *limit = haul__allocate(sizeof(*limit) + url->origin_size);
    if (!limit)
        return NULL;
    *limit = (struct haul__limit){.limits = limits, .origin_size = url->origin_size};
    memcpy(limit->origin, url->texts + url->origin, url->origin_size);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, limits->table, limit->origin, limit->origin_size, url->origin_hash, limit);
    if (limit->is_missing) {
        haul__free(limit);
        return NULL;
    }
    if (limits->adapts)
        haul__gradient_init(&limit->gradient, limits->places);
    haul_semaphore_init(&limit->places, limits->adapts ? limit->gradient.limit : limits->places);
    return limit;
}

struct haul__limit *haul__limits_get(struct haul__limits *limits, const struct haul_url *url)
{
    struct haul__limit *limit;
    HASH_FIND_BYHASHVALUE(hh, limits->table, url->texts + url->origin, url->origin_size, url->origin_hash, limit);
    if (!limit)
        limit = add(limits, url);
    if (limit)
        limit->users++;
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

void haul__limit_unref(struct haul__limit *limit)
{
    if (!limit || --limit->users > 0)
        return;
    haul_semaphore_finish(&limit->places);
    HASH_DEL(limit->limits->table, limit);
    haul__free(limit);
}
