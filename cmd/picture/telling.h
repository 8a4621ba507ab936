/* The most telling of many tracks: all while they are few; else the first and the last, some that failed, and those
 * that took longest. Few are kept at a time, however many come. */
#ifndef PICTURE_TELLING_H
#define PICTURE_TELLING_H

#include "picture/track.h"

enum {
    TELLING_MOST = 40,   /* that are told of */
    TELLING_ENDS = 4,    /* of these the first to start, and as many that started last */
    TELLING_FAILED = 12, /* and of those that failed, the longest; the rest are the longest of all */
    TELLING_SPANS = 48,  /* of one: of more, the last has the time of the others */
};

/* What is kept of a track. */
struct telling_row {
    uint64_t index;  /* in the list */
    uint64_t number; /* in the order in which they came */
    int64_t from;    /* microseconds since the begin of the run */
    int64_t to;
    bool ok;
    int status;
    struct {
        enum phase phase;
        int64_t from;
        int64_t to;
    } spans[TELLING_SPANS];
    unsigned span_count;
    unsigned references;
    char *error_class; /* or NULL */
    char *url;
};

/* The best of those that came, by some measure. */
struct telling_shelf {
    struct telling_row *rows[TELLING_MOST];
    size_t count;
};

/* All zero at first. */
struct telling {
    struct telling_shelf first;
    struct telling_shelf last;
    struct telling_shelf failed;
    struct telling_shelf longest;
    struct telling_row *chosen[TELLING_MOST];
    size_t chosen_count;
    uint64_t count;       /* that came and were let go */
    uint64_t never_begun; /* that came and were not */
    uint64_t failures;    /* of all */
    int64_t end;          /* of the last to end */
};

/* -ENOMEM. */
int telling_add(struct telling *telling, const struct track *track);

/* Fills `chosen`, in the order in which they started. */
void telling_choose(struct telling *telling);

void telling_finish(struct telling *telling);

#endif
