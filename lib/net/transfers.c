#include "net/transfer.h"

#include "core/loop.h"

#include <errno.h>
#include <haul/cookies.h>
#include <string.h>

static const char *as_it_is(const char *const *entry)
{
    return *entry;
}

/* An entry of `resolve` as libcurl is told of it; NULL: not at all. A plus has it grow old, and what does is too old at
 * once; a minus would take out what haul has put in. */
static const char *lasting(const char *const *entry)
{
    return **entry == '-' || haul__resolve_is_removed(entry) ? NULL : *entry + (**entry == '+');
}

/* curl_slist from an array of ENTRIES that ends with NULL, of what TRANSLATE makes of each. */
static int make_slist(const char *const *entries, const char *(*translate)(const char *const *),
                      struct curl_slist **ret_list)
{
    struct curl_slist *list = NULL;
    for (; entries && *entries; entries++) {
        const char *entry = translate(entries);
        if (!entry)
            continue;
        struct curl_slist *longer = curl_slist_append(list, entry);
        if (!longer) {
            curl_slist_free_all(list);
            return -ENOMEM;
        }
        list = longer;
    }
    *ret_list = list;
    return 0;
}

/* All transfers are of one thread, so that there is nothing to lock. */
static int make_share(CURLSH **ret_share)
{
    CURLSH *share = curl_share_init();
    if (share && curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK) {
        *ret_share = share;
        return 0;
    }
    curl_share_cleanup(share);
    return -ENOMEM;
}

int haul__transfers_init(struct haul__transfers *transfers, const struct haul_client_options *options,
                         struct haul_loop *loop, haul__watch_fn *event)
{
    const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
    *transfers = (struct haul__transfers){.options = options, .loop = loop, .flood = {.loop = loop}};
    transfers->has_openssl = version->ssl_version && strncmp(version->ssl_version, "OpenSSL/", 8) == 0;
    transfers->bundle = version->age >= CURLVERSION_SEVENTH ? version->cainfo : NULL;
    haul__list_init(&transfers->unused);
    haul__line_init(&transfers->connecting, options->connect_timeout);
    haul__line_init(&transfers->receiving, options->idle_timeout);
    haul__sockets_init(&transfers->sockets, loop->poll, event);
    int code = haul__connections_init(&transfers->connections, &transfers->sockets,
                                      options->keep_connection || options->keep_hops);
    if (code == 0)
        code = make_share(&transfers->share);
    transfers->trust = options->trust;
    if (options->cookies)
        transfers->cookies = haul_cookies_ref(options->cookies);
    if (code == 0)
        code = make_slist(options->resolve, lasting, &transfers->resolve);
    if (code == 0)
        code = make_slist(options->connect_to, as_it_is, &transfers->connect_to);
    if (code != 0)
        haul__transfers_finish(transfers);
    return code;
}

void haul__transfers_finish(struct haul__transfers *transfers)
{
    while (!haul__list_is_empty(&transfers->unused)) {
        struct haul_list *link = transfers->unused.next;
        haul__list_remove(link);
        haul__transfer_destroy(haul__container(link, struct haul__transfer, link));
    }
    curl_share_cleanup(transfers->share);
    haul__connections_finish(&transfers->connections);
    haul__sockets_finish(&transfers->sockets);
    curl_slist_free_all(transfers->resolve);
    curl_slist_free_all(transfers->connect_to);
    haul_cookies_unref(transfers->cookies);
}
