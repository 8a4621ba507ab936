#include "net/host.h"

#include "net/url.h"

#include <assert.h>
#include <string.h>

void haul__hosts_init(struct haul__hosts *hosts, bool may_share)
{
    *hosts = (struct haul__hosts){.may_share = may_share};
    haul__line_init(&hosts->opening, HAUL__OPENING_PATIENCE);
}

void haul__hosts_finish(struct haul__hosts *hosts)
{
    assert(!hosts->table && "a host is in use");
    (void)hosts;
}

static struct haul__host *add(struct haul__hosts *hosts, const struct haul_url *url)
{
    struct haul__host *host = haul__allocate(sizeof(*host) + url->origin_size + 1);
    if (!host)
        return NULL;
    *host = (struct haul__host){.hosts = hosts, .origin_size = url->origin_size};
    memcpy(host->origin, url->texts + url->origin, url->origin_size + 1);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, hosts->table, host->origin, host->origin_size, url->origin_hash, host);
    if (host->is_missing) {
        haul__free(host);
        return NULL;
    }
    haul__pacing_init(&host->pacing);
    bool may_share = hosts->may_share && url->scheme == HAUL_URL_HTTPS;
    haul__streams_init(&host->streams, may_share ? HAUL__UNKNOWN_SHARING : HAUL__UNSHARED);
    return host;
}

struct haul__host *haul__hosts_get(struct haul__hosts *hosts, const struct haul_url *url)
{
    struct haul__host *host;
    HASH_FIND_BYHASHVALUE(hh, hosts->table, url->texts + url->origin, url->origin_size, url->origin_hash, host);
    if (!host)
        host = add(hosts, url);
    return host ? haul__host_ref(host) : NULL;
}

struct haul__host *haul__host_ref(struct haul__host *host)
{
    host->users++;
    return host;
}

void haul__host_unref(struct haul__host *host)
{
    if (!host || --host->users > 0)
        return;
    assert(host->running == 0 && host->connections == 0 && host->streams.users == 0);
    HASH_DEL(host->hosts->table, host);
    haul__free(host);
}
