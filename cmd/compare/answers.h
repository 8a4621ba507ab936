/* How the URLs of a comparison came out, where that matters for its figures: differently, or not well. */
#ifndef COMPARE_ANSWERS_H
#define COMPARE_ANSWERS_H

#include "compare/differences.h"

struct text;

/* Appends the URLs that differ, each with how it came out in which variant, or on which side. Nothing
 * where none does. */
void answers_append_differences(struct text *text, const struct comparison *comparison,
                                const struct differences *differences);

/* Appends the URLs that failed alike in all runs. Nothing where none did. */
void answers_append_failures(struct text *text, const struct comparison *comparison,
                             const struct differences *differences);

#endif
