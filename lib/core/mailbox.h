/* The door by which other threads come to a loop: they post, it takes what was posted once an iteration. */
#ifndef CORE_MAILBOX_H
#define CORE_MAILBOX_H

#include "base/list.h"
#include "core/poll.h"

#include <pthread.h>
#include <stdatomic.h>

struct haul__mailbox {
    pthread_mutex_t mutex;
    struct haul_list mail; /* in the order of posting; under the mutex */
    struct haul__poll *poll;
    atomic_bool has_mail; /* written under the mutex; so that a loop to which nobody writes takes no lock */
};

/* POLL is woken when there is mail. */
void haul__mailbox_init(struct haul__mailbox *mailbox, struct haul__poll *poll);

/* It must be empty, and nobody posts any more; who was still in the call has left it then. */
void haul__mailbox_finish(struct haul__mailbox *mailbox);

/* From any thread. */
void haul__mailbox_post(struct haul__mailbox *mailbox, struct haul_list *link);

static inline bool haul__mailbox_has_mail(struct haul__mailbox *mailbox)
{
    return atomic_load_explicit(&mailbox->has_mail, memory_order_relaxed);
}

/* Moves all that was posted to the end of LIST. */
void haul__mailbox_take(struct haul__mailbox *mailbox, struct haul_list *list);

#endif
