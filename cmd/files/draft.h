/* The file of a body while it is written (files/part.h): NAME.part, or one with a number for a name, where the name
 * comes with the answer. It is given its name or taken away, whatever happens, but for one that is to be continued. */
#ifndef FILES_DRAFT_H
#define FILES_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct files;

/* Set `files` and `path` alone, and `descriptor` to -1. The other fields are private. */
struct draft {
    struct files *files;
    const char *path;     /* inside of the folder, borrowed; NULL: there is no name yet */
    int descriptor;       /* -1: there is no file */
    int64_t size;         /* of what is in it */
    bool is_continued;    /* what is left of it when it ends may be continued */
    char *number;         /* the name of one that has none; NULL: it has one */
    struct draft *before; /* of those with a file */
    struct draft *next;
};

/* Makes the file. Negative errno. */
int draft_open(struct draft *draft);

/* Opens what was left of it, and goes on behind SIZE bytes. Negative errno. */
int draft_reopen(struct draft *draft, int64_t size);

/* Negative errno. */
int draft_write(struct draft *draft, const void *bytes, size_t size);

/* Has the file system say whether it has taken all that was written; some tell that only where a file is closed (a
 * quota of NFS), and then the name would be there already. It does not wait for the disk. Negative errno. */
int draft_flush(struct draft *draft);

/* Gives the file the name PATH, and closes it. IS_NEW: nothing is there yet, or -EEXIST. -ESTALE: it is not what was
 * written, since another program has changed it. Negative errno; otherwise the descriptor of the folder that it is in.
 */
int draft_rename(struct draft *draft, const char *path, bool is_new);

/* Takes the file away, if there is one, and its validator; or closes it, if it may be continued. */
void draft_discard(struct draft *draft);

/* The same for all. */
void drafts_discard(struct files *files);

#endif
