/* Starting a program. It knows no loop. */
#ifndef IO_SPAWN_H
#define IO_SPAWN_H

#include <haul/process.h>

#include <stdbool.h>

enum { HAUL__CHANNELS = 3 };

/* DESCRIPTOR, or in its place another of the same file, if it is 0, 1 or 2: a caller that has closed these finds none
 * of the library's there, and a program's own can be made one by one without overwriting what is still needed. A
 * negative errno, with DESCRIPTOR closed; one that is given is given back. */
int haul__lift(int descriptor);

/* The descriptors that a program is started with, all of them lifted. */
struct haul__channels {
    int theirs[HAUL__CHANNELS];   /* what the program has as 0, 1 and 2; -1: what the caller has */
    int ours[HAUL__CHANNELS];     /* our ends of pipes, or -1 */
    bool is_lent[HAUL__CHANNELS]; /* it is the caller's, and not to be closed */
    bool error_is_output;
};

/* Opens what OPTIONS ask for. Negative errno, with nothing open. */
int haul__channels_open(const struct haul_process_options *options, struct haul__channels *channels);

/* Closes the program's ends, which it has by now or never will. */
void haul__channels_close_theirs(struct haul__channels *channels);

/* Closes our ends that have not been taken (set to -1). */
void haul__channels_close_ours(struct haul__channels *channels);

/* Starts the program: the number of the process, which is its group's, or a negative errno. */
int haul__spawn(const char *const *arguments, const struct haul_process_options *options,
                const struct haul__channels *channels);

#endif
