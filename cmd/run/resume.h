/* --resume: a feed that leaves out of another one what earlier runs have done. */
#ifndef RUN_RESUME_H
#define RUN_RESUME_H

#include "run/feed.h"

#include <stdbool.h>
#include <stdint.h>

struct done;
struct files;

/* Embedded by its owner, all zero before resume_make. Its fields are private, but for those with a comment. */
struct resume {
    struct feed feed; /* of the others */
    uint64_t count;   /* how many were left out */
    struct feed *upstream;
    struct done *done;
    struct files *files;
    void (*passed)(void *data);
    void *data;
    bool is_yielding;
};

/* Reads the journal PATH from DESCRIPTOR, or, where that is -1, opens it if it is there. What UPSTREAM, which is
 * borrowed, gives and is done is left out, and PASSED called for each. FILES, which may be NULL and outlives it,
 * learns the names that are taken. HAUL_E_INVALID: it cannot be read, and a message has said why; -ENOMEM. To be
 * finished in any case. */
int resume_make(struct resume *resume, const char *path, int descriptor, struct files *files, struct feed *upstream);

/* Has FN called for each that is left out. */
void resume_set_passed(struct resume *resume, void (*fn)(void *data), void *data);

void resume_finish(struct resume *resume);

#endif
