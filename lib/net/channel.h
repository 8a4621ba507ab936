/* The only door to c-ares: asks name servers for the addresses of names, with the loop's descriptors and deadlines, and
 * looks into the hosts file. c-ares knows resolv.conf, retries, and TCP where an answer does not fit a datagram. */
#ifndef NET_CHANNEL_H
#define NET_CHANNEL_H

#include "base/list.h"
#include "net/addresses.h"
#include "net/domains.h"
#include "net/failure.h"

#include <haul/loop.h>

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* The addresses of one family, or of both where they are the hosts file's. */
struct haul__reply {
    enum haul__lookup_error error;
    int code;         /* of an abandoned question: negative errno, why; 0: it was cancelled */
    size_t count;     /* more than 0 if and only if there is no error */
    int64_t lifetime; /* how long they hold good, as the name servers say */
    struct haul__address addresses[HAUL__MOST_ADDRESSES];
};

/* Takes what came of a question. It may ask, but destroys no channel. */
typedef void haul__reply_fn(void *data, const struct haul__reply *reply);

struct haul__channel {
    struct haul_list link;        /* its user's */
    size_t asked;                 /* questions under way; the user counts them, and the next two */
    size_t unwanted;              /* those of them that nobody waits for */
    size_t late;                  /* searches whose questions are answered, and that go on */
    struct haul__domains domains; /* the search domains */
    int error;                    /* negative errno: it cannot go on */
    struct haul_list sockets;     /* struct channel_socket */
    struct haul_loop *loop;
    void *ares;  /* its ares_channel */
    void *hosts; /* another, which knows the hosts file only */
    int64_t deadline;
    bool is_changed;         /* the deadline may be another */
    struct timespec written; /* when resolv.conf was, as far as it is known */
    int64_t looked_at;       /* when it was asked */
};

/* SERVERS: addresses with commas between them, with a port as 192.0.2.1:53 or [2001:db8::1]:53; NULL: the system's.
 * HAUL_E_INVALID: they cannot be read, or the system's settings; -ENOMEM. */
int haul__channel_create(struct haul_loop *loop, const char *servers, struct haul__channel **ret_channel);

/* Abandons what is under way. NULL is fine. */
void haul__channel_destroy(struct haul__channel *channel);

/* Whether the system's settings are others than when it was made. Looks at most once a second. */
bool haul__channel_is_outdated(struct haul__channel *channel);

/* Asks for the addresses of NAME, just as it is, that are of FAMILY, AF_INET or AF_INET6. The answer may come at
 * once. */
void haul__channel_ask(struct haul__channel *channel, const char *name, int family, haul__reply_fn *fn, void *data);

/* What the hosts file says of NAME. */
void haul__channel_read_hosts(struct haul__channel *channel, const char *name, struct haul__reply *ret_reply);

/* Abandons all that is under way. */
void haul__channel_cancel(struct haul__channel *channel);

/* When it has to be looked after if nothing comes. */
int64_t haul__channel_deadline(struct haul__channel *channel);

/* The deadline has come. */
void haul__channel_expire(struct haul__channel *channel);

/* c-ares's version. Static. */
const char *haul__channel_library_version(void);

#endif
