/* The client: fetches URLs with libcurl as tasks of a loop. It owns connections, limits for each host and times. */
#ifndef HAUL_CLIENT_H
#define HAUL_CLIENT_H

#include <haul/coroutine.h>
#include <haul/linkage.h>
#include <haul/loop.h>
#include <haul/request.h>
#include <haul/result.h>
#include <haul/url.h>

#include <limits.h>

HAUL__BEGIN_C

struct haul_client;
struct haul_cookies;
struct haul_event;
struct haul_semaphore;
struct haul_trust;

/* Tells a fetch that has a place of its host, and keeps it, whether it may start: NULL, or what it has to wait for
 * before it asks again. The event outlives the wait. */
typedef struct haul_event *haul_gate_fn(void *data);

/* Told when the first fetch waits because a server has asked to be left alone for DURATION, by a status of 429 or 503
 * with Retry-After (RFC 9110, 10.2.3): all that waits for the host of URL waits so long. */
typedef void haul_pause_fn(void *data, const struct haul_url *url, int status, int64_t duration);

/* Whether an answer with STATUS is one that is ok. */
typedef bool haul_status_fn(void *data, int status);

/* No bound for retries but their number. */
#define HAUL_NO_BUDGET UINT_MAX
/* What is spoken. HTTP/2 is agreed upon with TLS where that is possible; with HAUL_HTTP_2 it is also offered without.
 */
enum haul_http_version {
    HAUL_HTTP_ANY, /* HTTP/2 or HTTP/1.1 */
    HAUL_HTTP_1_0,
    HAUL_HTTP_1_1,
    HAUL_HTTP_2,
    HAUL_HTTP_2_PRIOR_KNOWLEDGE, /* HTTP/2 from the first byte, without asking */
    HAUL_HTTP_3,
};

/* Whether this libcurl can. */
bool haul_http_version_is_supported(enum haul_http_version version);

enum haul_tls_version { HAUL_TLS_ANY, HAUL_TLS_1_2, HAUL_TLS_1_3 };

enum haul_ip_version { HAUL_IP_ANY, HAUL_IP_4, HAUL_IP_6 };

/* Takes a LINE, without its end, of what goes on, in curl's words: MARK is '>' for a header's that is sent, '<' for
 * one's that was received, '*' for what libcurl says. Credentials in Authorization and Cookie are replaced by "***". */
typedef void haul_debug_fn(void *data, char mark, const char *line, size_t size);

/* All texts and objects are borrowed for the client's life, unless said otherwise. haul_client_options_init sets the
 * defaults. */
struct haul_client_options {
    size_t loops;          /* event loops that make the hops, each on a thread but the client's own; hosts are dealt
                            * to them; there are fewer where descriptors are few; 1 */
    size_t concurrency;    /* hops in flight at most; the others wait in line; 0 none; 50 */
    size_t per_host;       /* of these for one scheme, host and port, sleeps apart; 0 none; 0 */
    bool adapt;            /* how many each host is given is found out, up to these two; false */
    int64_t interval;      /* from one hop let go to the next; 0: none; 0 */
    int64_t host_interval; /* the same for one scheme, host and port, sleeps apart; 0 */
    haul_status_fn *is_ok; /* of an answer that came whole; NULL: those below 400 are; NULL */
    void *is_ok_data;
    unsigned retries;          /* attempts after the first, each where the one before has failed and may well not
                                * do so again, as curl's --retry sees it: it timed out, its name did not resolve,
                                * or its status is 408, 429, 500, 502, 503 or 504; 0 */
    bool retry_all_errors;     /* after all that failed, not only what is transient; false */
    int64_t retry_delay;       /* before each; 0: a random part of 1 s, of 2 s, of 4 s ... of 10 minutes; 0 */
    int64_t retry_max_time;    /* none begins later than this after the first attempt did; HAUL_NEVER */
    int64_t retry_after_limit; /* where a server asks to be waited for longer, so long; 10 minutes */
    unsigned retry_budget;     /* retries at most for 100 fetches, ten besides; HAUL_NO_BUDGET */
    haul_pause_fn *pause;      /* called when a host is left alone; only with retries is it; NULL */
    void *pause_data;
    int64_t connect_timeout;       /* to the end of the TLS handshake; 30 s; HAUL_NEVER */
    int64_t idle_timeout;          /* nothing received for so long, the first byte included; 60 s; HAUL_NEVER */
    int64_t max_time;              /* one attempt with its hops, waiting for places excluded; HAUL_NEVER */
    bool follow_redirects;         /* true */
    unsigned max_redirects;        /* 10 */
    bool insecure;                 /* certificates are not verified; false */
    struct haul_trust *trust;      /* NULL: the system's. Referenced, not borrowed */
    const char *const *resolve;    /* curl's --resolve, ends with NULL; or NULL */
    const char *const *connect_to; /* curl's --connect-to, ends with NULL; or NULL */
    bool system_resolver;          /* libcurl looks names up, in a thread each; false: they are on the loop */
    const char *dns_servers;       /* "ADDRESS[:PORT],...", of IPv6 with a port in brackets; NULL: the system's */
    bool no_private;               /* only public addresses (RFC 6890), whatever names them, and no proxy; false */
    int64_t max_filesize;          /* bytes of a body at most, decoded, of each hop; 0: no such limit; 0 */
    const char *http_proxy;        /* for http URLs; NULL: none. The environment is never read */
    const char *https_proxy;       /* for https URLs */
    const char *no_proxy;          /* hosts that go without, as in curl's --noproxy */
    const char *user_agent;        /* "haul/VERSION"; an empty one is not sent */
    bool compressed;               /* asks for compressed bodies, and decodes them; false */
    bool netrc;                    /* credentials by host from ~/.netrc, before those of URLs; false */
    struct haul_cookies *cookies;  /* that servers set, and that are sent back; NULL: none. Referenced, not borrowed */
    bool no_http;                  /* http URLs are refused, also as targets of redirects; false */
    bool no_https;                 /* the same of https */
    enum haul_http_version http_version;
    enum haul_tls_version tls_version; /* the lowest */
    enum haul_ip_version ip_version;
    const char *ciphers;      /* as libcurl's TLS library names them; NULL: its own choice */
    const char *certificate;  /* a file (PEM), shown to servers that ask; NULL: none */
    const char *key;          /* its key; NULL: in the same file */
    const char *key_password; /* NULL: it has none */
    const char *interface;    /* a name or an address to connect from; NULL: any */
    const char *unix_socket;  /* a path to connect to, whatever the URL says; NULL: none */
    haul_debug_fn *debug;     /* NULL: nobody cares */
    void *debug_data;
    bool keep_headers;         /* results have the fields of the answer's header; false */
    bool keep_certs;           /* and the certificates that a handshake showed; false */
    bool keep_connection;      /* and the number of their connection; false */
    bool keep_hops;            /* results have their hops, with what was sent and received; false */
    haul_callback_fn *waiting; /* called when a fetch begins to wait for its host's place: others may be tried */
    void *waiting_data;
    haul_gate_fn *gate; /* asked before the first hop of each fetch; NULL: all may start */
    void *gate_data;
};

void haul_client_options_init(struct haul_client_options *options);

/* Makes a client on LOOP; OPTIONS may be NULL for the defaults. HAUL_E_INVALID: the loop's clock is virtual, and there
 * is no virtual network; an HTTP version that is not supported; or no_private with unix_socket. Negative errno. Entries
 * of resolve and connect_to that cannot be read fail each fetch (class local). A program with a client ignores SIGPIPE:
 * TLS may write to a connection that has gone. */
int haul_client_create(struct haul_loop *loop, const struct haul_client_options *options,
                       struct haul_client **ret_client);

/* Closes its connections and frees it. HAUL_E_BUSY: fetches are under way, and nothing was done. NULL is fine. */
int haul_client_destroy(struct haul_client *client);

struct haul_client_statistics {
    size_t in_flight;        /* hops, sleeps included, that hold a place */
    size_t peak_in_flight;   /* the most there were */
    size_t host_limit;       /* with adapt: how many hops the host may have in flight whose hop ended last; or 0 */
    size_t waiting_for_host; /* fetches that wait for their host, or between two attempts */
    uint64_t connections;    /* opened */
    uint64_t reused;         /* hops that went over a connection that was there */
};

void haul_client_statistics(const struct haul_client *client, struct haul_client_statistics *ret_statistics);

/* Has it count anew: the peak from what is in flight now, connections and what was reused from 0. */
void haul_client_reset_statistics(struct haul_client *client);

/* Takes a piece of the answer's body, while it comes, on the client's thread. SO_FAR has status, content_type and
 * headers' facts. Must not call the client or the loop's run. 0, or a negative errno to end the transfer (class local).
 * Never called for an answer that is followed as a redirect. */
typedef int haul_body_fn(void *data, const struct haul_result *so_far, const void *bytes, size_t size);

/* What came of the body so far is not the answer's: another attempt is made now, from which it comes anew. What the
 * fetch's `request` points to may be changed here, and is what that attempt sends. 0; or a negative errno: it cannot be
 * taken back, and the attempt before was the last. */
typedef int haul_restart_fn(void *data);

/* Takes a body and drops it, for a fetch that is to tell only how it came out. It is called from any thread. */
haul_body_fn haul_body_discard;

/* Fetches a URL: a coroutine, to await with haul_call or to run as a task with HAUL_CALL:
 *     HAUL_CALL(haul_fetch, .client = client, .text = "https://example.com/")
 * Its value is a struct haul_result, the taker's to destroy; how a transfer came out is in there, and the code is 0.
 * Other codes: HAUL_E_CANCELLED, with a result of class cancelled as value for a parent that called it as a child
 * (a task's is destroyed); -ENOMEM and its like, without a value. */
struct haul_fetch {
    struct haul_coroutine coroutine;
    struct haul_client *client;         /* outlives the fetch */
    const char *text;                   /* what to fetch, as haul_url_create reads it; or NULL */
    const struct haul_url *url;         /* or a URL there is already; both outlive the fetch */
    const struct haul_request *request; /* what is sent; NULL: a plain GET. Outlives the fetch */
    haul_body_fn *body;                 /* NULL: the body is kept in the result */
    void *body_data;
    haul_restart_fn *restart; /* with body_data. NULL: once something of the body came, no other attempt is made */
    int64_t max_time;         /* instead of the client's; 0: that */
    int retries;              /* instead of the client's; 0: that, -1: none */
    /* Private from here. */
    struct haul__fetch_state *state;
    int code;
};

haul_step_fn haul_fetch;

/* How far a fetch is. */
struct haul_fetch_progress {
    bool is_in_flight; /* it holds a place; otherwise it waits for one, or for another attempt, or is over */
    int64_t started;   /* when it got a place first, on the loop's clock; 0: it has had none yet */
    int64_t received;  /* bytes of the body of the request that was made last, decoded; of a redirect's none */
    int64_t expected; /* how many there will be; -1: not known (yet), as where the body comes in chunks or is decoded */
};

/* Tells how far FETCH, a frame, is: at any time from HAUL_FRAME on, on the client's thread. The figures of the body may
 * be ahead of the pieces that its taker has seen. */
void haul_fetch_progress(const struct haul_fetch *fetch, struct haul_fetch_progress *ret_progress);

HAUL__END_C

#endif
