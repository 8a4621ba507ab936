/* The floor that haul is measured against: as little as can stand between a list of URLs and libcurl on libev.
 *
 *     bare [-c CONCURRENCY] [-s TRANSFERS] [-a CERTIFICATES] [-2] [-f] [-b] FILE
 *
 *     -c  transfers in flight (50)
 *     -s  of which so many at most in one multi handle (128)
 *     -a  the file of certificates to trust (libcurl's own)
 *     -2  HTTP/2 where the server has it, on one connection for each multi handle
 *     -f  each connection is for one URL, as where no host comes back
 *     -b  the bodies go to standard output; one that is large is received in large pieces
 *
 * It keeps no record, has no limit, follows nothing and prints how many transfers gave a status below 400. Where haul
 * and this loop do the same, they do it alike, so that what haul costs more is the cost of what it does more:
 *   - handles are pooled and only the URL is set anew;
 *   - a multi handle has at most 128 transfers, since libcurl walks its connections on each completion;
 *   - the certificates are read once, and every connection is given the same store;
 *   - a watcher stays armed when libcurl has no use for its descriptor, until an event shows that it should not be;
 *   - completions are drained once an iteration, and what is due at once is run there too, without a timer. */
#include <curl/curl.h>
#include <ev.h>
#include <math.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SHARD_SIZE = 128, ROUNDS = 8, DESCRIPTORS = 65536, LARGE_PIECE = 128 * 1024 };

struct options {
    size_t concurrency;
    size_t shard_size;
    const char *certificates; /* a file; NULL: libcurl's own */
    bool http2;
    bool forbid_reuse;
    bool write_bodies;
};

struct watcher {
    ev_io io;
    struct shard *shard;
    bool wanted; /* libcurl waits for the descriptor */
};

struct shard {
    CURLM *multi;
    struct bare *bare;
    double due; /* when libcurl wants to be called, on libev's clock; 0: at once; INFINITY: never */
    bool dirty; /* libcurl was called: there may be completions */
};

struct bare {
    struct options options;
    X509_STORE *store; /* the certificates; NULL: libcurl reads its own */
    struct ev_loop *loop;
    ev_prepare prepare;
    ev_timer timer;
    FILE *list;
    char *line; /* of the list, the last one read */
    size_t line_capacity;
    struct watcher *watchers; /* by descriptor */
    struct shard *shards;
    size_t shard_count;
    CURL **idle; /* a stack for each shard: its handles stand from shard number * shard_size on */
    size_t *idle_counts;
    CURL **done; /* room for all transfers of one shard */
    size_t in_flight;
    size_t ok;
    bool ended; /* nothing is left in the list */
};

static void fail(const char *what)
{
    fprintf(stderr, "bare: %s failed\n", what);
    exit(3);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        fail("memory");
    return memory;
}

static void act(struct shard *shard, curl_socket_t descriptor, int events)
{
    int running;
    if (curl_multi_socket_action(shard->multi, descriptor, events, &running) != CURLM_OK)
        fail("libcurl");
    shard->dirty = true;
}

static void on_descriptor(struct ev_loop *loop, ev_io *io, int events)
{
    struct watcher *watcher = (struct watcher *)io;
    if (!watcher->wanted) {
        ev_io_stop(loop, io);
        return;
    }
    act(watcher->shard, io->fd, (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static int on_socket(CURL *easy, curl_socket_t descriptor, int what, void *data, void *assigned)
{
    (void)easy;
    (void)assigned;
    struct shard *shard = data;
    struct watcher *watcher = &shard->bare->watchers[descriptor];
    watcher->wanted = what != CURL_POLL_REMOVE;
    if (!watcher->wanted)
        return 0;
    int mask = (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0);
    watcher->shard = shard;
    if (ev_is_active(&watcher->io)) {
        if ((watcher->io.events & (EV_READ | EV_WRITE)) == mask)
            return 0;
        ev_io_stop(shard->bare->loop, &watcher->io);
        ev_io_modify(&watcher->io, mask);
    } else {
        ev_io_init(&watcher->io, on_descriptor, descriptor, mask);
    }
    ev_io_start(shard->bare->loop, &watcher->io);
    return 0;
}

/* libev aborts when a descriptor is closed under an active watcher. */
static int on_close(void *data, curl_socket_t descriptor)
{
    struct bare *bare = data;
    ev_io_stop(bare->loop, &bare->watchers[descriptor].io);
    bare->watchers[descriptor].wanted = false;
    return close(descriptor);
}

static int on_timer_wanted(CURLM *multi, long milliseconds, void *data)
{
    (void)multi;
    struct shard *shard = data;
    if (milliseconds < 0)
        shard->due = INFINITY;
    else if (milliseconds == 0)
        shard->due = 0;
    else /* A millisecond more, so that it is never called too early and again. */
        shard->due = ev_now(shard->bare->loop) + (double)(milliseconds + 1) / 1000;
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
    (void)bytes;
    (void)data;
    return size * count;
}

static size_t write_body(char *bytes, size_t size, size_t count, void *data)
{
    (void)data;
    for (size_t left = size * count; left > 0;) {
        ssize_t written = write(STDOUT_FILENO, bytes, left);
        if (written < 0)
            fail("writing");
        bytes += written;
        left -= (size_t)written;
    }
    return size * count;
}

static CURLcode install_store(CURL *easy, void *context, void *data)
{
    struct bare *bare = data;
    (void)easy;
    X509_STORE_up_ref(bare->store);
    SSL_CTX_set_cert_store(context, bare->store);
    return CURLE_OK;
}

static void load_store(struct bare *bare)
{
    bare->store = X509_STORE_new();
    if (!bare->store || !X509_STORE_load_file(bare->store, bare->options.certificates))
        fail(bare->options.certificates);
    X509_STORE_set_flags(bare->store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
}

static void set_options(CURL *easy, struct bare *bare)
{
    const struct options *options = &bare->options;
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     (long)(options->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, options->http2 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, options->forbid_reuse ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, options->write_bodies ? write_body : on_body);
    if (options->write_bodies)
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)LARGE_PIECE);
    if (bare->store) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, install_store);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, bare);
    }
}

static CURL *create_handle(struct bare *bare)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        fail("memory");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, bare);
    set_options(easy, bare);
    return easy;
}

/* The next line of the list that is a URL, or NULL. */
static const char *next_url(struct bare *bare)
{
    while (getline(&bare->line, &bare->line_capacity, bare->list) >= 0) {
        bare->line[strcspn(bare->line, "\r\n")] = '\0';
        if (*bare->line && *bare->line != '#')
            return bare->line;
    }
    bare->ended = true;
    return NULL;
}

/* Starts transfers on the idle handles of shard NUMBER while there are URLs. */
static void start(struct bare *bare, size_t number)
{
    while (bare->idle_counts[number] > 0 && !bare->ended) {
        const char *url = next_url(bare);
        if (!url)
            return;
        CURL *easy = bare->idle[number * bare->options.shard_size + --bare->idle_counts[number]];
        curl_easy_setopt(easy, CURLOPT_URL, url);
        if (curl_multi_add_handle(bare->shards[number].multi, easy) != CURLM_OK)
            fail("libcurl");
        bare->in_flight++;
    }
}

static void drain(struct bare *bare, size_t number)
{
    struct shard *shard = &bare->shards[number];
    CURL **done = bare->done;
    size_t count = 0;
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(shard->multi, &left))) {
        long status = 0;
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        bare->ok += message->data.result == CURLE_OK && status < 400;
        done[count++] = message->easy_handle;
    }
    /* All are read first, since removing one walks the messages that are unread. */
    for (size_t i = 0; i < count; i++) {
        curl_multi_remove_handle(shard->multi, done[i]);
        bare->idle[number * bare->options.shard_size + bare->idle_counts[number]++] = done[i];
    }
    bare->in_flight -= count;
    shard->dirty = false;
}

/* Once an iteration, before the loop waits: drains, starts what can start, calls the shards that are due. */
static void on_prepare(struct ev_loop *loop, ev_prepare *prepare, int events)
{
    (void)events;
    struct bare *bare = prepare->data;
    double due = 0;
    for (int round = 0; round < ROUNDS && due <= ev_now(loop); round++) {
        due = INFINITY;
        for (size_t i = 0; i < bare->shard_count; i++) {
            struct shard *shard = &bare->shards[i];
            if (shard->due <= ev_now(loop)) {
                shard->due = INFINITY;
                act(shard, CURL_SOCKET_TIMEOUT, 0);
            }
            if (shard->dirty)
                drain(bare, i);
            start(bare, i);
            due = fmin(due, shard->due);
        }
    }
    if (bare->ended && bare->in_flight == 0) {
        ev_break(loop, EVBREAK_ALL);
        due = 0;
    }
    ev_timer_stop(loop, &bare->timer);
    if (!isinf(due)) {
        ev_timer_set(&bare->timer, fmax(due - ev_now(loop), 0), 0);
        ev_timer_start(loop, &bare->timer);
    }
}

/* The timer only wakes the loop: on_prepare looks at what is due. */
static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
}

static void create_shard(struct bare *bare, size_t number, size_t size)
{
    struct shard *shard = &bare->shards[number];
    *shard = (struct shard){.multi = curl_multi_init(), .bare = bare, .due = INFINITY};
    if (!shard->multi)
        fail("memory");
    curl_multi_setopt(shard->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(shard->multi, CURLMOPT_SOCKETDATA, shard);
    curl_multi_setopt(shard->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    curl_multi_setopt(shard->multi, CURLMOPT_TIMERDATA, shard);
    curl_multi_setopt(shard->multi, CURLMOPT_MAXCONNECTS, (long)size);
    for (size_t i = 0; i < size; i++)
        bare->idle[number * bare->options.shard_size + i] = create_handle(bare);
    bare->idle_counts[number] = size;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void create(struct bare *bare)
{
    size_t concurrency = bare->options.concurrency;
    size_t size = bare->options.shard_size;
    raise_descriptor_limit();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    bare->loop = ev_loop_new(EVFLAG_NOENV | EVBACKEND_EPOLL);
    if (!bare->loop)
        fail("libev");
    bare->watchers = allocate(DESCRIPTORS, sizeof(*bare->watchers));
    if (bare->options.certificates)
        load_store(bare);
    bare->shard_count = (concurrency + size - 1) / size;
    bare->shards = allocate(bare->shard_count, sizeof(*bare->shards));
    bare->idle = allocate(bare->shard_count * size, sizeof(CURL *));
    bare->done = allocate(size, sizeof(CURL *));
    bare->idle_counts = allocate(bare->shard_count, sizeof(size_t));
    for (size_t i = 0; i < bare->shard_count; i++)
        create_shard(bare, i, i + 1 < bare->shard_count ? size : concurrency - i * size);
    ev_prepare_init(&bare->prepare, on_prepare);
    bare->prepare.data = bare;
    ev_prepare_start(bare->loop, &bare->prepare);
    ev_timer_init(&bare->timer, on_timer, 0, 0);
}

static void destroy(struct bare *bare)
{
    for (size_t i = 0; i < bare->shard_count; i++) {
        for (size_t j = 0; j < bare->idle_counts[i]; j++)
            curl_easy_cleanup(bare->idle[i * bare->options.shard_size + j]);
        curl_multi_cleanup(bare->shards[i].multi);
    }
    ev_loop_destroy(bare->loop);
    free(bare->line);
    free(bare->watchers);
    free(bare->shards);
    free(bare->idle);
    free(bare->idle_counts);
    free(bare->done);
    X509_STORE_free(bare->store);
    fclose(bare->list);
    curl_global_cleanup();
}

static void parse(int argc, char **argv, struct options *ret_options)
{
    long concurrency = 50;
    long shard_size = SHARD_SIZE;
    int option;
    while ((option = getopt(argc, argv, "c:s:a:2fb")) != -1) {
        switch (option) {
        case 'c':
            concurrency = strtol(optarg, NULL, 10);
            break;
        case 's':
            shard_size = strtol(optarg, NULL, 10);
            break;
        case 'a':
            ret_options->certificates = optarg;
            break;
        case '2':
            ret_options->http2 = true;
            break;
        case 'f':
            ret_options->forbid_reuse = true;
            break;
        case 'b':
            ret_options->write_bodies = true;
            break;
        default:
            exit(2);
        }
    }
    if (optind + 1 != argc || concurrency < 1 || shard_size < 1) {
        fprintf(stderr, "usage: bare [-c CONCURRENCY] [-s TRANSFERS] [-a CERTIFICATES] [-2] [-f] [-b] FILE\n");
        exit(2);
    }
    ret_options->concurrency = (size_t)concurrency;
    ret_options->shard_size = (size_t)shard_size;
}

int main(int argc, char **argv)
{
    struct bare bare = {0};
    parse(argc, argv, &bare.options);
    bare.list = fopen(argv[optind], "r");
    if (!bare.list)
        fail(argv[optind]);
    create(&bare);
    ev_run(bare.loop, 0);
    fprintf(bare.options.write_bodies ? stderr : stdout, "%zu ok\n", bare.ok);
    destroy(&bare);
    return 0;
}
