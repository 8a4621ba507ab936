/* Feeds the front with the lines of a source. */
#ifndef RUN_SOURCE_FEED_H
#define RUN_SOURCE_FEED_H

#include "run/feed.h"

#include <stdint.h>

struct source;

/* Embedded by its owner. */
struct source_feed {
    struct feed feed;
    struct source *source;
    uint64_t count; /* entries made */
};

/* SOURCE is borrowed. */
void source_feed_init(struct source_feed *feed, struct source *source);

#endif
