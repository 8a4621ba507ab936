/* The arguments of the command line, with those that configuration files add: each -K FILE has given way to the options
 * in FILE, and those of the user's own file stand before all. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "options/options.h"

#include <stddef.h>

struct argument_origin {
    const char *file; /* borrowed from the arguments; NULL: the command line */
    size_t line;
};

struct arguments {
    char **list; /* ends with NULL */
    struct argument_origin *origins;
    size_t count;
    size_t room;
    char **owned; /* the texts in `list`, of which argv has secrets no more */
    size_t owned_count;
    size_t owned_room;
};

/* Takes the arguments behind the program's name and the subcommand, and overwrites the secrets among them before
 * anything else is done. HAUL_E_INVALID: a file cannot be read or has a
 * mistake, and *RET_PROBLEM, the caller's to free, says so; -ENOMEM. */
int arguments_create(char *const *argv, enum command command, struct arguments *ret_arguments, char **ret_problem);
void arguments_finish(struct arguments *arguments);

#endif
