/* The table of all options. It makes the parser and --help, and is what the man pages are held against. */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "options/options.h"

enum option_section {
    SECTION_LISTS,
    SECTION_MODES,
    SECTION_COMPARISON,
    SECTION_LIMITS,
    SECTION_RATES,
    SECTION_REQUESTS,
    SECTION_CONNECTIONS,
    SECTION_FILES,
    SECTION_FAILURES,
    SECTION_OUTPUT,
    SECTION_PICTURES,
    SECTION_OTHER,
    SECTION_CURL,
    SECTION_COUNT,
};

struct option_row;

/* Stores VALUE (NULL where the option takes none) in OPTIONS. 0; HAUL_E_INVALID: it is not what it should be, and
 * *RET_PROBLEM, the caller's to free, says so: `"abc" is not ...`; -ENOMEM. */
typedef int option_read_fn(struct options *options, const struct option_row *row, const char *value,
                           char **ret_problem);

struct option_row {
    const char *name;     /* the long one, without the dashes */
    char letter;          /* the short one; 0: none */
    const char *argument; /* what --help calls its value; NULL: it takes none */
    const char *help;     /* one or more phrases, without a full stop */
    enum option_section section;
    unsigned commands; /* those that take it: bits of enum command */
    option_read_fn *read;
    size_t offset;         /* where it is stored in struct options */
    size_t minimum;        /* of a number, and what is stored by an option that only sets something */
    size_t maximum;        /* of a number */
    size_t given;          /* where a `bool` tells that it was given; 0: nowhere */
    const char *choices;   /* all that the value may be, with blanks between them; NULL: there is more */
    enum option_need need; /* without which it does nothing */
    bool is_secret;        /* its value may be, so that it is overwritten in argv */
};

extern const struct option_row option_rows[];
extern const size_t option_count;

/* The option with this long name, or letter; NULL: there is none. */
const struct option_row *option_find(const char *name, size_t size);
const struct option_row *option_find_letter(char letter);

/* The name of an option of COMMAND that NAME may be meant for: one that begins with it, or is spelt nearly so; NULL:
 * none is near. */
const char *option_find_near(const char *name, size_t size, enum command command);

/* "Limits", ... Static. */
const char *option_section_title(enum option_section section);

#endif
