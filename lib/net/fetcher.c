#include "net/fetcher.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/version.h>
#include <stdio.h>
#include <string.h>

/* A shard is for as many transfers as libcurl handles without its scans of all of them being felt. */
enum { shard_size = 128, max_shards = 256, shards_without_limit = 64 };

static const int64_t sparing_time = 5 * HAUL_SECOND;

void haul__write_duration(char *buffer, size_t size, const char *text, int64_t duration)
{
    bool is_whole = duration % HAUL_SECOND == 0;
    long long count = duration / (is_whole ? HAUL_SECOND : HAUL_MILLISECOND);
    snprintf(buffer, size, "%s %lld %s", text, count, is_whole ? "s" : "ms");
}

static size_t count_shards(size_t concurrency)
{
    if (concurrency == 0)
        return shards_without_limit;
    size_t count = (concurrency - 1) / shard_size + 1;
    return count < max_shards ? count : max_shards;
}

/* Twice what can be in use, so that a host that comes back after another finds its connections. */
static size_t count_kept(const struct haul__fetcher *fetcher)
{
    size_t concurrency = fetcher->options->concurrency;
    if (fetcher->is_sparing)
        return 1;
    return 2 * (concurrency > 0 && concurrency < shard_size ? concurrency : shard_size);
}

static struct haul__shard *use_shard(struct haul__fetcher *fetcher, size_t index)
{
    if (!fetcher->shards[index] &&
        haul__shard_create(&fetcher->transfers, count_kept(fetcher), &fetcher->shards[index]) < 0)
        return NULL;
    return fetcher->shards[index];
}

struct haul__shard *haul__fetcher_shard(struct haul__fetcher *fetcher, const struct haul_url *url)
{
    size_t home = url->origin_hash % fetcher->shard_count;
    size_t index = home;
    do {
        const struct haul__shard *shard = fetcher->shards[index];
        if (!shard || shard->count < shard_size)
            return use_shard(fetcher, index);
        index = (index + 1) % fetcher->shard_count;
    } while (index != home);
    return use_shard(fetcher, home);
}

static void keep_connections(struct haul__fetcher *fetcher)
{
    for (size_t i = 0; i < fetcher->shard_count; i++)
        if (fetcher->shards[i])
            haul__shard_keep(fetcher->shards[i], count_kept(fetcher));
}

bool haul__fetcher_has_connections(const struct haul__fetcher *fetcher)
{
    bool has_some = fetcher->transfers.sockets.open > 0;
    for (size_t i = 0; i < fetcher->shard_count && !has_some; i++)
        has_some = fetcher->shards[i] && haul__shard_opens(fetcher->shards[i]);
    return has_some;
}

void haul__fetcher_spare(struct haul__fetcher *fetcher)
{
    fetcher->sparing_until = haul_deadline(haul_loop_now(fetcher->loop), sparing_time);
    if (!fetcher->is_sparing) {
        fetcher->is_sparing = true;
        keep_connections(fetcher);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t before_poll(struct haul__hook *hook)
{
    struct haul__fetcher *fetcher = haul__container(hook, struct haul__fetcher, hook);
    int64_t deadline = HAUL_NEVER;
    for (size_t i = 0; i < fetcher->shard_count; i++) {
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

static void after_poll(struct haul__hook *hook)
{
    struct haul__fetcher *fetcher = haul__container(hook, struct haul__fetcher, hook);
    for (size_t i = 0; i < fetcher->shard_count; i++)
        if (fetcher->shards[i])
            haul__shard_after_poll(fetcher->shards[i]);
    haul__resolver_after_poll(&fetcher->resolver);
    expire(fetcher, &fetcher->transfers.connecting, fetcher->connect_message);
    expire(fetcher, &fetcher->transfers.receiving, fetcher->idle_message);
    if (fetcher->is_sparing && fetcher->sparing_until <= haul_loop_now(fetcher->loop)) {
        fetcher->is_sparing = false;
        keep_connections(fetcher);
    }
}

int haul__fetcher_init(struct haul__fetcher *fetcher, struct haul_loop *loop, const struct haul_client_options *options)
{
    *fetcher = (struct haul__fetcher){.loop = loop, .options = options};
    fetcher->shard_count = count_shards(options->concurrency);
    fetcher->shards = haul__allocate_zeroed(fetcher->shard_count * sizeof(struct haul__shard *));
    if (!fetcher->shards)
        return -ENOMEM;
    haul__hosts_init(&fetcher->hosts);
    haul__resolver_init(&fetcher->resolver, loop, options->dns_servers);
    haul__write_duration(fetcher->lookup_message, sizeof(fetcher->lookup_message), "the name was not resolved within",
                         options->connect_timeout);
    haul__write_duration(fetcher->connect_message, sizeof(fetcher->connect_message), "no connection within",
                         options->connect_timeout);
    haul__write_duration(fetcher->idle_message, sizeof(fetcher->idle_message), "nothing received for",
                         options->idle_timeout);
    int code = haul__transfers_init(&fetcher->transfers, options, loop, haul__shard_event);
    if (code != 0) {
        haul__free(fetcher->shards);
        return code;
    }
    fetcher->hook = (struct haul__hook){.before_poll = before_poll, .after_poll = after_poll};
    haul__loop_add_hook(loop, &fetcher->hook);
    return 0;
}

void haul__fetcher_finish(struct haul__fetcher *fetcher)
{
    haul__loop_remove_hook(fetcher->loop, &fetcher->hook);
    for (size_t i = 0; i < fetcher->shard_count; i++)
        haul__shard_destroy(fetcher->shards[i]);
    haul__transfers_finish(&fetcher->transfers);
    haul__resolver_finish(&fetcher->resolver);
    haul__hosts_finish(&fetcher->hosts);
    haul__free(fetcher->shards);
}
