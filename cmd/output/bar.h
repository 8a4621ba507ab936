/* A transfer under way, as a line of a terminal: its URL, how much of it there is, and how fast it comes. */
#ifndef OUTPUT_BAR_H
#define OUTPUT_BAR_H

#include <stdint.h>

struct text;

struct bar {
    const char *url;  /* in ASCII, borrowed */
    int64_t duration; /* since it began, in nanoseconds */
    int64_t received; /* bytes */
    int64_t expected; /* bytes in all; -1: not known */
};

/* Appends its line, without a newline, of no more than WIDTH columns. Those of the same width have the same columns:
 * the host and path, cut in the middle; then, as far as there is room, a bar, the share, the bytes, and the mean rate.
 */
void bar_append(struct text *text, const struct bar *bar, unsigned width);

#endif
