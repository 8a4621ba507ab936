/* The files that a comparison's figures are written to. */
#ifndef COMPARE_EXPORTS_H
#define COMPARE_EXPORTS_H

#include "compare/words.h"
#include "options/options.h"
#include "output/text.h"

struct replacement;
struct writer;

/* Its fields are private. All zero has none. */
struct exports {
    struct exports_file {
        const char *path;                /* NULL: none is asked for */
        struct replacement *replacement; /* NULL: none, or standard output */
        struct text text;                /* empty until all is measured */
    } files[EXPORT_COUNT];
};

/* Begins all files at PATHS, which are borrowed, so that what cannot be written is known before anything is measured:
 * negative errno, and *RET_PATH says which. */
int exports_begin(struct exports *exports, const char *const *paths, const char **ret_path);

/* Whether one of them is standard output, so that nothing else belongs there. */
bool exports_take_standard_output(const struct exports *exports);

/* Makes what will be written; what is for standard output goes to WRITER. Negative errno. */
int exports_fill(struct exports *exports, const struct findings *findings, struct writer *writer);

/* Writes the files, if they were filled, all that can be written: negative errno, and *RET_PATH says of which first. */
int exports_commit(struct exports *exports, const char **ret_path);

void exports_finish(struct exports *exports);

#endif
