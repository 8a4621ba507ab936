/* How a fetch came out. */
#ifndef HAUL_RESULT_H
#define HAUL_RESULT_H

#include <haul/linkage.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

HAUL__BEGIN_C

/* What went wrong, in one word that scripts can rely on. */
enum haul_class {
    HAUL_CLASS_NONE,      /* nothing */
    HAUL_CLASS_URL,       /* the text is not a URL that is fetched; nothing was sent */
    HAUL_CLASS_DNS,       /* the name (the host's or the proxy's) did not resolve */
    HAUL_CLASS_ADDRESS,   /* an address that the client is not to connect to, or a proxy that could */
    HAUL_CLASS_CONNECT,   /* no connection: refused, unreachable, reset before an answer began */
    HAUL_CLASS_TLS,       /* the handshake or the certificate failed */
    HAUL_CLASS_TIMEOUT,   /* connect, idle or max time ran out; the message says which */
    HAUL_CLASS_HTTP,      /* an answer with a status that is not ok: of 400 or more, unless the client says other */
    HAUL_CLASS_PROTOCOL,  /* no HTTP, half an answer, fewer bytes than promised */
    HAUL_CLASS_REDIRECT,  /* too many, or to where haul does not go */
    HAUL_CLASS_SIZE,      /* header or body larger than the limit */
    HAUL_CLASS_CANCELLED, /* it was not finished, because the run ended */
    HAUL_CLASS_LOCAL,     /* this machine's fault: memory, descriptors, disk */
};

/* "dns", "connect", ...; "none". Static. */
const char *haul_class_name(enum haul_class error_class);

/* Nanoseconds. The parts are those of the last attempt, summed over its hops; total = dns + connect + tls + wait +
 * transfer. dns is what the name was waited for, 0 where its addresses were known. On a reused connection connect and
 * tls are 0, and all behind dns up to the first byte is wait. A phase that was not reached is 0, and the phase it
 * failed in has the rest. */
struct haul_times {
    int64_t queue; /* all waiting for a place, before the first request and between hops; not in total */
    int64_t dns;
    int64_t connect;
    int64_t tls;
    int64_t wait; /* request sent, to the first byte of the answer; of a sleep all of it */
    int64_t transfer;
    int64_t total;
    int64_t redirect; /* of total what the hops took that were redirected */
    int64_t sent;     /* of total what it took until requests had been sent whole, their bodies too; 0: it is not known,
                       * as before libcurl 8.10 */
};

/* How an attempt came out. */
struct haul_try {
    int status; /* what the server sent, or 0 */
    enum haul_class error_class;
    int code;
    int64_t started; /* on the loop's clock */
    int64_t total;   /* as time.total */
};

/* A field of the header of an answer. */
struct haul_header {
    const char *name; /* as the server wrote it; with HTTP/2 in small letters */
    const char *value;
};

/* A request that was made on the way to the result, and its answer; a sleep is one, too. Values of fields that carry
 * credentials are "***": Authorization, Proxy-Authorization, Cookie, Set-Cookie, and what has token, secret, password,
 * signature or the like in its name. */
struct haul_hop {
    unsigned attempt;   /* that it belongs to, from 1 */
    size_t lane;        /* which of the places in flight it had: the lowest that was free, from 0 */
    const char *url;    /* passwords masked */
    const char *method; /* NULL: a sleep */
    int status;         /* what the server sent, or 0 */
    const char *http_version;
    int64_t bytes; /* decoded ones of the body that came */
    const char *remote_ip;
    unsigned remote_port;
    uint64_t connection;    /* the number of its connection among the client's, from 1; 0: none that is known */
    bool reused;            /* that was there before */
    int64_t started;        /* when it was let go, on the loop's clock */
    int64_t ended;          /* when its place was free again: hops in one lane do not overlap */
    struct haul_times time; /* its own part */
    const struct haul_header *request_headers; /* the fields that were sent, in their order; NULL: none */
    size_t request_header_count;
    const struct haul_header *headers; /* of the answer; NULL: none */
    size_t header_count;
};

/* Texts are UTF-8 or not as the server had them, end with NUL, belong to the result, and are NULL where unknown. */
struct haul_result {
    bool ok;    /* an answer came whole, and its status is one that is ok */
    int status; /* what the server sent, or 0 */
    enum haul_class error_class;
    int code;                     /* what curl's exit status would be, or 0 */
    const char *message;          /* why it is not ok */
    const char *url;              /* the normal form, passwords masked */
    const char *method;           /* "GET"; NULL: a sleep */
    unsigned attempts;            /* 0: never started */
    const struct haul_try *tries; /* those that came out, where the client retries or keeps hops; else NULL */
    unsigned try_count;
    unsigned redirects;       /* hops after the first, of the last attempt */
    const char *final_url;    /* of the last hop, passwords masked */
    const char *http_version; /* "1.0", "1.1", "2", "3" */
    const char *content_type;
    int64_t bytes; /* decoded body bytes of the last hop */
    const char *remote_ip;
    unsigned remote_port;
    const char *local_ip; /* from where it was sent */
    unsigned local_port;
    const char *redirect_url; /* where the last answer redirects to, if that was not followed, passwords masked */
    int64_t header_size;      /* bytes of the headers of all answers */
    int64_t request_size;     /* bytes of all requests, without their bodies */
    int64_t uploaded;         /* bytes of the last request's body */
    int64_t downloaded;       /* bytes of the last hop's body as they came, before they were decoded */
    bool reused;              /* the last hop had a connection that was there */
    bool proxied;             /* or one by a proxy */
    uint64_t connection;      /* the number of its connection among the client's, from 1; 0: none that is known, or the
                               * client keeps none */
    unsigned connections;     /* opened by it, over all hops */
    int connect_status;       /* what a proxy answered to the last CONNECT, over all hops, or 0 */
    int verify_result;        /* what the last handshake, over all hops, made of the server's certificate, as OpenSSL
                               * numbers it; 0: nothing is wrong with it, or all connections were there */
    int proxy_verify_result;  /* the same of a proxy's */
    const char *certs;   /* the certificates that the last handshake showed, the server's own first: a line for each
                          * field, "Subject:CN = example.com", then the certificate as PEM; NULL: there was none,
                          * or the client keeps none */
    unsigned cert_count; /* how many these are */
    int64_t started;     /* when the first request was let go, on the loop's clock; 0: never */
    int64_t ended;       /* when it came out, on the loop's clock */
    struct haul_times time;
    unsigned char *body; /* the body or what came of it, where no body function was given; ends with a NUL that is not
                          * counted; NULL: there was no answer */
    size_t body_size;
    const struct haul_header *headers; /* of the last answer, in its order; NULL: none, or the client keeps none */
    size_t header_count;
    const struct haul_hop *hops; /* of all attempts, in the order in which they ended; NULL: none, or none are kept */
    size_t hop_count;
};

/* A result for what never became a fetch: a text that is no URL, a URL that was not started. Texts are copied; URL
 * may be NULL. NULL: out of memory. */
struct haul_result *haul_result_create_failed(const char *url, enum haul_class error_class, const char *message);

/* A copy with its texts, but without its body, its header, its attempts and its hops. NULL: out of memory. RESULT may
 * be one that the caller has put together, with texts of its own. */
struct haul_result *haul_result_copy(const struct haul_result *result);

void haul_result_destroy(struct haul_result *result); /* NULL is fine */

/* The value of the first field of this NAME, in capitals or not, in the header; NULL: there is none that was kept. */
const char *haul_result_header(const struct haul_result *result, const char *name);

HAUL__END_C

#endif
