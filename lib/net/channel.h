/* The only door to c-ares: asks the hosts file and name servers for the addresses of names, IPv4 and IPv6, with the
 * loop's descriptors and deadlines. c-ares knows resolv.conf, search domains, retries, TCP where an answer does not fit
 * a datagram, and the order of addresses (RFC 6724). */
#ifndef NET_CHANNEL_H
#define NET_CHANNEL_H

#include "base/list.h"
#include "net/addresses.h"
#include "net/failure.h"

#include <haul/loop.h>

#include <stdbool.h>
#include <stdint.h>

/* What came of a question. */
struct haul__finding {
    enum haul__lookup_error error;
    struct haul__addresses *addresses; /* the taker's */
    int64_t lifetime;                  /* how long they hold good, as the name servers say */
    int code;                          /* of an abandoned one: negative errno, why; 0: it was cancelled */
};

/* Takes the answer to what was asked with QUESTION. It asks nothing, and destroys no channel. */
typedef void haul__finding_fn(void *question, const struct haul__finding *finding);

struct haul__channel {
    struct haul_list link;    /* its user's */
    size_t asked;             /* questions under way */
    size_t unwanted;          /* those of them that nobody waits for; its user counts them */
    int error;                /* negative errno: it cannot go on */
    struct haul_list sockets; /* struct channel_socket */
    struct haul_loop *loop;
    haul__finding_fn *fn;
    void *ares; /* its ares_channel */
    int64_t deadline;
    bool is_changed; /* the deadline may be another */
};

/* SERVERS: addresses with commas between them, with a port as 192.0.2.1:53 or [2001:db8::1]:53; NULL: the system's.
 * HAUL_E_INVALID: they cannot be read, or the system's settings; -ENOMEM. */
int haul__channel_create(struct haul_loop *loop, const char *servers, haul__finding_fn *fn,
                         struct haul__channel **ret_channel);

/* Abandons what is under way. NULL is fine. */
void haul__channel_destroy(struct haul__channel *channel);

/* Asks for NAME. The answer may come at once. */
void haul__channel_ask(struct haul__channel *channel, const char *name, void *question);

/* Abandons all questions that are under way. */
void haul__channel_cancel(struct haul__channel *channel);

/* When it has to be looked after if nothing comes. */
int64_t haul__channel_deadline(struct haul__channel *channel);

/* The deadline has come. */
void haul__channel_expire(struct haul__channel *channel);

/* c-ares's version. Static. */
const char *haul__channel_library_version(void);

#endif
