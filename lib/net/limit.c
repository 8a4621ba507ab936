#include "net/limit.h"

#include "net/url.h"

#include <assert.h>
#include <string.h>

void haul__limits_init(struct haul__limits *limits, size_t places)
{
    *limits = (struct haul__limits){.places = places};
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
    haul_semaphore_init(&limit->places, limits->places);
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

void haul__limit_unref(struct haul__limit *limit)
{
    if (!limit || --limit->users > 0)
        return;
    haul_semaphore_finish(&limit->places);
    HASH_DEL(limit->limits->table, limit);
    haul__free(limit);
}
