/* Feeds the front with the lines of a source: an entry each, or as many as its globs stand for, or as often as it is
 * to be fetched. */
#ifndef RUN_SOURCE_FEED_H
#define RUN_SOURCE_FEED_H

#include "input/json_line.h"
#include "input/source.h"
#include "run/feed.h"

#include <haul/url.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct glob;
struct haul_request;
struct text;

/* What lines mean. All objects are borrowed. */
struct source_feed_options {
    bool globs_in_arguments;
    bool globs_in_lists;
    size_t glob_max;                    /* entries that one line can stand for, repeats apart */
    size_t repeat;                      /* entries for each URL, at least 1 */
    bool is_dry_run;                    /* entries have their result: that nothing was fetched */
    const struct haul_url *base;        /* of what begins with a slash; NULL: none */
    const struct haul_request *request; /* what JSON lines are sent as where they do not say it; NULL: a plain GET */
    bool keeps_cookies;                 /* what is sent to a host has those of that host */
    struct haul_url_reading reading;
    const struct text *query; /* what each URL's query has behind its own; NULL: nothing */
};

/* Embedded by its owner. Its fields are private, but for the count. */
struct source_feed {
    struct feed feed;
    struct source_feed_options options;
    struct source *source;
    uint64_t count;          /* entries made */
    struct source_line line; /* the one that entries are made of; */
    bool has_line;           /* there is one */
    struct json_line json;   /* what it says, if it is JSON */
    struct glob *glob;       /* what it stands for; NULL: for itself alone */
    const char *problem;     /* why it is refused, and has one URL, whatever it says; NULL */
    char problem_text[160];
    size_t repeats; /* entries still to be made of the URL at hand */
};

/* SOURCE is borrowed. */
void source_feed_init(struct source_feed *feed, struct source *source, const struct source_feed_options *options);

/* From now on each URL is given once, that at hand too. */
void source_feed_end_repeats(struct source_feed *feed);

void source_feed_finish(struct source_feed *feed);

#endif
