/* The files that a run writes beside its output. What is wrong with one of them is told here. */
#ifndef RUN_REPORTS_H
#define RUN_REPORTS_H

#include <stdbool.h>

struct epilogue;
struct failures;
struct feed;
struct journal;
struct options;
struct pictures;
struct replacement;
struct source;

/* Embedded by its owner, all zero before reports_make. */
struct reports {
    const struct options *options;
    struct failures *failures;   /* NULL: no --failed */
    struct replacement *summary; /* NULL: no --summary-json */
    struct journal *journal;     /* NULL: no --journal, or one that is only read */
    struct pictures *pictures;   /* NULL: none is asked for */
    bool has_told;
};

/* Begins those that OPTIONS, which are borrowed, ask for: whether they can be written is known before anything is
 * fetched. HAUL_E_INVALID, a wrong journal, or a negative errno, and a message has said why. To be finished in any
 * case. */
int reports_make(struct reports *reports, const struct options *options);

/* Ends the files. Of a run that was cut short FEED, which reads SOURCE, gives --failed the lines that it has not read,
 * as far as they can be read again; otherwise it is NULL. That may take a while: a second signal ends it. Each is there
 * though another could not be made. */
void reports_end(struct reports *reports, struct feed *feed, struct source *source, const struct epilogue *epilogue);

/* Shows what is made for standard error, where somebody may have to read before it goes on. */
void reports_show(struct reports *reports);

/* Whether one of them cannot be written, and a message has said so. */
bool reports_have_failed(const struct reports *reports);

/* Takes away what was not ended. */
void reports_finish(struct reports *reports);

#endif
