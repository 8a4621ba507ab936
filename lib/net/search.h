/* The search for a name's addresses: in the hosts file, then by the name servers, for the name itself and within the
 * search domains, one after another until there is an address.
 *
 * Of each, both families are asked for at once. When one has come the other is waited for no longer than the resolution
 * delay of RFC 8305, section 3; what comes later is told apart. */
#ifndef NET_SEARCH_H
#define NET_SEARCH_H

#include "net/channel.h"
#include "net/deadlines.h"
#include "net/refusal.h"

#define HAUL__RESOLUTION_DELAY (50 * HAUL_MILLISECOND)

/* What came of a search. */
struct haul__finding {
    enum haul__lookup_error error;
    struct haul__addresses *addresses; /* the taker's */
    int64_t lifetime;                  /* how long they hold good, as the name servers say */
    struct haul__refusal refusal;      /* of an address that was left out, where all were */
    int code;                          /* of an abandoned one: negative errno, why; 0: it was cancelled */
    bool is_early;                     /* the other family has not come */
};

/* Takes what was found for QUESTION. It begins no search, and destroys no channel. */
typedef void haul__finding_fn(void *question, const struct haul__finding *finding);

/* Takes what is known of NAME once the other family has come too, to one whose question was answered before. */
typedef void haul__late_finding_fn(void *data, const char *name, const struct haul__finding *finding);

/* What all searches of a resolver share. */
struct haul__searches {
    struct haul_loop *loop;
    int family;                /* AF_INET or AF_INET6: the only one that is wanted; AF_UNSPEC: both are */
    bool refuses_special;      /* only public addresses are found; set once it is made */
    struct haul__line waiting; /* those that have addresses of one family, for the other */
    haul__finding_fn *fn;
    haul__late_finding_fn *late_fn;
    void *data;
};

void haul__searches_init(struct haul__searches *searches, struct haul_loop *loop, int family, haul__finding_fn *fn,
                         haul__late_finding_fn *late_fn, void *data);

/* Goes on with what is there, where the other family was waited for long enough. */
void haul__searches_expire(struct haul__searches *searches);

/* Searches for NAME on CHANNEL; IS_PATIENT: the other family is waited for however long it takes. What is found may be
 * told at once. It ends with the channel at the latest. */
void haul__search_begin(struct haul__searches *searches, struct haul__channel *channel, const char *name,
                        bool is_patient, void *question);

#endif
