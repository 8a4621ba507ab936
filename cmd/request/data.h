/* The data that is sent: what -d, --data and its kin are given. */
#ifndef REQUEST_DATA_H
#define REQUEST_DATA_H

#include "output/text.h"

enum data_kind {
    DATA_PLAIN,   /* "TEXT" or "@FILE", of which line ends and NUL bytes are left out */
    DATA_BINARY,  /* the same, with all of the file */
    DATA_ENCODED, /* "TEXT", "=TEXT", "NAME=TEXT", "@FILE" or "NAME@FILE", percent-encoded but for the name */
    DATA_JSON,    /* "TEXT" or "@FILE", as they are */
};

/* Appends to DATA what VALUE stands for. "-" as FILE is standard input. Negative errno: FILE cannot be read, and
 * *RET_FILE, which is in VALUE, names it. */
int data_append(struct text *data, enum data_kind kind, const char *value, const char **ret_file);

/* Where the name of a file begins in VALUE; NULL: it names none. */
const char *data_file(enum data_kind kind, const char *value);

/* Appends all of FILE; "-" is standard input. Negative errno. */
int data_append_file(struct text *data, const char *file);

#endif
