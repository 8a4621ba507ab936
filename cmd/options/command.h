/* The subcommands. */
#ifndef OPTIONS_COMMAND_H
#define OPTIONS_COMMAND_H

#include <stddef.h>

/* As bits, so that an option can belong to several. */
enum command { COMMAND_FETCH = 1, COMMAND_COMPARE = 2, COMMAND_REPORT = 4 };

struct command_row {
    enum command command;
    const char *word; /* behind "haul"; NULL: none */
    const char *name; /* "haul compare" */
    const char *purpose;
};

/* All of them; the first is that of no word. */
extern const struct command_row command_rows[];
extern const size_t command_count;

/* The one that WORD, which may be NULL, stands for. */
const struct command_row *command_find(const char *word);

const char *command_name(enum command command);

#endif
