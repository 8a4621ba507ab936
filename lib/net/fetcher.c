#include "net/fetcher.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/version.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const int64_t sparing_time = 5 * HAUL_SECOND;

void haul__write_duration(char *buffer, size_t size, const char *text, int64_t duration)
{
    bool is_whole = duration % HAUL_SECOND == 0;
    long long count = duration / (is_whole ? HAUL_SECOND : HAUL_MILLISECOND);
    snprintf(buffer, size, "%s %lld %s", text, count, is_whole ? "s" : "ms");
}

static size_t count_kept(const struct haul__fetcher *fetcher)
{
    return fetcher->is_sparing ? 1 : fetcher->budget.kept;
}

static struct haul__shard *use_shard(struct haul__fetcher *fetcher, size_t index)
{
    size_t most = fetcher->budget.is_tight ? fetcher->budget.kept : 0;
    if (!fetcher->shards[index] &&
        haul__shard_create(&fetcher->transfers, count_kept(fetcher), most, &fetcher->shards[index]) < 0)
        return NULL;
    return fetcher->shards[index];
}

static size_t find_room(const struct haul__fetcher *fetcher, const struct haul__host *host)
{
    size_t count = fetcher->budget.shards;
    size_t home = host->hh.hashv % count;
    for (size_t i = 0; i < count; i++) {
        size_t index = (home + i) % count;
        const struct haul__shard *shard = fetcher->shards[index];
        if (!shard || shard->count < fetcher->budget.shard_size)
            return index;
    }
    return home;
}

struct haul__shard *haul__fetcher_shard(struct haul__fetcher *fetcher, struct haul__host *host)
{
    if (host->streams.sharing != HAUL__SHARED || host->connections == 0)
        host->shard = find_room(fetcher, host);
    return use_shard(fetcher, host->shard);
}

static void keep_connections(struct haul__fetcher *fetcher)
{
    for (size_t i = 0; i < fetcher->budget.shards; i++)
        if (fetcher->shards[i])
            haul__shard_keep(fetcher->shards[i], count_kept(fetcher));
}

bool haul__fetcher_has_connections(const struct haul__fetcher *fetcher)
{
    bool has_some = fetcher->transfers.sockets.open > 0 || atomic_load(&fetcher->shortage->connected) > 0;
    for (size_t i = 0; i < fetcher->budget.shards && !has_some; i++)
        has_some = fetcher->shards[i] && haul__shard_opens(fetcher->shards[i]);
    return has_some;
}

void haul__fetcher_spare(struct haul__fetcher *fetcher)
{
    int64_t now = haul_loop_now(fetcher->loop);
    haul__shortage_begin(fetcher->shortage, now, haul_deadline(now, sparing_time));
}

/* Follows what concerns all loops, and tells them what concerns them. */
static void keep_up(struct haul__fetcher *fetcher)
{
    bool is_short = haul__shortage_is_on(fetcher->shortage, haul_loop_now(fetcher->loop));
    if (is_short != fetcher->is_sparing) {
        fetcher->is_sparing = is_short;
        keep_connections(fetcher);
    }
    bool is_connected = fetcher->transfers.sockets.open > 0;
    if (is_connected && !fetcher->is_connected)
        atomic_fetch_add(&fetcher->shortage->connected, 1);
    else if (!is_connected && fetcher->is_connected)
        atomic_fetch_sub(&fetcher->shortage->connected, 1);
    fetcher->is_connected = is_connected;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t before_poll(struct haul__hook *hook)
{
    struct haul__fetcher *fetcher = haul__container(hook, struct haul__fetcher, hook);
    int64_t deadline = HAUL_NEVER;
    keep_up(fetcher);
    for (size_t i = 0; i < fetcher->budget.shards; i++) {
        struct haul__shard *shard = fetcher->shards[i];
        if (!shard)
            continue;
        deadline = earlier(deadline, haul__shard_before_poll(shard));
        /* libcurl closes idle connections one by one, when others come back; or with the whole shard. */
        if (shard->error < 0 || (fetcher->is_sparing && shard->count == 0)) {
            fetcher->shards[i] = NULL;
            haul__shard_destroy(shard);
        }
    }
    deadline = earlier(deadline, haul__resolver_before_poll(&fetcher->resolver));
    deadline = earlier(deadline, haul__line_deadline(&fetcher->hosts.opening));
    deadline = earlier(deadline, haul__line_deadline(&fetcher->transfers.connecting));
    return earlier(deadline, haul__line_deadline(&fetcher->transfers.receiving));
}

/* Its patience ended while its name was looked up. The answer may have come just now. */
static void expire_lookup(struct haul__transfer *transfer)
{
    haul__list_remove(&transfer->turn.link);
    if (haul__task_is_parked(transfer->looking_up))
        haul__question_leave(transfer->looking_up, HAUL_E_TIMEOUT);
}

static void expire(struct haul__fetcher *fetcher, struct haul__line *line, const char *message)
{
    int64_t now = haul_loop_now(fetcher->loop);
    struct haul__turn *turn;
    while ((turn = haul__line_overdue(line, now))) {
        struct haul__transfer *transfer = haul__container(turn, struct haul__transfer, turn);
        if (transfer->looking_up)
            expire_lookup(transfer);
        else
            haul__shard_expire(transfer, (struct haul__failure){HAUL_CLASS_TIMEOUT, CURLE_OPERATION_TIMEDOUT, message});
    }
}

static void expire_openings(struct haul__hosts *hosts, int64_t now)
{
    struct haul__turn *turn;
    while ((turn = haul__line_overdue(&hosts->opening, now)))
        haul__streams_expire(haul__container(turn, struct haul__host, streams.opening));
}

static void after_poll(struct haul__hook *hook)
{
    struct haul__fetcher *fetcher = haul__container(hook, struct haul__fetcher, hook);
    for (size_t i = 0; i < fetcher->budget.shards; i++)
        if (fetcher->shards[i])
            haul__shard_after_poll(fetcher->shards[i]);
    haul__resolver_after_poll(&fetcher->resolver);
    expire(fetcher, &fetcher->transfers.connecting, fetcher->transfers.connect_message);
    expire(fetcher, &fetcher->transfers.receiving, fetcher->idle_message);
    expire_openings(&fetcher->hosts, haul_loop_now(fetcher->loop));
}

static bool may_speak_http_2(const struct haul_client_options *options)
{
    return options->http_version != HAUL_HTTP_1_0 && options->http_version != HAUL_HTTP_1_1;
}

static const int families[] = {
    [HAUL_IP_ANY] = AF_UNSPEC,
    [HAUL_IP_4] = AF_INET,
    [HAUL_IP_6] = AF_INET6,
};

int haul__fetcher_init(struct haul__fetcher *fetcher, struct haul_loop *loop, const struct haul_client_options *options,
                       struct haul__shortage *shortage)
{
    *fetcher = (struct haul__fetcher){.loop = loop, .options = options, .shortage = shortage};
    fetcher->budget = haul__budget_make(options->concurrency, haul__descriptors_left() / shortage->loops);
    fetcher->shards = haul__allocate_zeroed(fetcher->budget.shards * sizeof(struct haul__shard *));
    if (!fetcher->shards)
        return -ENOMEM;
    haul__resolver_init(&fetcher->resolver, loop, options->dns_servers, families[options->ip_version]);
    fetcher->resolver.searches.refuses_special = options->no_private;
    haul__write_duration(fetcher->lookup_message, sizeof(fetcher->lookup_message), "the name was not resolved within",
                         options->connect_timeout);
    haul__write_duration(fetcher->idle_message, sizeof(fetcher->idle_message), "nothing received for",
                         options->idle_timeout);
    int code = haul__transfers_init(&fetcher->transfers, options, loop, haul__shard_event);
    if (code != 0) {
        haul__free(fetcher->shards);
        return code;
    }
    haul__write_duration(fetcher->transfers.connect_message, sizeof(fetcher->transfers.connect_message),
                         "no connection within", options->connect_timeout);
    fetcher->transfers.connections.next = shortage->count + 1;
    fetcher->transfers.connections.step = shortage->loops;
    haul__hosts_init(&fetcher->hosts, fetcher->transfers.has_openssl && may_speak_http_2(options));
    haul_semaphore_init(&fetcher->places, fetcher->budget.connections);
    fetcher->hook = (struct haul__hook){.before_poll = before_poll, .after_poll = after_poll};
    haul__loop_add_hook(loop, &fetcher->hook);
    haul__shortage_add(shortage, loop->poll);
    return 0;
}

void haul__fetcher_finish(struct haul__fetcher *fetcher)
{
    haul__loop_remove_hook(fetcher->loop, &fetcher->hook);
    for (size_t i = 0; i < fetcher->budget.shards; i++)
        haul__shard_destroy(fetcher->shards[i]);
    haul__transfers_finish(&fetcher->transfers);
    haul__resolver_finish(&fetcher->resolver);
    haul__hosts_finish(&fetcher->hosts);
    haul_semaphore_finish(&fetcher->places);
    haul__free(fetcher->shards);
}
