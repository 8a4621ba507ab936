/* What a comparison shows, in sentences. */
#ifndef COMPARE_WORDS_H
#define COMPARE_WORDS_H

#include "compare/differences.h"
#include "compare/figures.h"
#include "compare/pairs.h"

struct text;

/* What sentences are made of. */
struct findings {
    const struct comparison *comparison;
    const struct differences *differences;
    const struct figures *figures; /* of each variant; NULL: no round is complete, or the list is empty */
    const struct pairs *pairs;
};

/* Appends the sentences, each on lines of its own, of at most 80 columns where no URL is in them; a URL is cut off
 * where it is long. How many times as fast something was is only said where that compares like with like: where all
 * runs of a side came out alike, not every URL failed, and there was something to do side by side. -ENOMEM. */
int words_append(struct text *text, const struct findings *findings);

#endif
