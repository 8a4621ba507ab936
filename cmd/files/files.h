/* Bodies as files: each URL's in one of its own (files/file_body.h). Here is what they share: the folder, and the
 * names.
 *
 * Names are given out in the order of the input, so that they do not depend on who is quicker; where a name has
 * something of the answer in it, in the order in which the answers come to their end. */
#ifndef FILES_FILES_H
#define FILES_FILES_H

#include "files/claims.h"
#include "output/keep.h"

#include <stdbool.h>
#include <stddef.h>

struct draft;
struct entry;
struct status_set;
struct template;
struct text;

struct files_options {
    const char *template;               /* as files/template.h reads it; NULL: only lines that name a file have one */
    const char *directory;              /* before what the template says; NULL: none */
    bool takes_names;                   /* servers say what {name} is; what is there is kept then, too */
    bool makes_folders;                 /* those that are missing; otherwise they are an error */
    bool keeps_existing;                /* a name that is there gets a number */
    bool skips_existing;                /* a URL whose name is there is not fetched */
    bool continues;                     /* what was left of a file; what is there is whole, and is not fetched */
    const struct status_set *ok_status; /* of answers whose bodies are kept; borrowed; NULL: those below 400 */
    bool keeps_failed;                  /* those of others, too */
    bool is_synced;                     /* a file is on the disk before its URL is done */
    bool has_digest;                    /* its SHA-256 is made */
    bool has_one_winner;                /* so no name is taken for a URL before its answer has won */
};

/* How many descriptors a body may need on its way to its name. */
enum { FILES_RESERVE = 4 };

/* Its fields are for file bodies. */
struct files {
    struct files_options options;
    struct template *template;
    char *prefix; /* of a path inside of the folder, to show it */
    int folder;   /* where all paths begin */
    bool needs_answer;
    struct claims claims;
    struct draft *drafts;       /* those with a file */
    struct keep_pool pool;      /* of those that got no descriptor, for as long as they are received */
    int reserve[FILES_RESERVE]; /* descriptors that make way for those of files; -1: it is given away */
    bool is_reserve_open;
};

/* Texts are borrowed. HAUL_E_INVALID: the template is none, or its folder cannot be used, and a message has said so;
 * negative errno. */
int files_create(const struct files_options *options, struct files **ret_files);

/* All bodies must have been destroyed. NULL is fine. */
void files_destroy(struct files *files);

/* Whether the body of ENTRY, which has a URL, goes to a file. */
bool files_want(const struct files *files, const struct entry *entry);

/* Whether the name of its file comes with the answer. */
bool files_name_needs_answer(const struct files *files, const struct entry *entry);

/* Takes a name for ENTRY: a path inside of the folder, with a NUL. NAME: what the server calls it, or NULL. STATUS: of
 * the answer, or 0. RET_GIVES_WAY: whether it has its number because of a file that is there. HAUL_E_BUSY: there are
 * too many of that name; -ENOMEM. */
int files_take_name(struct files *files, const struct entry *entry, const char *name, int status, struct text *ret_path,
                    bool *ret_gives_way);

/* Takes the name of ENTRY, which has a URL and is not fetched, for nobody else; where it does not come with the answer,
 * which never will. -ENOMEM. */
int files_pass_name(struct files *files, const struct entry *entry);

/* PATH, as a record shows it, is a file of an earlier run: nobody else gets that name. -ENOMEM. */
int files_reserve(struct files *files, const char *path, size_t size);

/* Whether there is a file called PATH, if only by a link. A folder, or a link to nothing, is none. */
bool files_has(struct files *files, const char *path);

/* Opens that file to be read. The descriptor, or a negative errno. */
int files_open_existing(struct files *files, const char *path);

/* Opens the folder that PATH is in. The descriptor, or a negative errno as folder_open_parent has it. */
int files_open_folder(struct files *files, const char *path, bool is_made);

/* Between these two what is opened may use the reserve: on the way to its end no body fails for want of a descriptor.
 * Those that are received must not, since they keep what they open. */
void files_open_reserve(struct files *files);
void files_close_reserve(struct files *files);

/* Whether CODE says that there are no descriptors, and the reserve has made way: then it is worth to try again. */
bool files_make_way(struct files *files, int code);

#endif
