/* What a descriptor tells about the terminal behind it, if there is one. */
#ifndef OUTPUT_TERMINAL_H
#define OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether DESCRIPTOR is a terminal that understands escape sequences: not where TERM is "dumb" or missing. */
bool terminal_is_capable(int descriptor);

/* The same, and its user wants colour: NO_COLOR is empty or missing (no-color.org). */
bool terminal_has_colour(int descriptor);

/* Writes what only decorates, if the terminal takes it at once; false if it did not. */
bool terminal_draw(int descriptor, const char *bytes, size_t size);

struct terminal_size {
    unsigned columns;
    unsigned rows;
};

/* How large it is now; 80 by 24 where it does not say. */
struct terminal_size terminal_size(int descriptor);

/* Whether both are the same terminal. */
bool terminal_is_shared(int one, int other);

#endif
