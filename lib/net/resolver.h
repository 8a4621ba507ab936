/* The resolver: names to addresses. It asks for a name once for all who want it, keeps the answer for as long as it
 * holds good, and has only so many questions under way at a time.
 *
 * A question is a name, and what is known of it. Who wants it holds it, and gives it back; a question that is under way
 * when nobody holds it any more is no longer wanted. c-ares cannot take back one question alone. So a channel of which
 * no question is wanted is cancelled, and one with many unwanted ones is left for another: then it goes with the last
 * of those that are wanted. */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include "base/hash.h"
#include "core/task.h"
#include "net/search.h"

/* So many questions are under way at most, two datagrams each. */
enum { HAUL__QUESTIONS_UNDER_WAY = 100 };

/* So many answers are kept that nobody uses. */
enum { HAUL__ANSWERS_KEPT = 4096 };

/* How long an answer holds good: the name servers say, within these; a name without addresses; and where the name
 * servers failed. */
#define HAUL__LEAST_LIFETIME   HAUL_SECOND
#define HAUL__LONGEST_LIFETIME (3600 * HAUL_SECOND)
#define HAUL__ABSENCE_LIFETIME (60 * HAUL_SECOND)
#define HAUL__FAILURE_LIFETIME (5 * HAUL_SECOND)

struct haul__resolver {
    struct haul_loop *loop;
    const char *servers;
    struct haul__question *table;
    struct haul_list line;   /* questions that wait to be asked */
    struct haul_list unused; /* those that nobody holds, the one to be dropped first in front */
    size_t unused_count;
    size_t asked; /* that are under way, and wanted */
    struct haul__searches searches;
    struct haul_list channels;
    struct haul__channel *channel; /* that asks the next; NULL: none yet */
    uint64_t asked_ever;
};

struct haul__question {
    struct haul__resolver *resolver;
    struct haul_list link;         /* in the line, or among the unused; else a ring of its own */
    struct haul_list waiters;      /* tasks */
    struct haul__channel *channel; /* that it is under way with; NULL: it is not */
    size_t users;                  /* who hold it */
    int64_t expires;               /* INT64_MIN: nothing is known */
    enum haul__lookup_error error; /* of what is known */
    struct haul__addresses *addresses;
    struct haul__refusal refusal; /* why there are none, where the error says so */
    bool is_half;                 /* of what is known: the other family has not come */
    bool is_patient;              /* the next answer is to be of both families */
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
    size_t size;
    char name[]; /* with a NUL behind */
};

/* SERVERS as a channel's; borrowed. FAMILY: AF_INET or AF_INET6, whose addresses alone are wanted; AF_UNSPEC. */
void haul__resolver_init(struct haul__resolver *resolver, struct haul_loop *loop, const char *servers, int family);

/* Nobody holds a question. */
void haul__resolver_finish(struct haul__resolver *resolver);

/* The question about NAME, held once more. NULL: out of memory. */
struct haul__question *haul__resolver_get(struct haul__resolver *resolver, const char *name, size_t size);

/* Gives it back. NULL is fine. */
void haul__question_release(struct haul__question *question);

/* Whether what is known of it may be used at NOW. Where addresses MAY_BE_OLD they need not hold good any more. */
bool haul__question_is_answered(const struct haul__question *question, int64_t now, bool may_be_old);

/* What is known of it came about by a fault of this machine's, and is not to be kept. */
void haul__question_doubt(struct haul__question *question);

/* One family's addresses alone have been of no use: unless those of both are known, it is to be asked anew, and both
 * are to be waited for. */
void haul__question_want_both(struct haul__question *question);

/* Waits until it is answered anew; TASK holds it. 0, with error and addresses in the question; HAUL_E_CANCELLED, and
 * what haul__question_leave gives; negative errno. */
struct haul_await haul__question_wait(struct haul_task *task, struct haul__question *question);

/* Ends the wait of TASK with CODE. */
void haul__question_leave(struct haul_task *task, int code);

/* Before the loop waits: asks. Returns when haul__resolver_after_poll is to be called again. */
int64_t haul__resolver_before_poll(struct haul__resolver *resolver);
void haul__resolver_after_poll(struct haul__resolver *resolver);

#endif
