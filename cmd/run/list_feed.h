/* Feeds the front with a list that was read before, as often as one likes. */
#ifndef RUN_LIST_FEED_H
#define RUN_LIST_FEED_H

#include "run/feed.h"

#include <stddef.h>

/* Embedded by its owner. */
struct list_feed {
    struct feed feed;
    const struct entry *const *entries;
    size_t count;
    size_t next;
};

/* Gives copies of COUNT entries, which are borrowed: those that have a result have it as refused, too. */
void list_feed_init(struct list_feed *feed, const struct entry *const *entries, size_t count);

#endif
