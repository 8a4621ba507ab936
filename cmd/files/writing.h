/* What is written of a file until it has its name: its draft, begun anew or gone on with from where it was left
 * (files/rest.h), its digest, and what went wrong. */
#ifndef FILES_WRITING_H
#define FILES_WRITING_H

#include "files/draft.h"
#include "files/rest.h"

#include <stdbool.h>
#include <stddef.h>

struct digest;
struct files;
struct haul_result;
struct haul_url;

/* Begins with writing_init. `path` may be set later, and changed; the other fields are to be read alone. */
struct writing {
    struct files *files;
    const struct haul_url *url;
    const char *path; /* inside of the folder, borrowed: what it will be called; NULL: it has no name yet */
    struct draft draft;
    struct rest rest;
    bool is_joined;        /* the rest has begun to come */
    unsigned char last;    /* byte of what was left */
    struct digest *digest; /* of what was written; NULL: of a rest, or nobody asks for it */
    char *problem;         /* NULL: none, or none that there was memory for */
    int error;             /* a negative errno: it cannot be written */
};

void writing_init(struct writing *writing, struct files *files, const struct haul_url *url);

/* Opens the draft, as the header of an answer has it: anew, or where it goes on. Negative errno, which has been noted;
 * -EMFILE and -ENFILE may be taken back by `error`. */
int writing_open(struct writing *writing, const struct haul_result *result);

bool writing_is_open(const struct writing *writing);

/* Negative errno, which has been noted. */
int writing_add(struct writing *writing, const char *bytes, size_t size);

/* All bytes are there: the draft is as long as it should be, and the file system has taken what it was given. Negative
 * errno, which has been noted. */
int writing_end(struct writing *writing);

/* What was written is not the answer's: it goes, but for what can be continued. */
void writing_restart(struct writing *writing);

/* Takes away what was left, where RESULT says that there is no rest to it: the next run begins anew. */
void writing_heed_refusal(struct writing *writing, const struct haul_result *result);

/* Notes what went wrong with what, and answers CODE, a negative errno. */
int writing_fail(struct writing *writing, int code, const char *what);

/* Takes away what is not whole. */
void writing_finish(struct writing *writing);

#endif
