/* The cookies of a run: those it begins with, those that servers set, and the file for them all. */
#ifndef REQUEST_JAR_H
#define REQUEST_JAR_H

#include <stdbool.h>

struct haul_cookies;
struct replacement;
struct request_options;

/* Embedded by its owner; all zero is without cookies. */
struct jar {
    struct haul_cookies *cookies; /* for the client; NULL: none are kept */
    const char *path;             /* where they are written; NULL: nowhere */
    struct replacement *file;
};

/* Whether the options have cookies kept. */
bool jar_is_wanted(const struct request_options *options);

/* Opens what the options name. HAUL_E_INVALID: it cannot be used, and a message has said so; -ENOMEM. */
int jar_open(struct jar *jar, const struct request_options *options);

/* Writes the file, if there is one. A negative errno: it is not written, and a message has said so. */
int jar_save(struct jar *jar);

void jar_finish(struct jar *jar);

#endif
