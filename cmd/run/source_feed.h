/* Feeds the front with the lines of a source. */
#ifndef RUN_SOURCE_FEED_H
#define RUN_SOURCE_FEED_H

#include "run/feed.h"

#include <haul/url.h>

#include <stdint.h>

struct source;
struct text;

/* Embedded by its owner. */
struct source_feed {
    struct feed feed;
    struct source *source;
    struct haul_url_reading reading;
    const struct text *query; /* what each URL's query has behind its own; NULL: nothing */
    uint64_t count;           /* entries made */
};

/* SOURCE and QUERY, which may be NULL, are borrowed; URLs are read as READING says. */
void source_feed_init(struct source_feed *feed, struct source *source, const struct haul_url_reading *reading,
                      const struct text *query);

#endif
