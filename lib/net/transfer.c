#include "net/transfer.h"

#include "base/memory.h"
#include "net/bounds.h"
#include "net/debug.h"
#include "net/redirect.h"
#include "net/request.h"
#include "net/settings.h"
#include "net/trust.h"

#include <errno.h>
#include <haul/error.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void haul__transfer_progress(struct haul__transfer *transfer)
{
    struct haul__transfers *all = transfer->all;
    int64_t now = haul_loop_now(all->loop);
    struct haul__line *line = transfer->phase >= HAUL__WAITING_PHASE ? &all->receiving : &all->connecting;
    haul__line_join(line, &transfer->turn, now);
}

bool haul__transfer_is_overdue(const struct haul__transfer *transfer, int64_t now)
{
    const struct haul__transfers *all = transfer->all;
    const struct haul__line *line = transfer->phase >= HAUL__WAITING_PHASE ? &all->receiving : &all->connecting;
    return haul_deadline(transfer->turn.since, line->patience) <= now;
}

void haul__transfer_detach(struct haul__socket *socket)
{
    if (socket->transfer)
        socket->transfer->descriptor = -1;
    socket->transfer = NULL;
}

void haul__transfer_attach(struct haul__transfer *transfer, struct haul__socket *socket)
{
    if (socket->transfer == transfer)
        return;
    haul__transfer_detach(socket);
    struct haul__socket *before = haul__sockets_find(&transfer->all->sockets, transfer->descriptor);
    if (before)
        before->transfer = NULL;
    socket->transfer = transfer;
    transfer->descriptor = socket->descriptor;
}

/* A connection is to be made. None is for whom nobody waits, and none to where it is refused, whoever has found the
 * address, at whatever time: here it is what the system will be told. A lack of descriptors is noted, since it is no
 * fault of the URL's. */
static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct haul__transfer *transfer = data;
    struct haul__socket *entry;
    (void)purpose;
    if (!transfer->task)
        return CURL_SOCKET_BAD;
    if (transfer->all->options->no_private && haul__refuses_socket(&transfer->refusal, &address->addr))
        return CURL_SOCKET_BAD;
    int descriptor = socket(address->family, address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->protocol);
    if (descriptor < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            transfer->shortage = errno;
        return CURL_SOCKET_BAD;
    }
    int code = haul__sockets_add(&transfer->all->sockets, descriptor, transfer->shard, &entry);
    if (code < 0) {
        transfer->error = code;
        close(descriptor);
        return CURL_SOCKET_BAD;
    }
    haul__transfer_attach(transfer, entry);
    entry->opener = transfer;
    transfer->opened_descriptor = descriptor;
    transfer->opened++;
    /* The time to connect begins with the transfer, but where a connection was found that is dead, and is replaced. */
    bool is_again = transfer->phase >= HAUL__WAITING_PHASE;
    transfer->phase = HAUL__CONNECTING_PHASE;
    if (is_again)
        haul__transfer_progress(transfer);
    return descriptor;
}

/* The connection may outlive the transfer that opened it, so that DATA is what all share. */
static int close_socket(void *data, curl_socket_t descriptor)
{
    struct haul__transfers *all = data;
    struct haul__socket *entry = haul__sockets_find(&all->sockets, descriptor);
    if (entry) {
        haul__connections_remove(&all->connections, entry);
        haul__transfer_detach(entry);
        haul__socket_forget(entry);
    }
    if (entry && entry->host) {
        entry->host->connections--;
        haul__host_unref(entry->host);
        entry->host = NULL;
        all->sockets.open--;
    }
    return close(descriptor);
}

/* Of the sockets that libcurl opens to find an address that answers it closes all but one, and those without a word.
 * What is known of a connection is noted for that one, once it is there. A request that is sent again may be on
 * another connection by then. */
static void note_connection(struct haul__transfer *transfer, const char *ip, int port, int local_port)
{
    struct haul__socket *entry = haul__sockets_find(&transfer->all->sockets, transfer->opened_descriptor);
    if (!entry || entry->host || !haul__endpoint_is_local_port(transfer->opened_descriptor, local_port))
        return;
    entry->host = haul__host_ref(transfer->host);
    entry->host->connections++;
    transfer->all->sockets.open++;
    haul__connections_add(&transfer->all->connections, entry, local_port, ip, port);
}

/* Others may wait for what a new connection speaks. */
static void note_sharing(struct haul__transfer *transfer)
{
    struct curl_tlssessioninfo *session = NULL;
    if (haul_url_scheme(transfer->url) != HAUL_URL_HTTPS)
        return;
    if (transfer->opened > 0 && transfer->all->has_openssl) {
        curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &session);
        haul__streams_learn(transfer->host, session && haul__tls_has_http2(session->internals));
    }
    haul__streams_connected(transfer->host, transfer->task);
}

/* There is a connection, and the request is about to go out. */
static int before_request(void *data, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct haul__transfer *transfer = data;
    if (!transfer->task)
        return CURL_PREREQFUNC_ABORT;
    haul__endpoint_set(&transfer->remote, remote_ip, remote_port);
    haul__endpoint_set(&transfer->local, local_ip, local_port);
    transfer->phase = HAUL__WAITING_PHASE;
    note_connection(transfer, remote_ip, remote_port, local_port);
    transfer->connection = haul__connections_find(&transfer->all->connections, local_port, remote_ip, remote_port);
    note_sharing(transfer);
    if (transfer->is_paced && transfer->opened == 0)
        haul__pacing_return(&transfer->host->pacing);
    transfer->is_paced = false;
    haul__transfer_progress(transfer);
    return CURL_PREREQFUNC_OK;
}

/* Something of the answer has come. On a connection of several the socket tells only one of them of its events. */
static void note_receipt(struct haul__transfer *transfer)
{
    transfer->phase = HAUL__RECEIVING_PHASE;
    haul__flood_reset(&transfer->all->flood);
    if (transfer->task)
        haul__transfer_progress(transfer);
}

static void begin_head(struct haul__transfer *transfer)
{
    transfer->has_whole_header = false;
    haul__head_begin(&transfer->head);
}

static size_t take_header(char *bytes, size_t one, size_t size, void *data)
{
    struct haul__transfer *transfer = data;
    const struct haul_client_options *options = transfer->all->options;
    (void)one;
    note_receipt(transfer);
    /* Interim answers have a header too; the empty line that counts is the last one's. What comes behind the body has
     * no such line. */
    if (size >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        begin_head(transfer);
    else if (size > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
        transfer->has_whole_header = true;
    if (!haul__bounds_take_header(transfer, size))
        return 0;
    if (!transfer->has_whole_header && transfer->error == 0)
        transfer->error = haul__head_take(&transfer->head, bytes, size, options->keep_headers || options->keep_hops);
    if (transfer->error < 0)
        return 0;
    if (transfer->ends_with_header && transfer->has_whole_header)
        haul__request_end_with_header(transfer);
    return size;
}

/* The first bytes of the body: whether it is wanted, and what its taker may know by now. */
static int begin_body(struct haul__transfer *transfer)
{
    int code = haul__transfer_note_facts(transfer);
    const struct haul_client_options *options = transfer->all->options;
    if (code == 0 && options->follow_redirects && haul__is_redirect(transfer->result->public.status))
        transfer->is_discarded = haul__transfer_location(transfer) != NULL;
    if (!transfer->is_discarded)
        haul__progress_begin(transfer->progress, haul__transfer_expected(transfer));
    return code;
}

static int pass_body(struct haul__transfer *transfer, const char *bytes, size_t size)
{
    if (transfer->is_discarded)
        return 0;
    if (!transfer->body)
        return haul__buffer_append(&transfer->kept, bytes, size);
    int code = transfer->body(transfer->body_data, &transfer->result->public, bytes, size);
    if (code == 0)
        return 0;
    transfer->failure = (struct haul__failure){HAUL_CLASS_LOCAL, CURLE_WRITE_ERROR, haul_error_message(code)};
    return HAUL_E_CANCELLED;
}

static size_t take_body(char *bytes, size_t one, size_t size, void *data)
{
    struct haul__transfer *transfer = data;
    (void)one;
    if (!transfer->task)
        return 0;
    note_receipt(transfer);
    int code = transfer->body_size == 0 ? begin_body(transfer) : 0;
    size_t taken = transfer->ends_with_header ? size : haul__bounds_take_body(transfer, size);
    transfer->body_size += (int64_t)taken;
    if (transfer->ends_with_header)
        return haul__request_takes_rest(transfer) ? size : 0;
    transfer->result->public.bytes = transfer->body_size;
    if (!transfer->is_discarded)
        haul__progress_note(transfer->progress, transfer->body_size);
    if (code == 0 && taken > 0)
        code = pass_body(transfer, bytes, taken);
    if (code < 0)
        transfer->error = code;
    return code == 0 ? taken : 0;
}

/* A TLS handshake is about to begin, so that there is a connection: of one that fails libcurl does not tell, and its
 * newer versions (8.14) know nothing of it here. Of the records libcurl has OpenSSL tell itself, where it tells haul.
 */
static struct haul__transfer *note_handshake(CURL *easy, void *ssl_context)
{
    struct haul__transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    if (!transfer->all->options->debug)
        haul__flood_watch(&transfer->all->flood, ssl_context);
    haul__endpoint_ask_peer(&transfer->remote, transfer->opened_descriptor);
    transfer->secured_from = haul_loop_update_now(transfer->all->loop);
    return transfer;
}

static CURLcode install_nothing(CURL *easy, void *ssl_context, void *data)
{
    (void)data;
    note_handshake(easy, ssl_context);
    return CURLE_OK;
}

static CURLcode install_trust(CURL *easy, void *ssl_context, void *data)
{
    struct haul__transfer *transfer = note_handshake(easy, ssl_context);
    struct haul__transfers *all = data;
    int code = haul__trust_install(all->trust, ssl_context, all->bundle);
    if (code == -ENOMEM)
        return CURLE_OUT_OF_MEMORY;
    if (code == -EMFILE || code == -ENFILE)
        transfer->shortage = -code;
    return code == 0 ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

/* CAPATH in use makes libcurl read all certificates again for each connection. */
static CURLcode set_trust(CURL *easy, struct haul__transfers *all)
{
    CURLcode code = CURLE_OK;
    if (all->options->insecure) {
        code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        code |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    } else if (all->has_openssl) {
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    } else if (haul__trust_file(all->trust)) {
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, haul__trust_file(all->trust));
    }
    if (all->has_openssl) {
        code |=
            curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, all->options->insecure ? install_nothing : install_trust);
        code |= curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, all);
    }
    /* A TLS library without such directories does not know the option, and need not. */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return code;
}

/* libcurl's own limit for connecting: it shares it out among a host's addresses. It comes after haul's, which counts.
 */
static long connect_timeout_ms(int64_t timeout)
{
    int64_t ms = timeout / HAUL_MILLISECOND;
    return ms < INT_MAX - 1000 ? (long)ms + 1000 : INT_MAX;
}

/* Bodies are read in pieces of this size: a large one is cheaper in large pieces. But before libcurl 8.7 each transfer
 * has a buffer of its own, so that they are larger than libcurl's usual ones only while all together are still small.
 * Above 64 kB each that is freed would have the allocator tidy up. */
static long buffer_size(size_t concurrency)
{
    enum { smallest = 16 * 1024, largest = 60 * 1024, together = 8 * 1024 * 1024 };
    size_t share = concurrency > 0 ? together / concurrency : smallest;
    return share > largest ? largest : share < smallest ? smallest : (long)share;
}

/* What is the same for all hops. */
static CURLcode set_options(CURL *easy, struct haul__transfer *transfer)
{
    struct haul__transfers *all = transfer->all;
    const struct haul_client_options *options = all->options;
    CURLcode code = CURLE_OK;
    code |= curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_SHARE, all->share);
    code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    code |= curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms(options->connect_timeout));
    code |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_size(options->concurrency));
    /* Empty texts, since libcurl reads the environment where they are missing. */
    code |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    code |= curl_easy_setopt(easy, CURLOPT_NOPROXY, options->no_proxy ? options->no_proxy : "");
    code |= curl_easy_setopt(easy, CURLOPT_CONNECT_TO, all->connect_to);
    /* Entries that haul makes stay for as long as it says, and of others none is of use. */
    if (!options->system_resolver)
        code |= curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, all);
    code |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    code |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    code |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    code |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    code |= haul__settings_apply(easy, options);
    if (options->debug || options->keep_hops)
        code |= haul__debug_apply(easy, transfer);
    return code | set_trust(easy, all);
}

struct haul__transfer *haul__transfer_take(struct haul__transfers *transfers)
{
    if (!haul__list_is_empty(&transfers->unused)) {
        struct haul_list *link = transfers->unused.previous;
        haul__list_remove(link);
        return haul__container(link, struct haul__transfer, link);
    }
    struct haul__transfer *transfer = haul__allocate_zeroed(sizeof(*transfer));
    if (!transfer)
        return NULL;
    haul__list_init(&transfer->turn.link);
    haul__list_init(&transfer->link);
    haul__list_init(&transfer->ending);
    transfer->all = transfers;
    transfer->proxy = "";
    transfer->easy = curl_easy_init();
    if (!transfer->easy || haul__target_init(&transfer->target) < 0 ||
        set_options(transfer->easy, transfer) != CURLE_OK) {
        haul__transfer_destroy(transfer);
        return NULL;
    }
    return transfer;
}

void haul__transfer_release(struct haul__transfer *transfer)
{
    if (!transfer)
        return;
    haul__buffer_finish(&transfer->kept);
    haul__buffer_finish(&transfer->sent);
    haul__head_finish(&transfer->head);
    haul__addresses_unref(transfer->addresses);
    transfer->addresses = NULL;
    haul__list_append(&transfer->all->unused, &transfer->link);
}

void haul__transfer_destroy(struct haul__transfer *transfer)
{
    haul__buffer_finish(&transfer->kept);
    haul__head_finish(&transfer->head);
    haul__buffer_finish(&transfer->told);
    haul__buffer_finish(&transfer->fields);
    haul__buffer_finish(&transfer->proxy_fields);
    curl_easy_cleanup(transfer->easy);
    haul__target_finish(&transfer->target);
    haul__free(transfer);
}

int haul__transfer_prepare(struct haul__transfer *transfer, const struct haul_url *url, struct haul__host *host,
                           struct haul__result *result, struct haul__progress *progress, haul_body_fn *body,
                           void *body_data)
{
    const struct haul_client_options *options = transfer->all->options;
    const char *proxy = haul_url_scheme(url) == HAUL_URL_HTTP ? options->http_proxy : options->https_proxy;
    CURLcode code = CURLE_OK;
    /* A hop that would go by one has been refused. */
    if (!proxy || options->no_private)
        proxy = "";
    if (proxy != transfer->proxy) {
        code |= curl_easy_setopt(transfer->easy, CURLOPT_PROXY, proxy);
        transfer->proxy = proxy;
    }
    /* libcurl takes these over into the name cache of the shard that the transfer is in, once each time it is told. */
    if (transfer->all->resolve || transfer->is_telling)
        code |= curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->all->resolve);
    transfer->is_telling = false;
    haul__addresses_unref(transfer->addresses);
    transfer->addresses = NULL;
    transfer->has_half = false;
    transfer->lookup = 0;
    transfer->url = url;
    transfer->host = host;
    transfer->result = result;
    transfer->progress = progress;
    haul__progress_begin(progress, -1);
    transfer->body = body;
    transfer->body_data = body_data;
    transfer->phase = HAUL__RESOLVING_PHASE;
    transfer->descriptor = -1;
    transfer->opened_descriptor = -1;
    transfer->opened = 0;
    transfer->connection = 0;
    transfer->is_paced = false;
    transfer->secured_from = 0;
    haul__endpoint_set(&transfer->remote, NULL, 0);
    haul__endpoint_set(&transfer->local, NULL, 0);
    transfer->has_facts = false;
    begin_head(transfer);
    transfer->is_discarded = false;
    transfer->is_cancelled = false;
    transfer->is_enough = false;
    transfer->header_size = 0;
    transfer->header_lines = 0;
    transfer->body_size = 0;
    transfer->failure = (struct haul__failure){0};
    transfer->error = 0;
    transfer->shortage = 0;
    transfer->refusal = (struct haul__refusal){.kind = NULL};
    return code == CURLE_OK ? haul__target_set(&transfer->target, transfer->easy, url) : -ENOMEM;
}

int haul__transfer_tell(struct haul__transfer *transfer, struct haul__book *book, uint64_t actions)
{
    struct haul__buffer *told = &transfer->told;
    transfer->entry = haul__book_take(book, &transfer->route);
    int code = transfer->entry ? haul__book_tell(book, transfer->entry, transfer->addresses, actions, told) : -ENOMEM;
    if (code < 0 || told->size == 0)
        return code;
    char *text = (char *)told->bytes;
    size_t first = strlen(text) + 1;
    transfer->telling[0] = (struct curl_slist){text, transfer->all->resolve};
    if (first < told->size) {
        transfer->telling[1] = (struct curl_slist){text + first, transfer->all->resolve};
        transfer->telling[0].next = &transfer->telling[1];
    }
    transfer->is_telling = true;
    return curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->telling) == CURLE_OK ? 0 : -ENOMEM;
}

void haul__transfer_want_new(struct haul__transfer *transfer, bool is_wanted)
{
    if (is_wanted != transfer->wants_new)
        curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, is_wanted ? 1L : 0L);
    transfer->wants_new = is_wanted;
}
