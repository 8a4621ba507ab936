/* What is written to beside standard output: a device or a pipe that -o names, which takes all bodies, or a file that
 * takes a part of what --write-out writes. */
#ifndef OUTPUT_TARGET_H
#define OUTPUT_TARGET_H

#include <haul/loop.h>

#include <stdbool.h>

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

/* Opens a file for what is written there beside bodies, and makes it where there is none: empties it, unless it is
 * APPENDED to. A descriptor's name, a device or a pipe will do. Negative errno, with `path` set. */
int target_open_file(struct haul_loop *loop, const char *path, bool is_appended, struct target *ret_target);

/* Closes it. */
void target_close(struct target *target);

#endif
