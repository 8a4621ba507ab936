#include "net/client.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/version.h>
#include <stdio.h>
#include <string.h>

/* A shard is for as many transfers as libcurl handles without its scans of all of them being felt. */
enum { shard_size = 128, max_shards = 256, shards_without_limit = 64 };

static const int64_t sparing_time = 5 * HAUL_SECOND;

void haul_client_options_init(struct haul_client_options *options)
{
    *options = (struct haul_client_options){
        .concurrency = 50,
        .connect_timeout = 30 * HAUL_SECOND,
        .idle_timeout = 60 * HAUL_SECOND,
        .max_time = HAUL_NEVER,
        .follow_redirects = true,
        .max_redirects = 10,
        .user_agent = "haul/" HAUL_VERSION,
    };
}

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
static size_t count_kept(const struct haul_client *client)
{
    size_t concurrency = client->options.concurrency;
    if (client->is_sparing)
        return 1;
    return 2 * (concurrency > 0 && concurrency < shard_size ? concurrency : shard_size);
}

static struct haul__shard *use_shard(struct haul_client *client, size_t index)
{
    if (!client->shards[index] &&
        haul__shard_create(&client->transfers, count_kept(client), &client->shards[index]) < 0)
        return NULL;
    return client->shards[index];
}

struct haul__shard *haul__client_shard(struct haul_client *client, const struct haul_url *url)
{
    size_t home = url->origin_hash % client->shard_count;
    size_t index = home;
    do {
        const struct haul__shard *shard = client->shards[index];
        if (!shard || shard->count < shard_size)
            return use_shard(client, index);
        index = (index + 1) % client->shard_count;
    } while (index != home);
    return use_shard(client, home);
}

static void keep_connections(struct haul_client *client)
{
    for (size_t i = 0; i < client->shard_count; i++)
        if (client->shards[i])
            haul__shard_keep(client->shards[i], count_kept(client));
}

bool haul__client_has_connections(const struct haul_client *client)
{
    bool has_some = client->transfers.sockets.open > 0;
    for (size_t i = 0; i < client->shard_count && !has_some; i++)
        has_some = client->shards[i] && haul__shard_opens(client->shards[i]);
    return has_some;
}

void haul__client_spare(struct haul_client *client)
{
    client->sparing_until = haul_deadline(haul_loop_now(client->loop), sparing_time);
    if (!client->is_sparing) {
        client->is_sparing = true;
        keep_connections(client);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t before_poll(struct haul__hook *hook)
{
    struct haul_client *client = haul__container(hook, struct haul_client, hook);
    int64_t deadline = HAUL_NEVER;
    for (size_t i = 0; i < client->shard_count; i++) {
        struct haul__shard *shard = client->shards[i];
        if (!shard)
            continue;
        deadline = earlier(deadline, haul__shard_before_poll(shard));
        /* libcurl closes idle connections one by one, when others come back; or with the whole shard. */
        if (shard->error < 0 || (client->is_sparing && shard->count == 0)) {
            client->shards[i] = NULL;
            haul__shard_destroy(shard);
        }
    }
    deadline = earlier(deadline, haul__resolver_before_poll(&client->resolver));
    deadline = earlier(deadline, haul__line_deadline(&client->transfers.connecting));
    return earlier(deadline, haul__line_deadline(&client->transfers.receiving));
}

/* Its patience ended while its name was looked up. The answer may have come just now. */
static void expire_lookup(struct haul__transfer *transfer)
{
    haul__list_remove(&transfer->turn.link);
    if (haul__task_is_parked(transfer->looking_up))
        haul__question_leave(transfer->looking_up, HAUL_E_TIMEOUT);
}

static void expire(struct haul_client *client, struct haul__line *line, const char *message)
{
    int64_t now = haul_loop_now(client->loop);
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
    struct haul_client *client = haul__container(hook, struct haul_client, hook);
    for (size_t i = 0; i < client->shard_count; i++)
        if (client->shards[i])
            haul__shard_after_poll(client->shards[i]);
    haul__resolver_after_poll(&client->resolver);
    expire(client, &client->transfers.connecting, client->connect_message);
    expire(client, &client->transfers.receiving, client->idle_message);
    if (client->is_sparing && client->sparing_until <= haul_loop_now(client->loop)) {
        client->is_sparing = false;
        keep_connections(client);
    }
}

static int init(struct haul_client *client, struct haul_loop *loop, const struct haul_client_options *options)
{
    client->loop = loop;
    client->options = *options;
    options = &client->options;
    if (!client->options.user_agent)
        client->options.user_agent = "haul/" HAUL_VERSION;
    client->shard_count = count_shards(options->concurrency);
    client->shards = haul__allocate_zeroed(client->shard_count * sizeof(struct haul__shard *));
    if (!client->shards)
        return -ENOMEM;
    haul__hosts_init(&client->hosts, options->per_host);
    haul_semaphore_init(&client->places, options->concurrency > 0 ? options->concurrency : SIZE_MAX);
    haul__resolver_init(&client->resolver, loop, options->dns_servers);
    haul__write_duration(client->lookup_message, sizeof(client->lookup_message), "the name was not resolved within",
                         options->connect_timeout);
    haul__write_duration(client->connect_message, sizeof(client->connect_message), "no connection within",
                         options->connect_timeout);
    haul__write_duration(client->idle_message, sizeof(client->idle_message), "nothing received for",
                         options->idle_timeout);
    int code = haul__transfers_init(&client->transfers, options, loop, haul__shard_event);
    if (code != 0)
        return code;
    client->hook = (struct haul__hook){.before_poll = before_poll, .after_poll = after_poll};
    haul__loop_add_hook(loop, &client->hook);
    return 0;
}

int haul_client_create(struct haul_loop *loop, const struct haul_client_options *options,
                       struct haul_client **ret_client)
{
    if (haul_loop_is_virtual(loop) || (options && !haul_http_version_is_supported(options->http_version)))
        return HAUL_E_INVALID;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    struct haul_client_options defaults;
    haul_client_options_init(&defaults);
    struct haul_client *client = haul__allocate_zeroed(sizeof(*client));
    int code = client ? init(client, loop, options ? options : &defaults) : -ENOMEM;
    if (code != 0) {
        if (client)
            haul__free(client->shards);
        haul__free(client);
        curl_global_cleanup();
        return code;
    }
    *ret_client = client;
    return 0;
}

int haul_client_destroy(struct haul_client *client)
{
    if (!client)
        return 0;
    if (client->fetches > 0)
        return HAUL_E_BUSY;
    haul__loop_remove_hook(client->loop, &client->hook);
    for (size_t i = 0; i < client->shard_count; i++)
        haul__shard_destroy(client->shards[i]);
    haul__transfers_finish(&client->transfers);
    haul__resolver_finish(&client->resolver);
    haul__hosts_finish(&client->hosts);
    haul_semaphore_finish(&client->places);
    haul__free(client->shards);
    haul__free(client);
    curl_global_cleanup();
    return 0;
}

void haul_client_statistics(const struct haul_client *client, struct haul_client_statistics *ret_statistics)
{
    *ret_statistics = client->statistics;
}

int haul_body_discard(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    (void)data;
    (void)so_far;
    (void)bytes;
    (void)size;
    return 0;
}
