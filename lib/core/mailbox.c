#include "core/mailbox.h"

#include <assert.h>

void haul__mailbox_init(struct haul__mailbox *mailbox, struct haul__poll *poll)
{
    pthread_mutex_init(&mailbox->mutex, NULL);
    haul__list_init(&mailbox->mail);
    mailbox->poll = poll;
    atomic_init(&mailbox->has_mail, false);
}

void haul__mailbox_finish(struct haul__mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    assert(haul__list_is_empty(&mailbox->mail) && "a thread calls a loop that is being destroyed");
    pthread_mutex_unlock(&mailbox->mutex);
    pthread_mutex_destroy(&mailbox->mutex);
}

void haul__mailbox_post(struct haul__mailbox *mailbox, struct haul_list *link)
{
    pthread_mutex_lock(&mailbox->mutex);
    bool was_empty = haul__list_is_empty(&mailbox->mail);
    haul__list_append(&mailbox->mail, link);
    atomic_store_explicit(&mailbox->has_mail, true, memory_order_relaxed);
    /* With the mutex, so that the loop, which takes the mail and may then be destroyed, finds nobody at its poll. */
    if (was_empty)
        haul__poll_wake(mailbox->poll);
    pthread_mutex_unlock(&mailbox->mutex);
}

void haul__mailbox_take(struct haul__mailbox *mailbox, struct haul_list *list)
{
    pthread_mutex_lock(&mailbox->mutex);
    haul__list_splice(list, &mailbox->mail);
    atomic_store_explicit(&mailbox->has_mail, false, memory_order_relaxed);
    pthread_mutex_unlock(&mailbox->mutex);
}
