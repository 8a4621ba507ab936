/* What -o names and is no file to be made: a device or a pipe that is there, which takes all bodies. */
#ifndef OUTPUT_TARGET_H
#define OUTPUT_TARGET_H

#include <haul/loop.h>

struct writer;

/* All zero: there is none. */
struct target {
    char *path;            /* for people */
    int descriptor;        /* where there is a writer */
    struct writer *writer; /* NULL: there is no target */
};

/* Which descriptor of this process PATH is a name of, as /dev/stdout and /dev/fd/3 are; -1: it is none. */
int target_descriptor(const char *path);

/* Opens what a template names in DIRECTORY (NULL: none), if that is such a thing, or a descriptor; otherwise there is
 * none. A pipe has this wait until somebody reads it. Negative errno, with `path` set. */
int target_open(struct haul_loop *loop, const char *directory, const char *template, struct target *ret_target);

/* Closes it. */
void target_close(struct target *target);

#endif
