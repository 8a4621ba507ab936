/* Transfers: one libcurl handle each, which makes one hop of a fetch and is then kept for another. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include "core/task.h"
#include "net/book.h"
#include "net/connections.h"
#include "net/deadlines.h"
#include "net/endpoint.h"
#include "net/failure.h"
#include "net/flood.h"
#include "net/head.h"
#include "net/host.h"
#include "net/progress.h"
#include "net/refusal.h"
#include "net/result.h"
#include "net/socket.h"
#include "net/target.h"

#include <curl/curl.h>
#include <haul/client.h>

struct haul__shard;

/* All transfers of a client, and what they share. */
struct haul__transfers {
    const struct haul_client_options *options;
    struct haul_loop *loop;
    struct haul_trust *trust;
    struct haul_cookies *cookies; /* NULL: none; with them their share is used instead of this one: */
    CURLSH *share;                /* sessions of TLS; each transfer would have room for five of its own */
    struct curl_slist *resolve;
    struct curl_slist *connect_to;
    struct haul__sockets sockets;
    struct haul__connections connections;
    struct haul__line connecting; /* from the start to the end of the TLS handshake */
    char connect_message[64];     /* of one that was there too long */
    struct haul__line receiving;  /* since something was received, or the request was sent */
    struct haul__flood flood;     /* of its connections */
    struct haul_list unused;
    size_t lingering; /* cancelled ones that libcurl still looks up a name for */
    bool has_openssl;
    const char *bundle; /* where libcurl has the system's certificates; or NULL */
};

struct haul__transfer {
    struct haul__turn turn;  /* in connecting or receiving */
    struct haul_list link;   /* in the shard's running ones, or among the unused */
    struct haul_list ending; /* in the shard's list of those to end; else a ring of its own */
    struct haul__transfers *all;
    CURL *easy;
    struct haul__buffer told;     /* what libcurl is told of names, for as long as it may read it */
    struct curl_slist telling[2]; /* the same as a list, with that of all behind it */
    bool is_telling;
    struct haul__target target;
    const char *proxy;                /* as it was set last */
    bool wants_new;                   /* the same; it uses no connection that is there */
    bool has_request;                 /* libcurl was told of one last */
    struct haul__buffer fields;       /* its header fields, for libcurl: a list in an array */
    struct haul__buffer proxy_fields; /* the same of those that only a proxy gets */

    /* What it was started with. */
    struct haul__shard *shard;
    struct haul_task *task; /* who waits for it; NULL: nobody, and nothing may be sent any more */
    const struct haul_url *url;
    struct haul__host *host;
    struct haul__result *result;
    struct haul__progress *progress;
    haul_body_fn *body;
    void *body_data;
    struct haul__route route;
    struct haul__addresses *addresses; /* of the route's host, its own reference; NULL: libcurl needs none */
    bool has_half;                     /* those of one family, the other's having not come yet */
    struct haul__entry *entry;         /* in the shard's book, if it has such */
    struct haul_task *looking_up;      /* who waits for the addresses; NULL: nobody */
    int64_t lookup;                    /* how long that took, in whole microseconds */
    int64_t started;
    uint64_t started_at_action; /* the shard's count then */

    /* How far it is. */
    enum haul__phase phase;
    int descriptor;           /* of its connection, where it is alone on it or came last; -1: unknown */
    int opened_descriptor;    /* the last that was opened for it */
    int64_t secured_from;     /* when its last TLS handshake began; 0: it did not, or OpenSSL is not what makes it */
    unsigned opened;          /* how many were, for its connection; 0: it found one, or has none */
    uint64_t connection;      /* its number; 0: none is known */
    bool is_paced;            /* it was let go as one that opens a connection */
    bool has_facts;           /* they are in the result */
    bool has_whole_header;    /* with the empty line behind it */
    bool is_discarded;        /* the body of a redirect that is followed */
    bool is_cancelled;        /* its task was asked to end */
    bool ends_with_header;    /* of the body at most a small rest is read */
    bool is_enough;           /* what was wanted has come; the rest is not read */
    struct haul__head head;   /* the fields of the answer that came last */
    size_t header_size;       /* bytes of header so far, of interim answers and behind the body, too */
    size_t header_lines;      /* and lines */
    int64_t body_size;        /* bytes of body so far */
    struct haul__buffer kept; /* the body, where nobody takes it */
    struct haul__buffer sent; /* the header of the request, where hops are kept */
    struct haul__endpoint remote;
    struct haul__endpoint local;

    /* How it ended, besides what libcurl says. */
    CURLcode curl_code;
    struct haul__failure failure; /* haul's own reason; class none: there is none */
    int error;                    /* negative errno: the fetch cannot go on */
    struct haul__refusal refusal; /* of an address that was not to be connected to, if there was one */
    int shortage;                 /* errno where a connection was not to be had, which is nobody's fault */
};

/* EVENT: what the sockets' watches call. HAUL_E_INVALID: an option cannot be used; negative errno. */
int haul__transfers_init(struct haul__transfers *transfers, const struct haul_client_options *options,
                         struct haul_loop *loop, haul__watch_fn *event);

/* All are unused. */
void haul__transfers_finish(struct haul__transfers *transfers);

/* One that is unused, or a new one. NULL: out of memory. */
struct haul__transfer *haul__transfer_take(struct haul__transfers *transfers);

/* Gives it back, ended. NULL is fine. */
void haul__transfer_release(struct haul__transfer *transfer);

/* Frees it; it is not in use. */
void haul__transfer_destroy(struct haul__transfer *transfer);

/* Makes it ready for a hop to URL. All are borrowed until it has ended. -ENOMEM. */
int haul__transfer_prepare(struct haul__transfer *transfer, const struct haul_url *url, struct haul__host *host,
                           struct haul__result *result, struct haul__progress *progress, haul_body_fn *body,
                           void *body_data);

/* Before it is added to a shard with BOOK, whose count is ACTIONS: has libcurl know the addresses. -ENOMEM. */
int haul__transfer_tell(struct haul__transfer *transfer, struct haul__book *book, uint64_t actions);

/* Whether it is to make a connection whatever others there are. */
void haul__transfer_want_new(struct haul__transfer *transfer, bool is_wanted);

/* SOCKET is what the transfer waits for from now on, it alone of all sockets; and nobody known waits for it. */
void haul__transfer_attach(struct haul__transfer *transfer, struct haul__socket *socket);
void haul__transfer_detach(struct haul__socket *socket);

/* The transfer waits for somebody else from now on: its patience begins anew. */
void haul__transfer_progress(struct haul__transfer *transfer);

/* Whether it waits for longer than it may. */
bool haul__transfer_is_overdue(const struct haul__transfer *transfer, int64_t now);

/* Writes into the result what is known of the answer so far. -ENOMEM. */
int haul__transfer_note_facts(struct haul__transfer *transfer);

/* Writes into the result how it ended: with CURL_CODE, or by haul's own decision, CURLE_OK, which is in
 * transfer->failure. Adds up the times. */
void haul__transfer_conclude(struct haul__transfer *transfer, CURLcode curl_code, bool is_ours);

/* Where the answer redirects to, as the server wrote it; NULL: nowhere. Good until the next hop. */
const char *haul__transfer_location(const struct haul__transfer *transfer);

/* How many bytes of body, as they are passed on, the answer's header announces; -1: it does not. */
int64_t haul__transfer_expected(const struct haul__transfer *transfer);

#endif
