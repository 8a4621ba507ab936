/* Makes text that haul did not write itself (from URLs, servers, tags) harmless as a component of a path:
 *
 *     control characters, what turns the direction of writing,    each becomes _
 *     bytes that are not UTF-8, and slashes
 *     a . or - at the begin                                       becomes _
 *     nothing at all                                              becomes _
 *     more than FILENAME_MOST bytes                               are cut, and a hash of them all is added
 *
 * So it is never empty, "." or "..", hides nothing, and is no option of a program that is given it. */
#ifndef FILES_FILENAME_H
#define FILES_FILENAME_H

#include <stddef.h>
#include <stdint.h>

struct text;

/* FILENAME_DEEPEST: more components than that, and the last of them is all the rest, its slashes turned to _. */
enum { FILENAME_MOST = 200, FILENAME_DEEPEST = 50 };

/* Appends VALUE as one component, or a part of one. */
void filename_append(struct text *path, const char *value, size_t size);

/* Appends VALUE as several, parted by its slashes. */
void filename_append_path(struct text *path, const char *value, size_t size);

/* The same in every run, so that a list that is fetched again has the same names. */
uint64_t filename_hash(const char *bytes, size_t size);

/* Shortens what PATH has from BEGIN on to FILENAME_MOST bytes, if it is more. */
void filename_shorten(struct text *path, size_t begin);

#endif
