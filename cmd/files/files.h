/* Bodies as files: each URL's in one of its own (files/file_body.h). Here is what they share: the folder, and the
 * names.
 *
 * Names are given out in the order of the input, so that they do not depend on who is quicker; where a name has
 * something of the answer in it, in the order in which the answers come to their end. */
#ifndef FILES_FILES_H
#define FILES_FILES_H

#include "files/claims.h"

#include <stdbool.h>
#include <stddef.h>

struct entry;
struct file_body;
struct template;
struct text;

struct files_options {
    const char *template;  /* as files/template.h reads it */
    const char *directory; /* before what the template says; NULL: none */
    bool makes_folders;    /* those that are missing; otherwise they are an error */
    bool keeps_existing;   /* a name that is there gets a number */
    bool skips_existing;   /* a URL whose name is there is not fetched */
    bool keeps_failed;     /* bodies of answers with a status of 400 or more, too */
    bool is_synced;        /* a file is on the disk before its URL is done */
    bool has_digest;       /* its SHA-256 is made */
};

/* Its fields are for file bodies. */
struct files {
    struct files_options options;
    struct template *template;
    char *prefix; /* of a path inside of the folder, to show it */
    int folder;   /* where all paths begin */
    bool needs_answer;
    struct claims claims;
    struct file_body *writing; /* those with a file that is not whole */
};

/* Texts are borrowed. HAUL_E_INVALID: the template is none, or its folder cannot be used, and a message has said so;
 * negative errno. */
int files_create(const struct files_options *options, struct files **ret_files);

/* All bodies must have been destroyed. NULL is fine. */
void files_destroy(struct files *files);

/* Takes a name for ENTRY: a path inside of the folder, with a NUL. NAME: what the server calls it, or NULL. STATUS: of
 * the answer, or 0. HAUL_E_BUSY: there are too many of that name; -ENOMEM. */
int files_take_name(struct files *files, const struct entry *entry, const char *name, int status,
                    struct text *ret_path);

/* Whether something has the name PATH. */
bool files_has(const struct files *files, const char *path);

#endif
