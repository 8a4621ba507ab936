/* What all pictures have: they are begun, each in its own way, take tracks one after another, and are ended. A picture
 * holds no more of the tracks than it must, so that lists may be long. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stddef.h>
#include <stdint.h>

struct picture;
struct track;

struct picture_kind {
    /* Takes TRACK, of which nothing may be kept but copies. Negative errno: the picture cannot be made. */
    int (*add)(struct picture *picture, const struct track *track);
    /* The run's loop had nothing to do from one point to another, in microseconds since the begin of the run. NULL:
     * that is not shown. Negative errno. */
    int (*note_wait)(struct picture *picture, int64_t from, int64_t to);
    /* The tracks that follow are of the run NAME, which is shown beside others. NULL: all are shown as of one. Negative
     * errno. */
    int (*begin_run)(struct picture *picture, const char *name);
    /* What comparing the runs that were begun has shown: SIZE bytes of JSON, an object of `labels`, the names of what
     * was compared; `figures`, those of haul-compare(1), EXPORT, without what there is of each URL; and `words`, lines
     * of text. NULL: that is not shown. Negative errno. */
    int (*note_comparison)(struct picture *picture, const char *json, size_t size);
    /* All have been added: puts the picture where it belongs. Once. Negative errno. */
    int (*end)(struct picture *picture);
    /* Frees it; of one that was not ended nothing is left behind. */
    void (*destroy)(struct picture *picture);
};

/* The first part of each. */
struct picture {
    const struct picture_kind *kind;
};

#endif
