/* The progress line, on a terminal on standard error: redrawn at most ten times a second, cleared before anything else
 * is written to the same terminal, never wider than it. */
#ifndef OUTPUT_PROGRESS_H
#define OUTPUT_PROGRESS_H

#include <haul/loop.h>

#include <stdint.h>

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

/* Tells the figures of now. */
typedef void progress_fn(void *data, struct progress_figures *ret_figures);

/* Starts to draw on DESCRIPTOR, a capable terminal (output/terminal.h), what FN tells. While WRITER, which writes to
 * the same terminal (NULL: none does), has something waiting, nothing is drawn. -ENOMEM. */
int progress_create(struct haul_loop *loop, int descriptor, const struct writer *writer, progress_fn *fn, void *data,
                    struct progress **ret_progress);

/* Clears the line and draws no more. NULL is fine. */
void progress_destroy(struct progress *progress);

/* Clears the line, until it is drawn again. DATA is a struct progress or NULL; void, so that this can be given to
 * message_set_before. */
void progress_clear(void *data);

/* Appends the line for FIGURES, without a newline: as many of its parts as fit in WIDTH columns. ELAPSED is since the
 * begin, in nanoseconds; RATE is entries a second. */
void progress_append_line(struct text *text, const struct progress_figures *figures, int64_t elapsed, double rate,
                          unsigned width);

#endif
