#include "net/client.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/version.h>

void haul_client_options_init(struct haul_client_options *options)
{
    *options = (struct haul_client_options){
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

static int init(struct haul_client *client, struct haul_loop *loop, const struct haul_client_options *options)
{
    client->loop = loop;
    client->options = *options;
    if (!client->options.user_agent)
        client->options.user_agent = "haul/" HAUL_VERSION;
    haul__limits_init(&client->limits, options);
    haul__rate_init(&client->rate, options->interval);
    haul__retries_init(&client->retries, &client->options);
    haul_semaphore_init(&client->places, options->concurrency > 0 ? options->concurrency : SIZE_MAX);
    return haul__fetcher_init(&client->fetcher, loop, &client->options);
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
    haul__fetcher_finish(&client->fetcher);
    haul__limits_finish(&client->limits);
    haul_semaphore_finish(&client->places);
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
