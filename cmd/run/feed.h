/* What the front is fed with: entries, one at a time, when it asks. */
#ifndef RUN_FEED_H
#define RUN_FEED_H

#include <haul/coroutine.h>

struct entry;

/* Embedded by what feeds. */
struct feed {
    /* The next entry, its taker's; one that was refused has its result already. HAUL_E_BUSY: it is not there yet, see
     * `wait`; HAUL_E_DRAINED: no more; negative errno. */
    int (*next)(struct feed *feed, struct entry **ret_entry);
    /* After HAUL_E_BUSY: waits until it is worth to ask again. NULL where `next` never says so. */
    struct haul_await (*wait)(struct haul_task *task, struct feed *feed);
};

#endif
