/* Progress on a terminal: a line, and above it, where that is wanted, a bar for each of the transfers that go on
 * longest (output/bar.h). Redrawn ten times a second at most, by the loop's clock, to the size that the terminal has
 * then; gone before anything else is written there. */
#ifndef OUTPUT_PROGRESS_H
#define OUTPUT_PROGRESS_H

#include <haul/loop.h>

#include <stddef.h>
#include <stdint.h>

struct bar;
struct progress;
struct text;
struct writer;

struct progress_figures {
    uint64_t done;      /* entries that have left, failed ones too */
    uint64_t failed;    /* of these not ok */
    uint64_t in_flight; /* under way now */
    uint64_t bytes;     /* of bodies, so far */
    uint64_t total;     /* how many there will be; 0: not known */
};

/* How many bars there are at most. */
enum { PROGRESS_BARS = 8 };

/* Whence it comes. */
struct progress_source {
    /* Tells the figures of now. */
    void (*figures)(void *data, struct progress_figures *ret_figures);
    /* Tells of the transfers that have gone on longest, those first, ROOM at most: how many. NULL: there are no bars.
     */
    size_t (*bars)(void *data, struct bar *ret_bars, size_t room);
    void *data;
};

/* Starts to draw what SOURCE tells. WRITER writes to DESCRIPTOR, a capable terminal (output/terminal.h), and writes all
 * that is written there. -ENOMEM. */
int progress_create(struct haul_loop *loop, int descriptor, struct writer *writer, const struct progress_source *source,
                    struct progress **ret_progress);

/* Clears it and draws no more. NULL is fine. */
void progress_destroy(struct progress *progress);

/* Clears it, until it is drawn again. DATA is a struct progress or NULL; void, so that this is a haul_callback_fn. */
void progress_clear(void *data);

/* Appends the line for FIGURES, without a newline: as many of its parts as fit in WIDTH columns. ELAPSED is since the
 * begin, in nanoseconds; RATE is entries a second. */
void progress_append_line(struct text *text, const struct progress_figures *figures, int64_t elapsed, double rate,
                          unsigned width);

#endif
