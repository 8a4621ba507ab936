/* One text that stands for many URLs, as in curl: {one,two,three}, [a-z], [1-100], [001-100:10]. Several multiply, and
 * the last one changes fastest. A backslash before one of { } [ ] takes it as it is; inside of braces, before any
 * character. IPv6 addresses in brackets, and an empty pair of brackets, are no ranges.
 *
 * Pull, not push: the text is taken apart once, and then makes one URL at a time. */
#ifndef INPUT_GLOB_H
#define INPUT_GLOB_H

#include <stdbool.h>
#include <stddef.h>

struct glob;

/* What a pattern stands for just now: what #1, #2 and so on mean in a file name. */
struct glob_value {
    const char *bytes;
    size_t size;
};

/* Why a text is no pattern, in one line. */
struct glob_problem {
    char text[96];
};

/* False: the text stands for itself alone, and need not be taken apart. */
bool glob_is_pattern(const char *text, size_t size);

/* Takes SIZE bytes of TEXT apart, and stands at the first of its URLs. HAUL_E_INVALID: it is no pattern, or one of more
 * than MAXIMUM URLs, and *RET_PROBLEM says so; -ENOMEM. */
int glob_create(const char *text, size_t size, size_t maximum, struct glob **ret_glob,
                struct glob_problem *ret_problem);

void glob_destroy(struct glob *glob); /* NULL is fine */

/* How many URLs it stands for: at least 1. */
size_t glob_count(const struct glob *glob);

/* The URL it stands at. The bytes are good until the next step. */
const char *glob_text(const struct glob *glob, size_t *ret_size);

/* The values that URL is made of, as many as there are braces and ranges; good until the next step. */
const struct glob_value *glob_values(const struct glob *glob, size_t *ret_count);

/* Goes on to the next URL. HAUL_E_DRAINED: that was the last one, and it is done with; -ENOMEM. */
int glob_step(struct glob *glob);

#endif
