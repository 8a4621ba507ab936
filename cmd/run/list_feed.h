/* Feeds the front with a list that was read before, as often as one likes. */
#ifndef RUN_LIST_FEED_H
#define RUN_LIST_FEED_H

#include "run/feed.h"

#include <stddef.h>
#include <stdint.h>

struct haul_loop;

/* Embedded by its owner. */
struct list_feed {
    struct feed feed;
    const struct entry *const *entries;
    size_t count;
    size_t next;
    const size_t *order; /* in which it gives them, by their places; NULL: as they stand */
    struct haul_loop *loop;
    int64_t end; /* on the loop's clock: then nothing more is given */
};

/* Gives copies of COUNT entries, which are borrowed: those that have a result have it as refused, too. The index of
 * each is its place. */
void list_feed_init(struct list_feed *feed, const struct entry *const *entries, size_t count);

/* Has it give them in ORDER, which is borrowed, one at least, and no more when END has come on LOOP's clock. */
void list_feed_sample(struct list_feed *feed, const size_t *order, struct haul_loop *loop, int64_t end);

#endif
