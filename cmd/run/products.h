/* What a run gives out: records and bodies, files, the tags of what was fetched, and reports of the whole. */
#ifndef RUN_PRODUCTS_H
#define RUN_PRODUCTS_H

#include "run/reports.h"

#include <stdbool.h>

struct epilogue;
struct etags;
struct feed;
struct files;
struct output;
struct program;

/* Embedded by its owner, all zero before products_make. */
struct products {
    struct program *program;
    struct reports reports;
    struct etags *etags; /* NULL: nobody asks for them */
    struct files *files; /* NULL: bodies are not written to files */
    struct output *output;
};

/* Makes what the options of PROGRAM ask for. HAUL_E_INVALID or a negative errno, as program_give_up takes it. To be
 * finished in any case. */
int products_make(struct products *products, struct program *program);

/* Whether one of the files beside the output cannot be written, and a message has said so. */
bool products_have_failed(const struct products *products);

void products_finish(struct products *products);

#endif
