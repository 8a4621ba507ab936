#include "net/client.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/trust.h>
#include <haul/version.h>

/* Each loop has so many at least: three are its own, two its first shard's, and the others for connections. */
enum { descriptors_of_loop = 8 };

void haul_client_options_init(struct haul_client_options *options)
{
    *options = (struct haul_client_options){
        .loops = 1,
        .concurrency = 50,
        .connect_timeout = 30 * HAUL_SECOND,
        .idle_timeout = 60 * HAUL_SECOND,
        .max_time = HAUL_NEVER,
        .retry_max_time = HAUL_NEVER,
        .retry_after_limit = 10 * HAUL_MINUTE,
        .retry_budget = HAUL_NO_BUDGET,
        .follow_redirects = true,
        .max_redirects = 10,
        .user_agent = "haul/" HAUL_VERSION,
    };
}

/* Hosts are dealt by their hash, half as many to the client's own loop as to each of the others: it has all that is not
 * in a hop to do as well. Shards and tables take the lower bits of the hash; a multiplication has the upper ones, which
 * are taken here, depend on all. Sleeps stay where they are awaited. */
struct haul__fetcher *haul__client_fetcher(struct haul_client *client, const struct haul_url *url)
{
    uint64_t shares = 2 * client->worker_count + 1;
    if (shares == 1 || url->scheme == HAUL_URL_SLEEP)
        return &client->fetcher;
    uint32_t mixed = url->origin_hash * UINT32_C(2654435769);
    size_t share = (size_t)(mixed * shares >> 32);
    return share == 0 ? &client->fetcher : &client->workers[(share - 1) / 2].fetcher;
}

static void stop_workers(struct haul_client *client)
{
    while (client->worker_count > 0)
        haul__worker_stop(&client->workers[--client->worker_count]);
    haul__free(client->workers);
}

static int start_workers(struct haul_client *client, size_t count)
{
    int code = 0;
    if (count == 0)
        return 0;
    client->workers = haul__allocate_zeroed(count * sizeof(struct haul__worker));
    if (!client->workers)
        return -ENOMEM;
    while (code == 0 && client->worker_count < count) {
        code = haul__worker_start(&client->workers[client->worker_count], &client->options, &client->shortage);
        if (code == 0)
            client->worker_count++;
    }
    if (code != 0)
        stop_workers(client);
    return code;
}

/* The certificates are the same for all loops. */
static int find_trust(struct haul_client_options *options)
{
    const char *problem;
    if (!options->trust)
        return haul_trust_create(NULL, &options->trust, &problem);
    haul_trust_ref(options->trust);
    return 0;
}

/* How many there are to be. What is told of transfers is told on the client's thread. */
static size_t count_loops(const struct haul_client_options *options)
{
    size_t most = haul__descriptors_left() / descriptors_of_loop;
    size_t loops = options->loops < most ? options->loops : most;
    return loops > 1 && !options->debug ? loops : 1;
}

static int start_fetchers(struct haul_client *client)
{
    size_t loops = count_loops(&client->options);
    int code = haul__shortage_init(&client->shortage, loops);
    if (code < 0)
        return code;
    code = haul__fetcher_init(&client->fetcher, client->loop, &client->options, &client->shortage);
    if (code == 0) {
        code = start_workers(client, loops - 1);
        if (code != 0)
            haul__fetcher_finish(&client->fetcher);
    }
    if (code != 0)
        haul__shortage_finish(&client->shortage);
    return code;
}

static int init(struct haul_client *client, struct haul_loop *loop, const struct haul_client_options *options)
{
    client->loop = loop;
    client->options = *options;
    if (!client->options.user_agent)
        client->options.user_agent = "haul/" HAUL_VERSION;
    int code = find_trust(&client->options);
    if (code != 0)
        return code;
    code = start_fetchers(client);
    if (code != 0) {
        haul_trust_unref(client->options.trust);
        return code;
    }
    haul__transit_init(&client->transit);
    haul__limits_init(&client->limits, options);
    haul__rate_init(&client->rate, options->interval);
    haul__retries_init(&client->retries, &client->options);
    haul_semaphore_init(&client->places, options->concurrency > 0 ? options->concurrency : SIZE_MAX);
    return 0;
}

static bool is_possible(const struct haul_client_options *options)
{
    return haul_http_version_is_supported(options->http_version) && !(options->no_private && options->unix_socket);
}

int haul_client_create(struct haul_loop *loop, const struct haul_client_options *options,
                       struct haul_client **ret_client)
{
    if (haul_loop_is_virtual(loop) || (options && !is_possible(options)))
        return HAUL_E_INVALID;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    struct haul_client_options defaults;
    haul_client_options_init(&defaults);
    struct haul_client *client = haul__allocate_zeroed(sizeof(*client));
    int code = client ? init(client, loop, options ? options : &defaults) : -ENOMEM;
    if (code != 0) {
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
    stop_workers(client);
    haul__fetcher_finish(&client->fetcher);
    haul__shortage_finish(&client->shortage);
    haul_trust_unref(client->options.trust);
    haul__transit_finish(&client->transit);
    haul__limits_finish(&client->limits);
    haul_semaphore_finish(&client->places);
    haul__lanes_finish(&client->lanes);
    haul__free(client);
    curl_global_cleanup();
    return 0;
}

void haul__client_stand_aside(struct haul_client *client)
{
    client->statistics.waiting_for_host++;
    if (client->options.waiting)
        client->options.waiting(client->options.waiting_data);
}

void haul__client_come_forward(struct haul_client *client)
{
    client->statistics.waiting_for_host--;
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
