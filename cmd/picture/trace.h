/* Trace events, as Chrome's and Perfetto's viewers read them: a lane for each place in flight with the hops that had
 * it, the URLs from their begin to their end, the hosts with what was asked of them, and when the loop was busy. Passes
 * all of it on to its file as it comes; viewers put it in order. */
#ifndef PICTURE_TRACE_H
#define PICTURE_TRACE_H

struct picture;

/* Begins the one at PATH. Negative errno. */
int trace_create(const char *path, struct picture **ret_picture);

#endif
